// Every scenario of the judge, in the order of the table.
import type { Scenario } from '../contract';
import { BALANCING } from './balancing';
import { BODIES } from './bodies';
import { CONNECTIONS } from './connections';
import { CORS } from './cors';
import { CUT_RESPONSES } from './cut-responses';
import { EXT_AUTHZ } from './ext-authz';
import { FAULTS } from './fault';
import { GRPC } from './grpc';
import { HEADERS } from './headers';
import { HEALTH_CHECKS } from './health-checks';
import { HEDGES } from './hedging';
import { HTTP2_HOSTS } from './http2';
import { IDLE } from './idle';
import { INTERNAL_REDIRECTS } from './internal-redirects';
import { JWT } from './jwt';
import { LOCAL_RATE_LIMITS } from './local-rate-limit';
import { LOCAL_REPLIES } from './local-replies';
import { LOGS } from './logs';
import { MESHES } from './mesh';
import { MIRRORS } from './mirror';
import { OUTLIERS } from './outliers';
import { RBAC } from './rbac';
import { RETRIES } from './retries';
import { ROUTING } from './routing';
import { SLOW_STARTS } from './slow-start';
import { TCP } from './tcp';
import { TIMEOUTS } from './timeouts';
import { TLS } from './tls';
import { ZONES } from './zones';

export const SCENARIOS: readonly Scenario[] = [
  ...ROUTING,
  ...RETRIES,
  ...TIMEOUTS,
  ...HEDGES,
  ...INTERNAL_REDIRECTS,
  ...CONNECTIONS,
  ...CUT_RESPONSES,
  ...TCP,
  ...BALANCING,
  ...SLOW_STARTS,
  ...ZONES,
  ...HEALTH_CHECKS,
  ...OUTLIERS,
  ...BODIES,
  ...FAULTS,
  ...LOCAL_RATE_LIMITS,
  ...LOCAL_REPLIES,
  ...RBAC,
  ...EXT_AUTHZ,
  ...HEADERS,
  ...LOGS,
  ...CORS,
  ...MESHES,
  ...MIRRORS,
  ...IDLE,
  ...JWT,
  ...GRPC,
  ...HTTP2_HOSTS,
  ...TLS,
];

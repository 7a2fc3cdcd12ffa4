import type { KindDefinition } from '../../kind-definition';
import { BEHAVIOR } from './behavior';
import { FAULT } from './fault';
import { SCENARIO } from './scenario';
import { TRAFFIC_SOURCE } from './traffic-source';

/** The playground's own kinds: what the mesh cannot say about applications and their callers. */
export const MESHWORK_KINDS: readonly KindDefinition[] = [BEHAVIOR, TRAFFIC_SOURCE, FAULT, SCENARIO];

import type { KindDefinition } from '../../kind-definition';
import { CONFIG_MAP, NAMESPACE, NODE, SECRET, SERVICE_ACCOUNT } from './core';
import { ENDPOINT_SLICE, ENDPOINTS } from './endpoints';
import { SERVICE } from './service';
import { DAEMON_SET, DEPLOYMENT, POD, REPLICA_SET, STATEFUL_SET } from './workloads';

/** The kinds of Kubernetes itself that are known here. */
export const KUBERNETES_KINDS: readonly KindDefinition[] = [
  NAMESPACE,
  SERVICE,
  ENDPOINTS,
  ENDPOINT_SLICE,
  DEPLOYMENT,
  STATEFUL_SET,
  DAEMON_SET,
  REPLICA_SET,
  POD,
  SERVICE_ACCOUNT,
  CONFIG_MAP,
  SECRET,
  NODE,
];

import { compareStrings } from '../../../../base';
import type { ConfigOrigin, JsonObject } from '../../../../xds';
import type { EnvoyConfigMatch } from '../../kinds';
import { idsOf } from '../memo';
import type { MeshProxy } from '../model';
import type { PushContext } from '../push-context/push-context';
import type { EnvoyFilterResource } from '../resources';
import { attaches } from '../security/workload-policies';
import { withCamelCaseKeys } from './json-merge';

type ApplyTo =
  | 'LISTENER'
  | 'FILTER_CHAIN'
  | 'LISTENER_FILTER'
  | 'NETWORK_FILTER'
  | 'HTTP_FILTER'
  | 'ROUTE_CONFIGURATION'
  | 'VIRTUAL_HOST'
  | 'HTTP_ROUTE'
  | 'CLUSTER';

type Operation =
  | 'MERGE'
  | 'MERGE_AND_REPLACE_LIST'
  | 'ADD'
  | 'REMOVE'
  | 'INSERT_BEFORE'
  | 'INSERT_AFTER'
  | 'INSERT_FIRST'
  | 'REPLACE';

export type PatchContext = 'SIDECAR_INBOUND' | 'SIDECAR_OUTBOUND' | 'GATEWAY';

export interface Patch {
  readonly operation: Operation;
  /** Names the sort of traffic; absent: any. */
  readonly context: PatchContext | undefined;
  readonly match: EnvoyConfigMatch;
  readonly value: JsonObject;
  readonly origin: ConfigOrigin;
}

/** All patches for one proxy, in the order in which they are applied. */
export interface ProxyPatches {
  of(applyTo: ApplyTo, context: PatchContext): readonly Patch[];
  /** Equal keys, equal patches. */
  readonly key: string;
}

/** Version that proxies announce themselves with. */
const PROXY_VERSION = '1.32.0';
const MAX_VERSION_PATTERN = 1024;
const CLUSTER_ID = 'Kubernetes';

const ORDERED: ReadonlySet<string> = new Set(['HTTP_FILTER', 'NETWORK_FILTER', 'HTTP_ROUTE', 'LISTENER_FILTER']);
const APPLY_TO: readonly ApplyTo[] = [
  'LISTENER',
  'FILTER_CHAIN',
  'LISTENER_FILTER',
  'NETWORK_FILTER',
  'HTTP_FILTER',
  'ROUTE_CONFIGURATION',
  'VIRTUAL_HOST',
  'HTTP_ROUTE',
  'CLUSTER',
];
const OPERATIONS: readonly Operation[] = [
  'MERGE',
  'MERGE_AND_REPLACE_LIST',
  'ADD',
  'REMOVE',
  'INSERT_BEFORE',
  'INSERT_AFTER',
  'INSERT_FIRST',
  'REPLACE',
];
const CONTEXTS: readonly PatchContext[] = ['SIDECAR_INBOUND', 'SIDECAR_OUTBOUND', 'GATEWAY'];

function versionMatches(pattern: string): boolean {
  if (pattern.length > MAX_VERSION_PATTERN) return false;
  try {
    return new RegExp(pattern).test(PROXY_VERSION);
  } catch {
    // Upstream takes an expression that it cannot read for none.
    return true;
  }
}

/** istio/istio pilot/pkg/model/envoyfilter.go (proxyMatch) */
function isForProxy(match: EnvoyConfigMatch, proxy: MeshProxy): boolean {
  const version = match.proxy?.proxyVersion ?? '';
  if (version !== '' && !versionMatches(version)) return false;
  const announced: Readonly<Record<string, string>> = {
    CLUSTER_ID,
    ISTIO_VERSION: PROXY_VERSION,
    NAMESPACE: proxy.namespace,
    SERVICE_ACCOUNT: proxy.serviceAccount,
    WORKLOAD_NAME: proxy.workload.name,
    INTERCEPTION_MODE: proxy.interceptionMode,
  };
  return Object.entries(match.proxy?.metadata ?? {}).every(([key, value]) => announced[key] === value);
}

function patchesIn(
  resource: EnvoyFilterResource,
  proxy: MeshProxy,
): readonly (Patch & { readonly applyTo: ApplyTo })[] {
  return (resource.object.spec?.configPatches ?? []).flatMap(({ applyTo: written, match = {}, patch }, index) => {
    const applyTo = APPLY_TO.find((known) => known === written);
    const operation = OPERATIONS.find((known) => known === patch?.operation);
    const context = CONTEXTS.find((known) => known === match.context);
    const anywhere = match.context === undefined || match.context === 'ANY';
    if (applyTo === undefined || operation === undefined || !isForProxy(match, proxy)) return [];
    if (context === undefined && !anywhere) return [];
    return [
      {
        applyTo,
        operation: operation.startsWith('INSERT_') && !ORDERED.has(applyTo) ? 'ADD' : operation,
        context,
        match,
        value: withCamelCaseKeys(patch?.value ?? {}),
        origin: { ref: resource.ref, path: ['spec', 'configPatches', index] },
      },
    ];
  });
}

/** Lower priority first, then those of the root namespace, then the oldest. istio/istio pilot/pkg/model/push_context.go (EnvoyFilters) */
function inOrder(rootNamespace: string): (a: EnvoyFilterResource, b: EnvoyFilterResource) => number {
  const rank = ({ metadata }: EnvoyFilterResource): number => (metadata.namespace === rootNamespace ? 0 : 1);
  return (a, b) =>
    (a.object.spec?.priority ?? 0) - (b.object.spec?.priority ?? 0) ||
    rank(a) - rank(b) ||
    a.creationOrder - b.creationOrder ||
    compareStrings(a.metadata.name, b.metadata.name);
}

/** Undefined: nobody patches the proxy. */
export function patchesFor(push: PushContext, proxy: MeshProxy): ProxyPatches | undefined {
  const { rootNamespace } = push.mesh;
  const namespaces = [...new Set([rootNamespace, proxy.namespace])];
  const selected = namespaces
    .flatMap((namespace) => push.envoyFilters.in(namespace))
    .filter(({ metadata, object }) => {
      const { workloadSelector, targetRefs = [] } = object.spec ?? {};
      return attaches(
        metadata.namespace,
        { selector: { matchLabels: workloadSelector?.labels ?? {} }, targetRefs },
        proxy,
      );
    })
    .sort(inOrder(rootNamespace));
  if (selected.length === 0) return undefined;
  const patches = selected.flatMap((resource) => patchesIn(resource, proxy));
  return {
    key: `${idsOf(selected)} ${patches.map(({ origin }) => `${origin.ref.name}:${origin.path.join()}`).join()}`,
    of: (applyTo, context) =>
      patches.filter(
        (patch) => patch.applyTo === applyTo && (patch.context === undefined || patch.context === context),
      ),
  };
}

export function isMerge({ operation }: Patch): boolean {
  return operation === 'MERGE' || operation === 'MERGE_AND_REPLACE_LIST';
}

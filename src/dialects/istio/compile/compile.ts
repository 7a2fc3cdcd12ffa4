import type { ClusterView } from '../../../config';
import type { NodeId, XdsSnapshot } from '../../../xds';
import type { CompileOptions, CompileResult } from '../../mesh-dialect';
import { analyze } from '../diagnose/analyze';
import { reportOmissions, type UnknownAuthorizers } from './findings';
import { CompileMemory } from './memory';
import { proxyOf, ServiceTargets } from './proxies';
import { buildPushContext } from './push-context/build';
import type { PushContext } from './push-context/push-context';
import { readResources } from './read-resources';
import { relevantLabels } from './relevant-labels';
import { policiesWithoutAuthorizer } from './security/authz-filters';
import { findExtAuthz } from './security/ext-authz';
import { SnapshotBuilder } from './snapshot-builder';

/** What each result was made with, for the compilation that follows it. */
const memories = new WeakMap<CompileResult, CompileMemory>();

function unknownAuthorizers(push: PushContext): UnknownAuthorizers {
  const policies = policiesWithoutAuthorizer(push);
  if (policies.length === 0) return { policies, known: [] };
  const names = push.mesh.extensionProviders.map(({ name }) => name);
  return { policies, known: names.filter((name) => findExtAuthz(push, name) !== undefined) };
}

/** Compiles the configuration of every proxy of the view, or of those asked for. */
export function compileMesh(view: ClusterView, options: CompileOptions = {}): CompileResult {
  const memory = new CompileMemory(view, options.previous === undefined ? undefined : memories.get(options.previous));
  const { mesh } = memory;
  const written = readResources(view);
  const resources = memory.recognise(written);
  const push = buildPushContext(view, resources, mesh, memory.indexes);
  const targets = new ServiceTargets(push, resources.services);
  const builder = new SnapshotBuilder(push, relevantLabels(resources, mesh), memory.snapshots);
  const wanted = options.nodes === undefined ? undefined : new Set(options.nodes);
  const snapshots = new Map<NodeId, XdsSnapshot>();
  for (const pod of view.pods) {
    const proxy = proxyOf(pod, targets);
    if (proxy === undefined || wanted?.has(proxy.id) === false) continue;
    snapshots.set(proxy.id, builder.build(proxy));
  }
  const omissions = {
    delegates: push.virtualServices.brokenDelegates,
    servers: builder.rejectedServers,
    listeners: builder.conflicts(),
    gatewayApi: push.gatewayApiFindings,
    authorizers: unknownAuthorizers(push),
  };
  const result = { snapshots, diagnostics: [...reportOmissions(omissions, written), ...analyze(view, written, mesh)] };
  memories.set(result, memory);
  return result;
}

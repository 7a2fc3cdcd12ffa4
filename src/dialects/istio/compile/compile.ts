import type { ClusterView } from '../../../config';
import type { NodeId, XdsSnapshot } from '../../../xds';
import type { CompileOptions, CompileResult } from '../../mesh-dialect';
import { decodeMeshConfig } from '../mesh-config';
import { reportOmissions } from './findings';
import { proxyOf, ServiceTargets } from './proxies';
import { buildPushContext } from './push-context/build';
import { readResources } from './read-resources';
import { relevantLabelKeys } from './relevant-labels';
import { SnapshotBuilder } from './snapshot-builder';

/** Compiles the configuration of every proxy of the view, or of those asked for. */
export function compileMesh(view: ClusterView, options: CompileOptions = {}): CompileResult {
  const mesh = decodeMeshConfig(view.meshConfig);
  const resources = readResources(view);
  const push = buildPushContext(view, resources, mesh);
  const targets = new ServiceTargets(push, resources.services);
  const builder = new SnapshotBuilder(push, relevantLabelKeys(resources, mesh));
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
  };
  return { snapshots, diagnostics: reportOmissions(omissions, resources) };
}

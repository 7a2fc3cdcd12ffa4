import { type ClusterView, DEPLOYMENT } from '../../config';
import type { PodPatch, PodTemplateView } from '../mesh-dialect';
import { TLS_MODE_LABEL } from './compile/push-context/endpoint-index';
import { decodeMeshConfig } from './mesh-config';

type Labels = Readonly<Record<string, string>>;

const NAMESPACE_LABEL = 'istio-injection';
const REVISION_LABEL = 'istio.io/rev';
const INJECT_LABEL = 'sidecar.istio.io/inject';
const CANONICAL_NAME_LABEL = 'service.istio.io/canonical-name';
const CANONICAL_REVISION_LABEL = 'service.istio.io/canonical-revision';
const DEFAULT_REVISION = 'default';

/** istio/istio pkg/kube/inject/webhook.go (IgnoredNamespaces) */
const IGNORED_NAMESPACES: ReadonlySet<string> = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'local-path-storage',
]);

/** Which revision's webhook takes the pod, if any does. */
type Selection =
  | { readonly kind: 'selected'; readonly revision: string; readonly reason: string }
  | { readonly kind: 'none'; readonly reason: string };

function none(reason: string): Selection {
  return { kind: 'none', reason };
}

/**
 * The webhooks of the default revision and of named ones. A namespace that says anything decides; otherwise the pod's labels do.
 * istio/istio manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml
 */
function selectWebhook(namespace: Labels, pod: Labels, enabledByDefault: boolean): Selection {
  const injection = namespace[NAMESPACE_LABEL];
  const namespaceRevision = namespace[REVISION_LABEL];
  const wish = pod[INJECT_LABEL];
  const podRevision = pod[REVISION_LABEL];
  if (injection === 'disabled') return none(`namespace label ${NAMESPACE_LABEL}=disabled`);
  if (wish === 'false') return none(`pod label ${INJECT_LABEL}=false`);
  if (injection === 'enabled') {
    return { kind: 'selected', revision: DEFAULT_REVISION, reason: `namespace label ${NAMESPACE_LABEL}=enabled` };
  }
  if (injection === undefined && namespaceRevision !== undefined) {
    const reason = `namespace label ${REVISION_LABEL}=${namespaceRevision}`;
    return { kind: 'selected', revision: namespaceRevision, reason };
  }
  if (injection === undefined && podRevision !== undefined) {
    return { kind: 'selected', revision: podRevision, reason: `pod label ${REVISION_LABEL}=${podRevision}` };
  }
  if (injection === undefined && wish === 'true') {
    return { kind: 'selected', revision: DEFAULT_REVISION, reason: `pod label ${INJECT_LABEL}=true` };
  }
  if (injection === undefined && enabledByDefault) {
    return { kind: 'selected', revision: DEFAULT_REVISION, reason: 'namespaces are injected by default' };
  }
  return none(`no label ${NAMESPACE_LABEL} or ${REVISION_LABEL} on the namespace, and none on the pod`);
}

/** Revisions whose control plane runs: the default one, and those that a Deployment of istiod carries. */
function installedRevisions(view: ClusterView): ReadonlySet<string> {
  const revisions = new Set([DEFAULT_REVISION]);
  for (const { metadata } of view.list(DEPLOYMENT)) {
    const revision = metadata.labels[REVISION_LABEL];
    if (metadata.labels['app'] === 'istiod' && revision !== undefined) revisions.add(revision);
  }
  return revisions;
}

/** What the injector itself refuses. istio/istio pkg/kube/inject/inject.go (injectRequired) */
function refusal(pod: PodTemplateView): string | undefined {
  if (pod.hostNetwork) return 'the pod uses the network of its node';
  if (IGNORED_NAMESPACES.has(pod.namespace)) return `namespace ${pod.namespace} is never injected`;
  const label = pod.metadata.labels[INJECT_LABEL];
  const annotation = pod.metadata.annotations[INJECT_LABEL];
  if (label === undefined && annotation === 'false') return `pod annotation ${INJECT_LABEL}=false`;
  return undefined;
}

function firstOf(labels: Labels, keys: readonly string[]): string | undefined {
  for (const key of keys) if ((labels[key] ?? '') !== '') return labels[key];
  return undefined;
}

/** istio/istio pkg/kube/inject/webhook.go (applyMetadata) */
function injectedLabels(labels: Labels): Labels {
  const name = firstOf(labels, [CANONICAL_NAME_LABEL, 'app.kubernetes.io/name', 'app']);
  const revision = firstOf(labels, [CANONICAL_REVISION_LABEL, 'app.kubernetes.io/version', 'version']);
  return {
    [TLS_MODE_LABEL]: labels[TLS_MODE_LABEL] ?? 'istio',
    ...(name === undefined ? {} : { [CANONICAL_NAME_LABEL]: name }),
    [CANONICAL_REVISION_LABEL]: revision ?? 'latest',
  };
}

/** What the sidecar injector answers when a pod is created. */
export function injectPod(pod: PodTemplateView, view: ClusterView): PodPatch {
  const namespace = view.namespaces.find((candidate) => candidate.name === pod.namespace);
  const enabledByDefault = decodeMeshConfig(view.meshConfig).enableNamespacesByDefault;
  const selection = selectWebhook(namespace?.labels ?? {}, pod.metadata.labels, enabledByDefault);
  if (selection.kind === 'none') return selection;
  const refused = refusal(pod);
  if (refused !== undefined) return { kind: 'none', reason: refused };
  if (!installedRevisions(view).has(selection.revision)) {
    return { kind: 'none', reason: `${selection.reason}, but no control plane of this revision is installed` };
  }
  return {
    kind: 'inject',
    reason: selection.reason,
    revision: selection.revision,
    labels: injectedLabels(pod.metadata.labels),
    annotations: { 'sidecar.istio.io/status': '{"containers":["istio-proxy"]}' },
  };
}

import type { PodRecord } from './state';

/**
 * How telemetry names a pod.
 * istio/istio pkg/config/labels/canonical.go: canonical name and revision by label, workload name and "latest" last.
 */
export function canonicalService(pod: Pick<PodRecord, 'labels' | 'workload'>): string {
  const { labels } = pod;
  return (
    labels['service.istio.io/canonical-name'] ?? labels['app.kubernetes.io/name'] ?? labels['app'] ?? pod.workload.name
  );
}

export function canonicalRevision(pod: Pick<PodRecord, 'labels'>): string {
  const { labels } = pod;
  return (
    labels['service.istio.io/canonical-revision'] ??
    labels['app.kubernetes.io/version'] ??
    labels['version'] ??
    'latest'
  );
}

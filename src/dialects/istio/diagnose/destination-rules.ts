import { augmentLabels, isSubset } from '../compile/push-context/endpoint-index';
import type { ClientTlsSettings } from '../kinds';
import type { Analyzer } from './analysis';
import { KnownHosts } from './known-hosts';

/** Whether the server may be anybody whom the operating system trusts. */
function isUnverified(tls: ClientTlsSettings | undefined, selects: boolean): boolean {
  if (tls?.mode !== 'SIMPLE' && tls?.mode !== 'MUTUAL') return false;
  const named = (tls.credentialName ?? '') !== '' && selects;
  return (tls.caCertificates ?? '') === '' && !named;
}

/** istio/istio pkg/config/analysis/analyzers/destinationrule/ca-certificates.go */
export const authorities: Analyzer = {
  name: 'destinationrule.CaCertificateAnalyzer',
  run: ({ resources }, report) => {
    for (const rule of resources.destinationRules) {
      const { host = '', trafficPolicy, workloadSelector } = rule.object.spec ?? {};
      const selects = workloadSelector !== undefined;
      const tls = trafficPolicy?.tls;
      if (isUnverified(tls, selects)) {
        const values = { host, mode: tls?.mode ?? '' };
        report(rule, { rule: 'server-unverified', path: ['spec', 'trafficPolicy', 'tls'], values });
      }
      for (const [index, setting] of (trafficPolicy?.portLevelSettings ?? []).entries()) {
        if (!isUnverified(setting.tls, selects)) continue;
        const values = { host, mode: setting.tls?.mode ?? '', port: setting.port?.number ?? 0 };
        const path = ['spec', 'trafficPolicy', 'portLevelSettings', index, 'tls'];
        report(rule, { rule: 'server-unverified-at-port', path, values });
      }
    }
  },
};

/** istio/istio pkg/config/analysis/analyzers/destinationrule/subset.go */
export const subsets: Analyzer = {
  name: 'destinationrule.SubsetSelectPodAnalyzer',
  run: (analysis, report) => {
    const hosts = new KnownHosts(analysis);
    const pods = analysis.view.pods.map((pod) => augmentLabels(pod.labels, pod.locality, pod.nodeName));
    for (const rule of analysis.resources.destinationRules) {
      const { host = '', exportTo, subsets: declared = [] } = rule.object.spec ?? {};
      const known = hosts.find(host, rule.metadata.namespace, exportTo);
      if (known === undefined) {
        const suggestion = hosts.similarTo(host);
        const values = { value: host, ...(suggestion === undefined ? {} : { suggestion }) };
        report(rule, { rule: 'rule-host-unknown', path: ['spec', 'host'], values });
        continue;
      }
      for (const [index, { name, labels = {} }] of declared.entries()) {
        const selector = { ...known.selector, ...labels };
        if (pods.some((present) => isSubset(selector, present))) continue;
        report(rule, { rule: 'subset-empty', path: ['spec', 'subsets', index, 'labels'], values: { value: name } });
      }
    }
  },
};

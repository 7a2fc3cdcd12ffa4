import type { DiagnosticBag, Resource } from '../../../../config';
import type { DestinationRuleObject } from '../destination-rule';
import { createCheck } from './check';
import { checkExportTo, checkLabels, checkMetadata, checkPolicySelector } from './common';
import { isDnsLabel, isWildcardDomain } from './names';
import { checkTrafficPolicy } from './traffic-policy';

/** istio/istio pkg/config/validation/validation.go (ValidateDestinationRule) */
export function validateDestinationRule(resource: Resource<DestinationRuleObject>, bag: DiagnosticBag): void {
  const check = createCheck(resource, bag);
  checkMetadata(check, resource);
  const { spec } = resource.object;
  if (spec === undefined) {
    check.report('spec-missing', [], { kind: resource.kind });
    return;
  }
  if (!isWildcardDomain(spec.host)) check.report('host', ['spec', 'host'], { value: spec.host });
  checkTrafficPolicy(check, spec.trafficPolicy, ['spec', 'trafficPolicy']);
  const names = new Set<string>();
  for (const [index, subset] of (spec.subsets ?? []).entries()) {
    const path = ['spec', 'subsets', index];
    if (names.has(subset.name)) {
      check.report('duplicate', [...path, 'name'], { what: 'subset', value: subset.name });
    } else if (!isDnsLabel(subset.name)) check.report('subset-name', [...path, 'name'], { value: subset.name });
    names.add(subset.name);
    checkLabels(check, subset.labels, [...path, 'labels']);
    checkTrafficPolicy(check, subset.trafficPolicy, [...path, 'trafficPolicy']);
  }
  const selecting = spec.workloadSelector !== undefined;
  checkExportTo(check, spec.exportTo, selecting ? 'selecting-destination-rule' : 'other');
  checkPolicySelector(check, spec.workloadSelector, ['spec', 'workloadSelector']);
}

import type { DiagnosticBag } from '../../kind-definition';
import type { ConfigPath } from '../../object-ref';
import { FORMATS } from '../formats';
import { listWords } from '../words';
import type { LabelSelector } from './label-selector';
import type { PodSpec, PodTemplate } from './pod-spec';

const DNS_1035_LABEL = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;

/** Services are named like host names: a label that starts with a letter. */
export function checkServiceName(name: string, bag: DiagnosticBag): void {
  if (name.length <= 63 && DNS_1035_LABEL.test(name)) return;
  const expected = 'at most 63 lower-case letters, digits and dashes, a letter first, no dash last';
  bag.report('MW0305', ['metadata', 'name'], { name, kind: 'Service', expected });
}

/** Namespaces are one label of a host name. */
export function checkLabelName(name: string, kind: string, bag: DiagnosticBag): void {
  const format = FORMATS['dns-label'];
  if (!format.check(name)) bag.report('MW0305', ['metadata', 'name'], { name, kind, expected: format.expected });
}

/** Reports every entry of a list whose key was there before. */
export function checkUnique(
  list: { readonly keys: readonly (string | undefined)[]; readonly what: string },
  path: ConfigPath,
  field: readonly string[],
  bag: DiagnosticBag,
): void {
  const seen = new Set<string>();
  for (const [index, key] of list.keys.entries()) {
    if (key === undefined) continue;
    if (seen.has(key)) bag.report('MW0304', [...path, index, ...field], { what: list.what, value: key });
    seen.add(key);
  }
}

/** kubernetes/apimachinery pkg/apis/meta/v1/validation/validation.go (ValidateLabelSelectorRequirement) */
export function checkSelector(selector: LabelSelector | undefined, path: ConfigPath, bag: DiagnosticBag): void {
  for (const [index, requirement] of (selector?.matchExpressions ?? []).entries()) {
    const count = requirement.values?.length ?? 0;
    const wantsValues = requirement.operator === 'In' || requirement.operator === 'NotIn';
    if (wantsValues === count > 0) continue;
    bag.report('MW0308', [...path, 'matchExpressions', index], {
      operator: requirement.operator,
      expected: wantsValues ? 'needs values' : 'takes no values',
    });
  }
}

/** Containers and their named ports are unique in a pod. kubernetes/kubernetes pkg/apis/core/validation/validation.go */
export function checkPodSpec(spec: PodSpec, path: ConfigPath, bag: DiagnosticBag): void {
  const names = [...spec.containers, ...(spec.initContainers ?? [])].map((container) => container.name);
  const containers = names.slice(0, spec.containers.length);
  checkUnique({ keys: containers, what: 'container name' }, [...path, 'containers'], ['name'], bag);
  for (const [index, container] of spec.containers.entries()) {
    const keys = (container.ports ?? []).map((port) => port.name);
    checkUnique({ keys, what: 'port name' }, [...path, 'containers', index, 'ports'], ['name'], bag);
  }
}

/**
 * A controller has to recognise the pods it makes. kubernetes/kubernetes pkg/apis/apps/validation/validation.go
 * (ValidatePodTemplateSpecForReplicaSet)
 */
export function checkWorkload(
  kind: string,
  spec: { readonly selector: LabelSelector; readonly template: PodTemplate },
  bag: DiagnosticBag,
): void {
  const { selector, template } = spec;
  const matchLabels = Object.entries(selector.matchLabels ?? {});
  if (matchLabels.length === 0 && (selector.matchExpressions ?? []).length === 0) {
    bag.report('MW0302', ['spec', 'selector'], { kind });
  }
  checkSelector(selector, ['spec', 'selector'], bag);
  const labels = template.metadata?.labels ?? {};
  for (const [key, wanted] of matchLabels) {
    const found = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (found === wanted) continue;
    bag.report('MW0301', ['spec', 'selector', 'matchLabels', key], {
      key,
      wanted: listWords([wanted], 'or'),
      found: found === undefined ? 'absent' : listWords([found], 'or'),
    });
  }
  if (template.spec.restartPolicy !== 'Always') {
    bag.report('MW0310', ['spec', 'template', 'spec', 'restartPolicy'], { kind });
  }
  checkPodSpec(template.spec, ['spec', 'template', 'spec'], bag);
}

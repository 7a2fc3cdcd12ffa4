import type { LabelSelector } from './kinds/kubernetes/label-selector';

type Labels = Readonly<Record<string, string>>;

/** Whether `labels` have every wanted label with its value. No wanted labels match everything. */
export function labelsMatch(wanted: Labels, labels: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}

/**
 * Whether a selector selects `labels`: all of it must hold. An empty selector selects everything, no selector nothing.
 * kubernetes/apimachinery pkg/apis/meta/v1/helpers.go (LabelSelectorAsSelector)
 */
export function selectorMatches(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  if (!labelsMatch(selector.matchLabels ?? {}, labels)) return false;
  return (selector.matchExpressions ?? []).every((requirement) => requirementHolds(requirement, labels));
}

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

/** kubernetes/apimachinery pkg/labels/selector.go (Requirement.Matches): NotIn holds for an absent label. */
function requirementHolds(requirement: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

/** A selector as `kubectl` writes it: `app=reviews,version in (v1,v2),!canary`. */
export function formatSelector(selector: LabelSelector): string {
  const equalities = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const requirements = (selector.matchExpressions ?? []).map(formatRequirement);
  return [...equalities, ...requirements].join(',');
}

function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'In':
      return `${key} in (${(values ?? []).join(',')})`;
    case 'NotIn':
      return `${key} notin (${(values ?? []).join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
  }
}

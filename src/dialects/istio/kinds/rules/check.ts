import type { ConfigPath, DiagnosticBag, Resource } from '../../../../config';
import { RULES, type RuleName } from './catalogue';

/** What the rules of a kind need to report what they find. */
export interface Check {
  readonly namespace: string;
  /** `values` fill the placeholders of the rule's message. */
  report(rule: RuleName, path: ConfigPath, values?: Readonly<Record<string, string | number>>): void;
}

export function createCheck(resource: Resource, bag: DiagnosticBag): Check {
  return {
    namespace: resource.metadata.namespace,
    report: (rule, path, values) => bag.report(RULES[rule].code, path, values),
  };
}

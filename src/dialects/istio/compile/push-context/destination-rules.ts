import type { ConfigOrigin } from '../../../../xds';
import type { DestinationRuleSpec, Subset, TrafficPolicy } from '../../kinds';
import { idOf, type Memo } from '../memo';
import type { Service, Visibility } from '../model';
import { isWildcardHost, mostSpecificHost, resolveShortHost } from '../names';
import type { DerivedDestinationRule, DestinationRuleResource } from '../resources';
import { parseVisibility } from './visibility';

/** A subset, and the field that declares it. */
export interface SubsetSource {
  readonly subset: Subset;
  readonly origin: ConfigOrigin;
}

/**
 * What the rules of one host and one audience say together.
 * istio/istio pilot/pkg/model/push_context.go (ConsolidatedDestRule)
 */
export interface DestinationRule {
  readonly host: string;
  readonly name: string;
  readonly namespace: string;
  readonly exportTo: Visibility | undefined;
  readonly trafficPolicy?: TrafficPolicy;
  /** Whether the policy was made from one for backends: what a DestinationRule says stands above it. */
  readonly derived: boolean;
  /** Of `trafficPolicy`. */
  readonly trafficPolicyOrigin: ConfigOrigin;
  readonly subsets: readonly SubsetSource[];
  readonly workloadSelector?: Readonly<Record<string, string>>;
  /** The objects it was merged from, oldest first. */
  readonly from: readonly DestinationRuleResource[];
}

interface MutableHostMap {
  readonly exact: Map<string, DestinationRule[]>;
  readonly wildcard: Map<string, DestinationRule[]>;
}

export interface DestinationRuleIndex {
  /** The rules that apply to a service for the proxies of a namespace; several only where workload selectors differ. */
  lookup(clientNamespace: string, service: Service): readonly DestinationRule[];
  /** Keys of labels that decide which rule a proxy gets. */
  readonly selectorKeys: ReadonlySet<string>;
}

function specOf(resource: DestinationRuleResource): Partial<DestinationRuleSpec> {
  return resource.object.spec ?? {};
}

function newHostMap(): MutableHostMap {
  return { exact: new Map(), wildcard: new Map() };
}

function isDerived(resource: DestinationRuleResource): resource is DerivedDestinationRule {
  return 'policyPath' in resource;
}

function toRule(resource: DestinationRuleResource, exportTo: Visibility | undefined): DestinationRule {
  const spec = specOf(resource);
  const selector = spec.workloadSelector?.matchLabels;
  const derived = isDerived(resource);
  return {
    host: resolveShortHost(spec.host ?? '', resource.metadata.namespace),
    name: resource.metadata.name,
    namespace: resource.metadata.namespace,
    exportTo,
    ...(spec.trafficPolicy === undefined ? {} : { trafficPolicy: spec.trafficPolicy }),
    trafficPolicyOrigin: { ref: resource.ref, path: derived ? resource.policyPath : ['spec', 'trafficPolicy'] },
    derived,
    subsets: (spec.subsets ?? []).map((subset, index) => ({
      subset,
      origin: { ref: resource.ref, path: ['spec', 'subsets', index] },
    })),
    ...(spec.workloadSelector === undefined ? {} : { workloadSelector: selector ?? {} }),
    from: [resource],
  };
}

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

function exportEntries(visibility: Visibility | undefined): ReadonlySet<string> {
  const entries = new Set(visibility?.namespaces ?? []);
  if (visibility?.public === true) entries.add('*');
  if (visibility?.private === true) entries.add('.');
  if (visibility?.none === true) entries.add('~');
  return entries;
}

function sameAudience(a: Visibility | undefined, b: Visibility | undefined): boolean {
  const left = exportEntries(a);
  const right = exportEntries(b);
  return left.size === right.size && [...left].every((entry) => right.has(entry));
}

function coversAudience(wide: Visibility | undefined, narrow: Visibility | undefined): boolean {
  const left = exportEntries(wide);
  const right = exportEntries(narrow);
  return right.size > 0 && [...right].every((entry) => left.has(entry));
}

type PortSettings = NonNullable<TrafficPolicy['portLevelSettings']>;

/** istio/istio pilot/pkg/model/destination_rule.go (mergeBackendPolicyPortLevelSettings) */
function mergePortSettings(written: PortSettings, derived: PortSettings): PortSettings {
  const numbers = new Set(written.map(({ port }) => port?.number));
  return [
    ...written.map((own) => ({ ...derived.find(({ port }) => port?.number === own.port?.number), ...own })),
    ...derived.filter(({ port }) => !numbers.has(port?.number)),
  ];
}

/** What is derived fills the gaps of what is written. istio/istio pilot/pkg/model/destination_rule.go (mergeBackendPolicyTrafficPolicy) */
function fillGaps(written: TrafficPolicy | undefined, derived: TrafficPolicy): TrafficPolicy {
  if (written === undefined) return derived;
  const ports = mergePortSettings(written.portLevelSettings ?? [], derived.portLevelSettings ?? []);
  return { ...derived, ...written, ...(ports.length === 0 ? {} : { portLevelSettings: ports }) };
}

/** A written rule and a derived one as one, in the name of the written. */
function combine(written: DestinationRule, derived: DestinationRule): DestinationRule {
  const { trafficPolicy } = derived;
  if (trafficPolicy === undefined) return written;
  const { trafficPolicyOrigin } = written.trafficPolicy === undefined ? derived : written;
  return { ...written, trafficPolicy: fillGaps(written.trafficPolicy, trafficPolicy), trafficPolicyOrigin };
}

/** New subset names are appended; the first policy of the host is kept whole. */
function absorb(existing: DestinationRule, incoming: DestinationRule): DestinationRule {
  const names = new Set(existing.subsets.map((source) => source.subset.name));
  const subsets = [...existing.subsets, ...incoming.subsets.filter((source) => !names.has(source.subset.name))];
  const from = [...existing.from, ...incoming.from];
  if (existing.derived !== incoming.derived) {
    const [written, derived] = existing.derived ? [incoming, existing] : [existing, incoming];
    return { ...combine(written, derived), exportTo: existing.exportTo, subsets, from };
  }
  if (existing.trafficPolicy !== undefined || incoming.trafficPolicy === undefined) {
    return { ...existing, subsets, from };
  }
  const { trafficPolicy, trafficPolicyOrigin } = incoming;
  return { ...existing, subsets, from, trafficPolicy, trafficPolicyOrigin };
}

/** istio/istio pilot/pkg/model/destination_rule.go (mergeDestinationRule) */
function mergeInto(map: MutableHostMap, rule: DestinationRule): void {
  const rules = isWildcardHost(rule.host) ? map.wildcard : map.exact;
  const list = rules.get(rule.host);
  if (list === undefined) {
    rules.set(rule.host, [rule]);
    return;
  }
  let standsAlone = true;
  for (const [index, existing] of list.entries()) {
    const equal = sameAudience(rule.exportTo, existing.exportTo);
    standsAlone = !equal;
    if (!equal && !coversAudience(rule.exportTo, existing.exportTo)) continue;
    const bothSelect = rule.workloadSelector !== undefined && existing.workloadSelector !== undefined;
    const neitherSelects = rule.workloadSelector === undefined && existing.workloadSelector === undefined;
    if (bothSelect && !sameLabels(rule.workloadSelector ?? {}, existing.workloadSelector ?? {})) {
      standsAlone = true;
      continue;
    }
    if (neitherSelects || bothSelect) standsAlone = false;
    list[index] = absorb(existing, rule);
  }
  if (standsAlone) list.push(rule);
}

/** Rules with a selector first, then by age. istio/istio pilot/pkg/model/push_context.go (sortConfigBySelectorAndCreationTime) */
function bySelectorThenAge(a: DestinationRuleResource, b: DestinationRuleResource): number {
  const selectsA = specOf(a).workloadSelector !== undefined;
  const selectsB = specOf(b).workloadSelector !== undefined;
  return selectsA === selectsB ? a.creationOrder - b.creationOrder : selectsA ? -1 : 1;
}

interface Levels {
  readonly local: Map<string, MutableHostMap>;
  readonly exported: Map<string, MutableHostMap>;
  readonly rootPrivate: MutableHostMap;
}

function levelOf(levels: Map<string, MutableHostMap>, namespace: string): MutableHostMap {
  const known = levels.get(namespace);
  if (known !== undefined) return known;
  const created = newHostMap();
  levels.set(namespace, created);
  return created;
}

interface RuleSettings {
  readonly rootNamespace: string;
  readonly defaultExportTo: readonly string[];
  /** Rules by the identity of their object. */
  readonly memo: Memo<DestinationRule>;
}

/** istio/istio pilot/pkg/model/push_context.go (setDestinationRules) */
function place(resource: DestinationRuleResource, levels: Levels, settings: RuleSettings): void {
  const { namespace } = resource.metadata;
  const spec = specOf(resource);
  const entries = spec.workloadSelector === undefined ? (spec.exportTo ?? []) : ['.'];
  const exportTo = entries.length === 0 ? undefined : parseVisibility(entries, []);
  const rule = settings.memo.get(String(idOf(resource)), () => toRule(resource, exportTo));
  if (exportTo === undefined || exportTo.public || exportTo.private || exportTo.namespaces.includes(namespace)) {
    mergeInto(levelOf(levels.local, namespace), rule);
  }
  const onlyOwn = entries.length === 1 && (entries[0] === '.' || entries[0] === namespace);
  if (!onlyOwn && !(entries.length === 0 && settings.defaultExportTo.includes('.'))) {
    mergeInto(levelOf(levels.exported, namespace), rule);
  } else if (namespace === settings.rootNamespace) {
    mergeInto(levels.rootPrivate, rule);
  }
}

function exportedTo(rules: readonly DestinationRule[], clientNamespace: string): readonly DestinationRule[] {
  return rules.filter(
    ({ exportTo }) => exportTo === undefined || exportTo.public || exportTo.namespaces.includes(clientNamespace),
  );
}

/**
 * The client's namespace, else the service's, else the root namespace: the first that has a rule for the host decides.
 * istio/istio pilot/pkg/model/push_context.go (destinationRule)
 */
function lookupIn(
  levels: Levels,
  rootNamespace: string,
  clientNamespace: string,
  service: Service,
): readonly DestinationRule[] {
  const own = clientNamespace === rootNamespace ? levels.rootPrivate : levels.local.get(clientNamespace);
  const local = own === undefined ? undefined : mostSpecificHost(service.hostname, own);
  if (local !== undefined) return local;
  for (const namespace of [service.namespace, rootNamespace]) {
    const level = levels.exported.get(namespace);
    const rules = level === undefined ? undefined : mostSpecificHost(service.hostname, level);
    const visible = rules === undefined ? [] : exportedTo(rules, clientNamespace);
    if (visible.length > 0) return visible;
  }
  return [];
}

export function buildDestinationRuleIndex(
  resources: readonly DestinationRuleResource[],
  settings: RuleSettings,
): DestinationRuleIndex {
  const levels: Levels = { local: new Map(), exported: new Map(), rootPrivate: newHostMap() };
  const selectorKeys = new Set<string>();
  for (const resource of [...resources].sort(bySelectorThenAge)) {
    place(resource, levels, settings);
    for (const key of Object.keys(specOf(resource).workloadSelector?.matchLabels ?? {})) selectorKeys.add(key);
  }
  return {
    lookup: (clientNamespace, service) => lookupIn(levels, settings.rootNamespace, clientNamespace, service),
    selectorKeys,
  };
}

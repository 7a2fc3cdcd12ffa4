/** Rules about load balancing by location. */
import type { ConfigPath } from '../../../../config';
import type { LocalityLbSetting, ZoneAwareLbSetting } from '../load-balancer';
import type { Check } from './check';

/** Labels that name a location. istio/api label/labels.gen.go */
const TOPOLOGY_LABELS: ReadonlySet<string> = new Set([
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.istio.io/subzone',
]);

type Failovers = NonNullable<LocalityLbSetting['failover']>;
type Distributes = NonNullable<LocalityLbSetting['distribute']>;

/** istio/istio pkg/config/validation/agent/validation.go (ValidateLocalityLbSetting) */
export function checkLocalityLbSetting(
  check: Check,
  setting: LocalityLbSetting | undefined,
  hasOutlierDetection: boolean,
  path: ConfigPath,
): void {
  if (setting === undefined) return;
  const { distribute = [], failover = [], failoverPriority = [] } = setting;
  if (distribute.length > 0 && failover.length > 0) {
    check.report('distribute-with-failover', [...path, 'failover']);
    return;
  }
  for (const [index, label] of failoverPriority.entries()) {
    if (failover.length > 0 && TOPOLOGY_LABELS.has(label)) {
      check.report('failover-topology-label', [...path, 'failoverPriority', index], { value: label });
    }
  }
  checkDistribute(check, distribute, [...path, 'distribute']);
  if (failover.length + failoverPriority.length > 0 && !hasOutlierDetection) {
    check.report('failover-without-outlier', path);
  }
  checkFailover(check, failover, [...path, 'failover']);
}

/** istio/istio pkg/config/validation/agent/validation.go (ValidateZoneAwareLbSetting) */
export function checkZoneAwareLbSetting(
  check: Check,
  setting: ZoneAwareLbSetting | undefined,
  hasOutlierDetection: boolean,
  path: ConfigPath,
): void {
  if (setting === undefined) return;
  const { failover = [], failoverPriority = [] } = setting;
  for (const [index, label] of failoverPriority.entries()) {
    if (TOPOLOGY_LABELS.has(label)) {
      check.report('failover-topology-label', [...path, 'failoverPriority', index], { value: label });
    }
  }
  if (failover.length + failoverPriority.length > 0 && !hasOutlierDetection) {
    check.report('failover-without-outlier', path);
  }
  checkFailover(check, failover, [...path, 'failover']);
}

function checkFailover(check: Check, failovers: Failovers, path: ConfigPath): void {
  for (const [index, { from = '', to = '' }] of failovers.entries()) {
    const at = [...path, index];
    if (from === to) check.report('failover-same-region', at, { value: from });
    if (/[/*]/.test(from) || /[/*]/.test(to)) check.report('failover-not-a-region', at);
  }
}

function checkDistribute(check: Check, distribute: Distributes, path: ConfigPath): void {
  for (const [index, { to = {} }] of distribute.entries()) {
    const at = [...path, index, 'to'];
    let total = 0;
    for (const [locality, weight] of Object.entries(to)) {
      if (weight < 1 || weight > 100) check.report('locality-weight', [...at, locality], { value: weight });
      total += weight;
    }
    if (total !== 100) check.report('locality-weights', at, { value: total });
    checkLocalities(
      check,
      Object.keys(to).map((locality) => ({ locality, path: [...at, locality] })),
    );
  }
  checkLocalities(
    check,
    distribute.map(({ from = '' }, index) => ({ locality: from, path: [...path, index, 'from'] })),
  );
}

interface PlacedLocality {
  readonly locality: string;
  readonly path: ConfigPath;
}

/**
 * Whether `later` names something that `earlier` named already. A missing part stands for everything below; so does
 * `*`, but upstream lets a later `*` follow single locations.
 */
function localitiesOverlap(earlier: readonly string[], later: readonly string[]): boolean {
  for (let i = 0; i < Math.min(earlier.length, later.length); i++) {
    if (earlier[i] === '*') return true;
    if (earlier[i] !== later[i]) return false;
  }
  return true;
}

/** Well-formed and apart from each other. istio/istio pkg/config/validation/agent/validation.go (validateLocalities) */
export function checkLocalities(check: Check, localities: readonly PlacedLocality[]): void {
  const seen: (readonly string[])[] = [];
  for (const { locality, path } of localities) {
    const star = locality.indexOf('*');
    const parts = splitLocality(locality);
    if ((star >= 0 && star !== locality.length - 1) || parts.includes('')) {
      check.report('locality-form', path, { value: locality });
    } else if (seen.some((other) => localitiesOverlap(other, parts))) {
      check.report('locality-overlap', path, { value: locality });
    }
    seen.push(parts);
  }
}

/** Region, zone and subzone; whatever follows belongs to the subzone. */
function splitLocality(locality: string): readonly string[] {
  const [region = '', zone, ...rest] = locality.split('/');
  if (zone === undefined) return [region];
  return rest.length === 0 ? [region, zone] : [region, zone, rest.join('/')];
}

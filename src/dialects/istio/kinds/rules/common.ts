/** Rules that several kinds share. */
import { NS_PER_MS, parseDuration } from '../../../../base';
import { type ConfigPath, isIpv4, isIpv6, type Resource } from '../../../../config';
import type { PolicySelector, PolicyTargetReference, WorkloadSelector } from '../selector';
import type { Check } from './check';
import { isDnsLabel, isLabelKey, isLabelValue } from './names';

const UNIX_PREFIX = 'unix://';
const DRY_RUN = 'istio.io/dry-run';
/** Annotations that only the control plane may set. istio/istio pkg/config/constants/constants.go */
const RESERVED_ANNOTATIONS: readonly string[] = [
  'internal.istio.io/webhook-always-reject',
  'internal.istio.io/parent-namespace',
  'internal.istio.io/parents',
];
/** istio/istio pkg/config/validation/validation.go (allowedTargetRefs) */
const TARGETS: ReadonlySet<string> = new Set([
  '/Service',
  'core/Service',
  'networking.istio.io/ServiceEntry',
  'gateway.networking.k8s.io/Gateway',
  'gateway.networking.k8s.io/GatewayClass',
]);

/** istio/istio pkg/config/validation/validation.go (validateMetadata); only AuthorizationPolicy knows dry runs. */
export function checkMetadata(check: Check, resource: Resource, dryRunAllowed = false): void {
  const { annotations } = resource.metadata;
  for (const name of RESERVED_ANNOTATIONS) {
    if (Object.hasOwn(annotations, name)) {
      check.report('annotation-reserved', ['metadata', 'annotations', name], { name });
    }
  }
  if (!dryRunAllowed && Object.hasOwn(annotations, DRY_RUN)) {
    check.report('dry-run-unsupported', ['metadata', 'annotations', DRY_RUN], { kind: resource.kind });
  }
}

export function isIp(text: string): boolean {
  return isIpv4(text) || isIpv6(text);
}

/** An address, or a range of them. istio/istio pkg/config/validation/agent/validation.go (ValidateIPSubnet) */
export function isIpOrRange(text: string): boolean {
  const slash = text.indexOf('/');
  if (slash < 0) return isIp(text);
  const address = text.slice(0, slash);
  const length = text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d{0,2})$/.test(length)) return false;
  return (isIpv4(address) && Number(length) <= 32) || (isIpv6(address) && Number(length) <= 128);
}

/** The path behind `unix://`; undefined for other addresses. */
export function unixPath(address: string): string | undefined {
  return address.startsWith(UNIX_PREFIX) ? address.slice(UNIX_PREFIX.length) : undefined;
}

/** At least 1 ms and whole milliseconds. istio/istio pkg/config/validation/agent/validation.go (ValidateDuration) */
export function checkDuration(check: Check, value: string | undefined, path: ConfigPath): void {
  const parsed = value === undefined ? undefined : parseDuration(value);
  if (value === undefined || parsed === undefined || !parsed.ok) return;
  if (parsed.value < NS_PER_MS) check.report('duration-too-short', path, { value });
  else if (parsed.value % NS_PER_MS !== 0) check.report('duration-too-fine', path, { value });
}

/** At least 1 ms: what the custom resource definitions ask for and the webhook does not repeat. */
export function checkShortestDuration(check: Check, value: string | undefined, path: ConfigPath): void {
  const parsed = value === undefined ? undefined : parseDuration(value);
  if (value !== undefined && parsed?.ok === true && parsed.value < NS_PER_MS) {
    check.report('duration-too-short', path, { value });
  }
}

/** istio/istio pkg/config/labels/instance.go (Validate) */
export function checkLabels(
  check: Check,
  labels: Readonly<Record<string, string>> | undefined,
  path: ConfigPath,
): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    if (!isLabelKey(key)) check.report('label-key', [...path, key], { value: key });
    if (!isLabelValue(value)) check.report('label-value', [...path, key], { value });
  }
}

function checkSelectorLabels(check: Check, labels: Readonly<Record<string, string>>, path: ConfigPath): void {
  for (const [key, value] of Object.entries(labels)) {
    if (key === '') check.report('selector-key-empty', [...path, key]);
    if (key.includes('*') || value.includes('*')) check.report('selector-wildcard', [...path, key]);
  }
}

/** istio/istio pkg/config/validation/validation.go (validateWorkloadSelector) */
export function checkPolicySelector(check: Check, selector: PolicySelector | undefined, path: ConfigPath): void {
  if (selector === undefined) return;
  const labels = selector.matchLabels ?? {};
  checkSelectorLabels(check, labels, [...path, 'matchLabels']);
  if (Object.keys(labels).length === 0) check.report('selector-empty', path);
}

/** istio/istio pkg/config/validation/validation.go (ValidateAlphaWorkloadSelector) */
export function checkWorkloadSelector(check: Check, selector: WorkloadSelector | undefined, path: ConfigPath): void {
  if (selector === undefined) return;
  const labels = selector.labels ?? {};
  checkSelectorLabels(check, labels, [...path, 'labels']);
  if (Object.keys(labels).length === 0) check.report('selector-empty', path);
}

/** istio/istio pkg/config/validation/validation.go (validatePolicyTargetReference) */
function checkTarget(check: Check, target: PolicyTargetReference, path: ConfigPath): void {
  if ((target.namespace ?? '') !== '') check.report('target-namespace', [...path, 'namespace']);
  const value = `${target.group ?? ''}/${target.kind}`;
  if (!TARGETS.has(value)) check.report('target-kind', [...path, 'kind'], { value });
}

/** What a policy says it applies to. */
export interface PolicyTargets {
  readonly selector?: PolicySelector;
  readonly targetRef?: PolicyTargetReference;
  readonly targetRefs?: readonly PolicyTargetReference[];
}

/** That only one of the three is used is stated by the schema. */
export function checkPolicyTargets(check: Check, spec: PolicyTargets): void {
  checkPolicySelector(check, spec.selector, ['spec', 'selector']);
  if (spec.targetRef !== undefined) checkTarget(check, spec.targetRef, ['spec', 'targetRef']);
  for (const [index, target] of (spec.targetRefs ?? []).entries()) {
    checkTarget(check, target, ['spec', 'targetRefs', index]);
  }
}

/** Whose `exportTo` it is: each allows something else. */
export type ExportingKind = 'service-entry' | 'selecting-destination-rule' | 'other';

/** istio/istio pkg/config/validation/validation.go (validateExportTo) */
export function checkExportTo(check: Check, exportTo: readonly string[] | undefined, kind: ExportingKind): void {
  const seen = new Set<string>();
  const path: ConfigPath = ['spec', 'exportTo'];
  const entries = exportTo ?? [];
  for (const [index, entry] of entries.entries()) {
    const key = entry === '.' ? check.namespace : entry;
    if (seen.has(key)) check.report('export-duplicate', [...path, index], { value: entry });
    else if (entry === '~' && kind !== 'service-entry') check.report('export-none', [...path, index]);
    else if (entry !== '~' && key !== '*' && !isDnsLabel(key)) {
      check.report('export-name', [...path, index], { value: entry });
    } else seen.add(key);
  }
  if (kind === 'selecting-destination-rule' && seen.size > 0 && !(seen.size === 1 && seen.has(check.namespace))) {
    check.report('export-beyond-namespace', path);
  }
  if (entries.length > 1 && (seen.has('*') || seen.has('~'))) {
    check.report('export-mixed', path, { value: seen.has('*') ? '*' : '~' });
  }
}

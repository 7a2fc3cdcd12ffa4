/** Rules about Telemetry and ProxyConfig. */
import type { ConfigPath, DiagnosticBag, Resource } from '../../../../config';
import type { ProxyConfigObject } from '../proxy-config';
import type { Metrics, TelemetryObject, Tracing } from '../telemetry';
import { type Check, createCheck } from './check';
import { checkMetadata, checkPolicySelector, checkPolicyTargets, checkShortestDuration } from './common';
import { isExpressionText } from './expression';

/** istio/istio pkg/config/validation/validation.go (ValidateTelemetry) */
export function validateTelemetry(resource: Resource<TelemetryObject>, bag: DiagnosticBag): void {
  const check = createCheck(resource, bag);
  checkMetadata(check, resource);
  const spec = resource.object.spec ?? {};
  checkPolicyTargets(check, spec);
  for (const [index, metrics] of (spec.metrics ?? []).entries())
    checkMetrics(check, metrics, ['spec', 'metrics', index]);
  const tracing = spec.tracing ?? [];
  if (tracing.length > 1) check.report('several-unsupported', ['spec', 'tracing'], { what: 'entry' });
  for (const [index, entry] of tracing.entries()) checkTracing(check, entry, ['spec', 'tracing', index]);
  for (const [index, { filter }] of (spec.accessLogging ?? []).entries()) {
    const path = ['spec', 'accessLogging', index, 'filter', 'expression'];
    if (filter !== undefined && !isExpressionText(filter.expression ?? '')) check.report('expression', path);
  }
}

function checkTracing(check: Check, tracing: Tracing, path: ConfigPath): void {
  if ((tracing.providers ?? []).length > 1) {
    check.report('several-unsupported', [...path, 'providers'], { what: 'provider' });
  }
  if (Object.hasOwn(tracing.customTags ?? {}, '')) {
    check.report('name-empty', [...path, 'customTags', ''], { what: 'The tag' });
  }
}

function checkMetrics(check: Check, metrics: Metrics, path: ConfigPath): void {
  checkShortestDuration(check, metrics.reportingInterval, [...path, 'reportingInterval']);
  for (const [index, { tagOverrides = {} }] of (metrics.overrides ?? []).entries()) {
    for (const [name, { operation = 'UPSERT', value = '' }] of Object.entries(tagOverrides)) {
      const at = [...path, 'overrides', index, 'tagOverrides', name];
      if (name === '') check.report('tag-unnamed', at);
      if (operation === 'UPSERT' && value === '') check.report('tag-without-value', at);
      if (operation === 'REMOVE' && value !== '') check.report('tag-with-value', [...at, 'value']);
    }
  }
}

/** istio/istio pkg/config/validation/validation.go (ValidateProxyConfig) */
export function validateProxyConfig(resource: Resource<ProxyConfigObject>, bag: DiagnosticBag): void {
  const check = createCheck(resource, bag);
  checkMetadata(check, resource);
  checkPolicySelector(check, resource.object.spec?.selector, ['spec', 'selector']);
}

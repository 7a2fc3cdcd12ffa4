import { parseGatewayDuration } from '../../../../base';
import type { ConfigPath } from '../../../../config';
import type { RequestMirror } from '../filters';
import type { HttpPathModifier, HttpRouteFilter } from '../http-filters';
import type { Report } from './catalogue';
import { checkBackendPort } from './parents';

const REPEATABLE: ReadonlySet<string> = new Set(['RequestMirror', 'ExtensionRef']);

interface TypedFilter {
  readonly type: string;
}

/** Each type has one field for its settings, and most types stand once. */
export function checkFilterFields(
  report: Report,
  filters: readonly TypedFilter[],
  fields: Readonly<Record<string, string>>,
  path: ConfigPath,
): void {
  const seen = new Set<string>();
  for (const [index, filter] of filters.entries()) {
    const { type } = filter;
    const at = [...path, index];
    for (const [owner, field] of Object.entries(fields)) {
      const written = Object.hasOwn(filter, field);
      if (owner === type && !written) report('filter-field-missing', at, { type, field });
      if (owner !== type && written) report('filter-field-foreign', [...at, field], { type, field });
    }
    if (seen.has(type) && !REPEATABLE.has(type)) report('filter-twice', at, { type });
    seen.add(type);
  }
  if (seen.has('RequestRedirect') && seen.has('URLRewrite')) report('redirect-and-rewrite', path);
}

export function checkMirror(report: Report, mirror: RequestMirror | undefined, path: ConfigPath): void {
  if (mirror === undefined) return;
  checkBackendPort(report, mirror.backendRef, [...path, 'backendRef']);
  const { fraction } = mirror;
  if (fraction === undefined) return;
  if (mirror.percent !== undefined) report('mirror-share-twice', [...path, 'percent']);
  const { numerator, denominator } = fraction;
  if (numerator > denominator) report('fraction-above-one', [...path, 'fraction'], { numerator, denominator });
}

function checkPathModifier(report: Report, modifier: HttpPathModifier | undefined, path: ConfigPath): void {
  if (modifier === undefined) return;
  const full = modifier.type === 'ReplaceFullPath';
  const field = full ? 'replaceFullPath' : 'replacePrefixMatch';
  const other = full ? 'replacePrefixMatch' : 'replaceFullPath';
  if (modifier[field] === undefined || modifier[other] !== undefined) {
    report('path-modifier-field', path, { type: modifier.type, field });
  }
}

/** Settings of single filters. */
export function checkHttpFilter(report: Report, filter: HttpRouteFilter, path: ConfigPath): void {
  checkMirror(report, filter.requestMirror, [...path, 'requestMirror']);
  checkPathModifier(report, filter.requestRedirect?.path, [...path, 'requestRedirect', 'path']);
  checkPathModifier(report, filter.urlRewrite?.path, [...path, 'urlRewrite', 'path']);
  for (const field of ['allowOrigins', 'allowMethods', 'allowHeaders'] as const) {
    const values: readonly string[] = filter.cors?.[field] ?? [];
    if (values.length > 1 && values.includes('*')) report('star-not-alone', [...path, 'cors', field]);
  }
  if (filter.externalAuth !== undefined) {
    checkBackendPort(report, filter.externalAuth.backendRef, [...path, 'externalAuth', 'backendRef']);
  }
}

/** Whether the filter replaces the prefix that the match covers. */
export function replacesPrefix({ requestRedirect, urlRewrite }: HttpRouteFilter): boolean {
  return [requestRedirect?.path, urlRewrite?.path].some((path) => path?.replacePrefixMatch !== undefined);
}

export function isLongerThan(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const [first, second] = [parseGatewayDuration(a), parseGatewayDuration(b)];
  return first.ok && second.ok && second.value !== 0 && first.value > second.value;
}

import type { ConfigOrigin } from '../../../../xds';
import type { HttpMatchRequest, HttpRoute, StringMatch } from '../../kinds';
import type { HttpRule, Sourced } from './http-rule';

/** Fields that a delegate's rule takes from the root where it sets none itself. */
const INHERITED_FIELDS = [
  'rewrite',
  'directResponse',
  'timeout',
  'retries',
  'fault',
  'mirror',
  'mirrorPercent',
  'mirrorPercentage',
  'corsPolicy',
  'mirrors',
  'headers',
] as const satisfies readonly (keyof HttpRoute)[];

function joinNames(root: string | undefined, leaf: string | undefined): string {
  if (leaf === undefined || leaf === '') return root ?? '';
  return root === undefined || root === '' ? leaf : `${root}-${leaf}`;
}

/** An exact or prefix match may only be narrowed; a regular expression allows nothing on the other side. */
function stringsConflict(root: StringMatch | undefined, leaf: StringMatch | undefined): boolean {
  if (root === undefined || leaf === undefined) return false;
  const [rootExact, rootPrefix, rootRegex] = [root.exact ?? '', root.prefix ?? '', root.regex ?? ''];
  const [leafExact, leafPrefix, leafRegex] = [leaf.exact ?? '', leaf.prefix ?? '', leaf.regex ?? ''];
  if (rootRegex !== '' && (leafRegex !== '' || leafPrefix !== '' || leafExact !== '')) return true;
  if (leafRegex !== '' && (rootPrefix !== '' || rootExact !== '')) return true;
  if (rootExact !== '') return leafPrefix !== '' || leafExact !== rootExact;
  if (rootPrefix !== '' && leafPrefix !== '') return !leafPrefix.startsWith(rootPrefix);
  if (rootPrefix !== '' && leafExact !== '') return !leafExact.startsWith(rootPrefix);
  return true;
}

type Matchers = Readonly<Record<string, StringMatch>> | undefined;

function matchersConflict(root: Matchers, leaf: Matchers): boolean {
  return Object.entries(leaf ?? {}).some(([key, match]) => stringsConflict(root?.[key], match));
}

function labelsConflict(root: HttpMatchRequest, leaf: HttpMatchRequest): boolean {
  return Object.entries(leaf.sourceLabels ?? {}).some(([key, value]) => {
    const expected = root.sourceLabels?.[key];
    return expected !== undefined && expected !== value;
  });
}

function gatewaysConflict(root: readonly string[], leaf: readonly string[]): boolean {
  if (root.length === 0 || leaf.length === 0) return false;
  return root.length < leaf.length || leaf.some((gateway) => !root.includes(gateway));
}

/** istio/istio pilot/pkg/model/virtualservice.go (hasConflict) */
function matchesConflict(root: HttpMatchRequest, leaf: HttpMatchRequest): boolean {
  const fields = ['uri', 'scheme', 'method', 'authority'] as const;
  if (fields.some((field) => stringsConflict(root[field], leaf[field]))) return true;
  if (matchersConflict(root.headers, leaf.headers)) return true;
  if (matchersConflict(root.withoutHeaders, leaf.withoutHeaders)) return true;
  if (matchersConflict(root.queryParams, leaf.queryParams)) return true;
  if ((root.ignoreUriCase ?? false) !== (leaf.ignoreUriCase ?? false)) return true;
  if ((root.port ?? 0) > 0 && (leaf.port ?? 0) > 0 && root.port !== leaf.port) return true;
  if ((root.sourceNamespace ?? '') !== '' && root.sourceNamespace !== leaf.sourceNamespace) return true;
  return labelsConflict(root, leaf) || gatewaysConflict(root.gateways ?? [], leaf.gateways ?? []);
}

function mergeMatch(root: HttpMatchRequest, leaf: HttpMatchRequest): HttpMatchRequest {
  const name = joinNames(root.name, leaf.name);
  const gateways = (leaf.gateways ?? []).length > 0 ? leaf.gateways : root.gateways;
  const port = (leaf.port ?? 0) > 0 ? leaf.port : root.port;
  const sourceNamespace = (leaf.sourceNamespace ?? '') === '' ? root.sourceNamespace : leaf.sourceNamespace;
  return {
    ...root,
    ...leaf,
    ...(name === '' ? {} : { name }),
    headers: { ...root.headers, ...leaf.headers },
    withoutHeaders: { ...root.withoutHeaders, ...leaf.withoutHeaders },
    queryParams: { ...root.queryParams, ...leaf.queryParams },
    sourceLabels: { ...root.sourceLabels, ...leaf.sourceLabels },
    ...(gateways === undefined ? {} : { gateways }),
    ...(port === undefined ? {} : { port }),
    ...(sourceNamespace === undefined ? {} : { sourceNamespace }),
  };
}

/** Undefined: some condition of the delegate is not covered by any of the root. */
function mergeMatches(
  root: readonly Sourced<HttpMatchRequest>[],
  leaf: readonly Sourced<HttpMatchRequest>[],
): readonly Sourced<HttpMatchRequest>[] | undefined {
  if (root.length === 0) return leaf;
  if (leaf.length === 0) return root;
  const merged: Sourced<HttpMatchRequest>[] = [];
  for (const sub of leaf) {
    const covering = root.filter((above) => !matchesConflict(above.value, sub.value));
    if (covering.length === 0) return undefined;
    for (const above of covering) merged.push({ value: mergeMatch(above.value, sub.value), origin: sub.origin });
  }
  return merged;
}

/**
 * One rule of a delegate under the rule that delegates to it; undefined when their conditions exclude each other.
 * istio/istio pilot/pkg/model/virtualservice.go (mergeHTTPRoute)
 */
export function mergeDelegate(root: HttpRule, leaf: HttpRule): HttpRule | undefined {
  const matches = mergeMatches(root.matches, leaf.matches);
  if (matches === undefined) return undefined;
  const inherited = new Map<string, ConfigOrigin>();
  const taken: { [Field in (typeof INHERITED_FIELDS)[number]]?: HttpRoute[Field] } = {};
  const take = <Field extends (typeof INHERITED_FIELDS)[number]>(field: Field): void => {
    if (leaf.route[field] !== undefined || root.route[field] === undefined) return;
    taken[field] = root.route[field];
    inherited.set(field, { ref: root.origin.ref, path: [...root.origin.path, field] });
  };
  for (const field of INHERITED_FIELDS) take(field);
  const name = joinNames(root.route.name, leaf.route.name);
  const route = { ...leaf.route, ...(name === '' ? {} : { name }), ...withoutUndefined(taken) };
  return { route, matches, origin: leaf.origin, inherited };
}

/** Optional fields are absent, never undefined. */
function withoutUndefined(fields: { readonly [Field in keyof HttpRoute]?: HttpRoute[Field] | undefined }): HttpRoute {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

import type { ConfigPath, DiagnosticBag, Resource } from '../../../../config';
import type { GrpcRouteObject, GrpcRouteRule } from '../grpc-route';
import { HTTP_FILTER_FIELDS, type HttpRouteFilter } from '../http-filters';
import type { HttpRouteMatch, HttpRouteObject, HttpRouteRule } from '../http-route';
import type { TcpRouteObject, TlsRouteObject } from '../l4-routes';
import { type Report, reportTo } from './catalogue';
import { checkFilterFields, checkHttpFilter, checkMirror, isLongerThan, replacesPrefix } from './filters';
import { checkBackendPort, checkMatchCount, checkParents, checkRuleNames } from './parents';

const GRPC_FILTER_FIELDS = {
  RequestHeaderModifier: 'requestHeaderModifier',
  ResponseHeaderModifier: 'responseHeaderModifier',
  RequestMirror: 'requestMirror',
  ExtensionRef: 'extensionRef',
} as const;

const PATH_CHARACTERS = /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/;
const MALFORMED_PARTS: readonly string[] = ['//', '/./', '/../', '%2f', '%2F', '#'];
const MALFORMED_ENDS: readonly string[] = ['/..', '/.'];

/** kubernetes-sigs/gateway-api apis/v1/httproute_types.go (HTTPPathMatch) */
function checkPathMatch(report: Report, { path: match }: HttpRouteMatch, path: ConfigPath): void {
  const { type, value } = match;
  if (type === 'RegularExpression') return;
  const at = [...path, 'path', 'value'];
  if (!value.startsWith('/')) {
    report('path-not-absolute', at, { value });
    return;
  }
  const part =
    MALFORMED_PARTS.find((candidate) => value.includes(candidate)) ??
    MALFORMED_ENDS.find((candidate) => value.endsWith(candidate));
  if (part !== undefined) report('path-malformed', at, { value, what: `\`${part}\`` });
  else if (!PATH_CHARACTERS.test(value)) report('path-malformed', at, { value, what: 'a character' });
}

type SessionPersistence = NonNullable<HttpRouteRule['sessionPersistence']>;

function checkSession(report: Report, session: SessionPersistence | undefined, path: ConfigPath): void {
  if (session === undefined) return;
  const { type, cookie, header } = session;
  const [own, other, field] = type === 'Cookie' ? [cookie, header, 'cookie'] : [header, cookie, 'header'];
  if (own === undefined || other !== undefined) report('session-carrier', path, { type, field });
  if (cookie?.lifetimeType === 'Permanent' && session.absoluteTimeout === undefined) report('session-lifetime', path);
}

function checkHttpFilters(report: Report, filters: readonly HttpRouteFilter[], path: ConfigPath): void {
  checkFilterFields(report, filters, HTTP_FILTER_FIELDS, path);
  for (const [index, filter] of filters.entries()) checkHttpFilter(report, filter, [...path, index]);
}

function checkHttpRule(report: Report, rule: HttpRouteRule, path: ConfigPath): void {
  const { matches, filters = [], backendRefs = [] } = rule;
  for (const [index, match] of matches.entries()) checkPathMatch(report, match, [...path, 'matches', index]);
  checkHttpFilters(report, filters, [...path, 'filters']);
  for (const [index, backend] of backendRefs.entries()) {
    checkBackendPort(report, backend, [...path, 'backendRefs', index]);
    checkHttpFilters(report, backend.filters ?? [], [...path, 'backendRefs', index, 'filters']);
  }
  const redirect = filters.findIndex((filter) => filter.requestRedirect !== undefined);
  if (redirect >= 0 && backendRefs.length > 0) report('redirect-with-backends', [...path, 'filters', redirect]);
  const [only] = matches;
  if (matches.length !== 1 || only?.path.type !== 'PathPrefix') {
    const replacing = filters.findIndex(replacesPrefix);
    if (replacing >= 0) report('prefix-without-match', [...path, 'filters', replacing]);
  }
  if (isLongerThan(rule.timeouts?.backendRequest, rule.timeouts?.request)) {
    report('timeout-order', [...path, 'timeouts', 'backendRequest']);
  }
  checkSession(report, rule.sessionPersistence, [...path, 'sessionPersistence']);
}

export function validateHttpRoute({ object }: Resource<HttpRouteObject>, bag: DiagnosticBag): void {
  const report = reportTo(bag);
  const { parentRefs, rules } = object.spec;
  checkParents(report, parentRefs);
  checkRuleNames(report, rules);
  checkMatchCount(report, rules);
  for (const [index, rule] of rules.entries()) checkHttpRule(report, rule, ['spec', 'rules', index]);
}

type GrpcFilters = NonNullable<GrpcRouteRule['filters']>;

function checkGrpcFilters(report: Report, filters: GrpcFilters, path: ConfigPath): void {
  checkFilterFields(report, filters, GRPC_FILTER_FIELDS, path);
  for (const [index, filter] of filters.entries()) {
    checkMirror(report, filter.requestMirror, [...path, index, 'requestMirror']);
  }
}

function checkGrpcRule(report: Report, rule: GrpcRouteRule, path: ConfigPath): void {
  for (const [index, { method }] of (rule.matches ?? []).entries()) {
    const empty = method !== undefined && (method.service ?? '') === '' && (method.method ?? '') === '';
    if (empty) report('grpc-method-empty', [...path, 'matches', index, 'method']);
  }
  checkGrpcFilters(report, rule.filters ?? [], [...path, 'filters']);
  for (const [index, backend] of (rule.backendRefs ?? []).entries()) {
    checkBackendPort(report, backend, [...path, 'backendRefs', index]);
    checkGrpcFilters(report, backend.filters ?? [], [...path, 'backendRefs', index, 'filters']);
  }
  checkSession(report, rule.sessionPersistence, [...path, 'sessionPersistence']);
}

export function validateGrpcRoute({ object }: Resource<GrpcRouteObject>, bag: DiagnosticBag): void {
  const report = reportTo(bag);
  const { parentRefs, rules = [] } = object.spec;
  checkParents(report, parentRefs);
  checkRuleNames(report, rules);
  checkMatchCount(report, rules);
  for (const [index, rule] of rules.entries()) checkGrpcRule(report, rule, ['spec', 'rules', index]);
}

/** TCPRoute, UDPRoute and TLSRoute. */
export function validateL4Route({ object }: Resource<TcpRouteObject | TlsRouteObject>, bag: DiagnosticBag): void {
  const report = reportTo(bag);
  const { parentRefs, rules } = object.spec;
  checkParents(report, parentRefs);
  for (const [index, { backendRefs }] of rules.entries()) {
    for (const [at, backend] of backendRefs.entries()) {
      checkBackendPort(report, backend, ['spec', 'rules', index, 'backendRefs', at]);
    }
  }
}

import type { InternalRedirectPolicy } from '../../../xds';
import type { MessageTable, StringTable } from '../../core';
import { NONE } from '../../network';
import { type HttpCounterName, httpCounter } from '../counters';
import type { ProxyEnvironment } from '../environment';
import {
  decideInternalRedirect,
  fieldOf,
  type InternalRedirectRefusal,
  isObject,
  objectsOf,
  type ResponseView,
  stringsOf,
  textOf,
} from '../semantics';
import type { ProxyTables } from '../tables';
import type { ConnectionManager } from './connection-manager';
import { reason } from './recorder';
import type { Streams } from './streams';

/** Refusals that have a counter; a redirect without any location has none. */
const COUNTERS: Readonly<Partial<Record<InternalRedirectRefusal, HttpCounterName>>> = {
  invalidLocation: 'passthrough_internal_redirect_bad_location',
  schemeChange: 'passthrough_internal_redirect_unsafe_scheme',
  tooManyRedirects: 'passthrough_internal_redirect_too_many_redirects',
};

/** What became of a redirect response. */
export type RedirectOutcome = { readonly kind: 'followed'; readonly stream: number } | { readonly kind: 'passed' };

/** Follows redirects of upstreams inside of the proxy, where a route asks for that. */
// envoyproxy/envoy source/common/router/router.cc Filter::setupRedirect, Filter::convertRequestHeadersForInternalRedirect
export class InternalRedirects {
  readonly #messages: MessageTable;
  readonly #strings: StringTable;
  readonly #streams: Streams;
  readonly #manager: ConnectionManager;

  constructor(environment: ProxyEnvironment, tables: ProxyTables, manager: ConnectionManager) {
    this.#messages = environment.messages;
    this.#strings = environment.strings;
    this.#streams = tables.streams;
    this.#manager = manager;
  }

  /** Makes the stream that follows the redirect, with a route; the caller lets go of what the old one holds and replaces it. */
  follow(stream: number, policy: InternalRedirectPolicy, request: number, response: ResponseView): RedirectOutcome {
    if (this.#streams.routePlans[stream]?.isTooLarge === true) return { kind: 'passed' };
    const s = this.#streams.table.arrays;
    const plaintext = this.#manager.planOf(stream).connectionClass.info.tls === undefined;
    const history = { redirectsSoFar: s.redirects[stream] ?? 0, plaintext };
    const decision = decideInternalRedirect(policy, this.#messages.request(request), response, history);
    if (decision.kind === 'passThrough') {
      const counter = COUNTERS[decision.reason];
      if (counter !== undefined) this.#manager.count(stream, httpCounter(counter));
      return { kind: 'passed' };
    }
    const bytes =
      decision.request.method === this.#messages.request(request).method ? (s.requestBytes[stream] ?? 0) : 0;
    const created = this.#manager.recreate(stream, this.#messages.internRequest(decision.request), bytes);
    const from = this.#routeName(stream) ?? '';
    const target = this.#routeName(created);
    // The route is looked for in place: whatever becomes of the redirect, the log shows the target's.
    this.#streams.resolved[stream] = this.#manager.resolvedOf(created);
    const refused =
      target === undefined
        ? 'passthrough_internal_redirect_no_route'
        : this.#accepts(policy, created, from, target)
          ? undefined
          : 'passthrough_internal_redirect_predicate';
    this.#manager.sinkOf(stream)?.decide('response', String(response.status), reason('internalRedirect'));
    if (refused === undefined) return { kind: 'followed', stream: created };
    this.#manager.count(stream, httpCounter(refused));
    this.#manager.discard(created);
    return { kind: 'passed' };
  }

  #routeName(stream: number): string | undefined {
    const { result } = this.#manager.resolvedOf(stream);
    return result.kind === 'route' ? result.route.source.name : undefined;
  }

  /** Asks the policy's predicates about the target, which the created stream keeps in mind. */
  // envoyproxy/envoy source/extensions/internal_redirect/allow_listed_routes/allow_listed_routes.h
  #accepts(policy: InternalRedirectPolicy, created: number, from: string, target: string): boolean {
    for (const predicate of objectsOf(fieldOf(policy.extra, 'predicates'))) {
      const config = fieldOf(predicate, 'typedConfig');
      const type = isObject(config) ? textOf(config, '@type') : '';
      if (
        type.endsWith('AllowListedRoutesConfig') &&
        !stringsOf(fieldOf(config, 'allowedRouteNames')).includes(target)
      ) {
        return false;
      }
      if (type.endsWith('PreviousRoutesConfig') && !this.#isNew(created, `${from}\n${target}`)) return false;
    }
    return true;
  }

  /** False: the request has gone this way from route to route before. */
  // envoyproxy/envoy source/extensions/internal_redirect/previous_routes/previous_routes.cc
  #isNew(created: number, way: string): boolean {
    const { redirectWays } = this.#streams.table.arrays;
    const ways = redirectWays[created] === NONE ? [] : this.#strings.get(redirectWays[created] ?? NONE).split('\0');
    if (ways.includes(way)) return false;
    redirectWays[created] = this.#strings.numberOf([...ways, way].join('\0'));
    return true;
  }
}

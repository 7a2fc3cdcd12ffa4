import type { MessageTable } from '../../core';
import type { ServiceDirectory } from '../../network';
import type { ProxyEnvironment } from '../environment';
import {
  applyAutoHostRewrite,
  finalizeResponse,
  generateHash,
  type LocalReply,
  processResponseHeaders,
  type ResponseView,
  withCorsHeaders,
  withResponseAttemptCount,
} from '../semantics';
import type { ProxyTables } from '../tables';
import type { Clusters } from '../upstream/clusters';
import type { UpstreamTables } from '../upstream/tables';
import type { ConnectionManager } from './connection-manager';
import { type RoutePlan, upstreamRequestOf } from './route-plan';
import type { Streams } from './streams';

/** The heads that the router sends: of requests to hosts, of responses to clients. Those that are constant are kept in the plan. */
export class Heads {
  readonly #messages: MessageTable;
  readonly #services: ServiceDirectory;
  readonly #streams: Streams;
  readonly #upstream: UpstreamTables;
  readonly #clusters: Clusters;
  readonly #manager: ConnectionManager;

  constructor(environment: ProxyEnvironment, tables: ProxyTables, clusters: Clusters, manager: ConnectionManager) {
    this.#messages = environment.messages;
    this.#services = environment.services;
    this.#streams = tables.streams;
    this.#upstream = tables.upstream;
    this.#clusters = clusters;
    this.#manager = manager;
  }

  /** Number of the head of a try, by the number of the attempt. */
  requestOf(stream: number, plan: RoutePlan, attempt: number): number {
    const { hcm, connectionClass } = this.#manager.planOf(stream);
    return upstreamRequestOf(plan, hcm, attempt, this.#messages, connectionClass.info);
  }

  /** The hash of one request, where it depends on more than its route. */
  hashOf(stream: number, plan: RoutePlan): RoutePlan['hash'] {
    const { action } = plan.matched.route;
    if (action.kind !== 'route') return undefined;
    const requestId = this.#streams.table.arrays.requestId[stream] ?? 0;
    const { hashed } = plan;
    const headers = hashed.headers.has('x-request-id')
      ? hashed.headers.with('x-request-id', String(requestId))
      : hashed.headers;
    const info = this.#connectionInfo(stream);
    return generateHash(action.route.hashPolicies, { ...hashed, headers }, info).hash;
  }

  /** The connection with the port that tells it apart from others of the same client. */
  #connectionInfo(stream: number): Parameters<typeof generateHash>[2] {
    const { info } = this.#manager.planOf(stream).connectionClass;
    const connection = this.#streams.table.arrays.connection[stream] ?? 0;
    const port = 32_768 + (connection % 28_000);
    return { ...info, remoteAddress: { address: info.remoteAddress.address, port } };
  }

  /** Number of the head with which a try goes out: its authority may be the name of its host. */
  sentRequest(stream: number, plan: RoutePlan, upstream: number): number {
    const t = this.#upstream.tries.arrays;
    const request = t.request[upstream] ?? 0;
    const { action } = plan.matched.route;
    if (action.kind !== 'route' || action.route.hostRewrite?.kind !== 'auto') return request;
    const cluster = this.#clusters.get(this.#streams.table.arrays.cluster[stream] ?? 0);
    const hostname = this.#clusters.endpointOf(cluster, t.host[upstream] ?? 0)?.hostname ?? '';
    const key = `${request} ${hostname}`;
    const known = plan.autoRewritten.get(key);
    if (known !== undefined) return known;
    const { suppressEnvoyHeaders } = this.#manager.planOf(stream).hcm;
    const view = applyAutoHostRewrite(plan.matched, this.#messages.request(request), hostname, suppressEnvoyHeaders);
    const rewritten = this.#messages.internRequest(view);
    plan.autoRewritten.set(key, rewritten);
    return rewritten;
  }

  /** The response as routes, virtual hosts and filters leave it. */
  responseOf(stream: number, plan: RoutePlan, response: number): number {
    const filterPlan = this.#manager.filterPlanOf(stream);
    const { matched, choice, request } = plan;
    const countsAttempts = matched.virtualHost.source.includeAttemptCountInResponse;
    const plain =
      filterPlan.corsStream.allowedOrigin === '' &&
      plan.cookies.length === 0 &&
      plan.constantResponses &&
      !countsAttempts;
    if (plain) {
      const known = plan.responses.get(response);
      if (known !== undefined) return known;
    }
    const { connectionClass } = this.#manager.planOf(stream);
    let view: ResponseView = processResponseHeaders(this.#messages.response(response), request);
    const s = this.#streams.table.arrays;
    if (countsAttempts) view = withResponseAttemptCount(view, s.attempts[stream] ?? 0);
    const address = this.#services.addressText(s.hostAddress[stream] ?? 0);
    const sent = plan.upstreamRequests[s.attempts[stream] ?? 0];
    view = finalizeResponse(matched, choice, view, {
      request: sent === undefined ? request : this.#messages.request(sent),
      response: view,
      connection: connectionClass.info,
      stream: { upstreamHost: address, upstreamCluster: choice.cluster, responseCode: view.status },
    });
    if (filterPlan.cors !== undefined) view = withCorsHeaders(filterPlan.cors, filterPlan.corsStream, view);
    for (const cookie of this.#cookiesOf(stream, plan)) {
      view = { ...view, headers: view.headers.withAdded('set-cookie', cookie) };
    }
    const number = this.#messages.internResponse(view);
    if (plain) plan.responses.set(response, number);
    return number;
  }

  /** A reply of the router with the number of tries, where the virtual host includes it. */
  // envoyproxy/envoy source/common/router/router.cc modify_headers_
  withAttemptCount(stream: number, plan: RoutePlan, reply: LocalReply): LocalReply {
    if (!plan.matched.virtualHost.source.includeAttemptCountInResponse) return reply;
    const attempts = String(this.#streams.table.arrays.attempts[stream] ?? 0);
    return { ...reply, headers: [...(reply.headers ?? []), ['x-envoy-attempt-count', attempts]] };
  }

  #cookiesOf(stream: number, plan: RoutePlan): readonly string[] {
    const { action } = plan.matched.route;
    if (plan.cookies.length === 0 || action.kind !== 'route') return [];
    const { cookies } = generateHash(action.route.hashPolicies, plan.request, this.#connectionInfo(stream));
    return cookies.map(({ setCookie }) => setCookie);
  }
}

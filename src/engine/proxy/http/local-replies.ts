import { epochMs, type MessageTable } from '../../core';
import { NONE, PAYLOAD_HTTP2 } from '../../network';
import { wholeMs } from '../../telemetry';
import type { ProxyEnvironment } from '../environment';
import { PROTOCOLS, responseFlagsOf } from '../log-texts';
import type { ProxyRecord } from '../proxy-record';
import { type FormatContext, type ReplyRewrite, rewriteLocalReply } from '../semantics';
import type { ProxyTables } from '../tables';
import type { RequestPlan, ResolvedRoute } from './request-plan';
import type { Streams } from './streams';

/** Who knows what streams are made of. */
export interface ReplyHost {
  planOf(stream: number): RequestPlan;
  resolvedOf(stream: number): ResolvedRoute;
  proxyOf(stream: number): ProxyRecord;
}

/** What `local_reply_config` of connection managers makes of their own answers. */
export class LocalReplies {
  readonly #environment: ProxyEnvironment;
  readonly #messages: MessageTable;
  readonly #streams: Streams;
  readonly #host: ReplyHost;

  constructor(environment: ProxyEnvironment, tables: ProxyTables, host: ReplyHost) {
    this.#environment = environment;
    this.#messages = environment.messages;
    this.#streams = tables.streams;
    this.#host = host;
  }

  /** Undefined: the configuration leaves answers as they are. */
  rewriteOf(stream: number): ReplyRewrite | undefined {
    const config = this.#host.planOf(stream).hcm.localReplies;
    if (config === undefined) return undefined;
    const context = this.#contextOf(stream);
    const { routeRng } = this.#host.proxyOf(stream);
    return (response, body) => rewriteLocalReply(config, { response, body }, context, routeRng);
  }

  /** What filters and formats of the configuration may look at while the answer is made. */
  #contextOf(stream: number): FormatContext {
    const { strings, network, kernel, services } = this.#environment;
    const s = this.#streams.table.arrays;
    const plan = this.#host.planOf(stream);
    const { result, choice } = this.#host.resolvedOf(stream);
    const attempts = s.attempts[stream] ?? 0;
    const sent = this.#streams.routePlans[stream]?.upstreamRequests[attempts];
    const startNs = s.startNs[stream] ?? 0;
    const address = s.hostAddress[stream] ?? NONE;
    const details = s.details[stream] ?? NONE;
    const isHttp2 = network.connections.arrays.payload[s.connection[stream] ?? 0] === PAYLOAD_HTTP2;
    const protocol = PROTOCOLS[isHttp2 ? 1 : 0];
    return {
      request: sent === undefined ? plan.request : this.#messages.request(sent),
      connection: plan.connectionClass.info,
      stream: {
        startTimeMs: epochMs(startNs),
        durationMs: wholeMs(kernel.nowNs - startNs),
        bytesReceived: s.requestBytes[stream] ?? 0,
        bytesSent: 0,
        responseFlags: responseFlagsOf(s.flags[stream] ?? 0, s.flagCount[stream] ?? 0),
        upstreamRequestAttemptCount: attempts,
        ...(protocol === undefined ? {} : { protocol }),
        ...(details === NONE ? {} : { responseCodeDetails: strings.get(details) }),
        ...(result.kind === 'route' ? { routeName: result.route.source.name } : {}),
        ...(choice === undefined ? {} : { upstreamCluster: choice.cluster }),
        ...(address === NONE ? {} : { upstreamHost: services.addressText(address) }),
      },
    };
  }
}

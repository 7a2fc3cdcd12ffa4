import { epochMs, type MessageTable } from '../../core';
import { NONE, PAYLOAD_HTTP2 } from '../../network';
import type { ProxyEnvironment } from '../environment';
import { PROTOCOLS } from '../log-texts';
import {
  type FormatContext,
  RESPONSE_FLAGS,
  type ReplyRewrite,
  type ResponseFlag,
  rewriteLocalReply,
} from '../semantics';
import type { ProxyTables } from '../tables';
import type { ConnectionManager } from './connection-manager';
import { type Streams, unpackFlags } from './streams';

function isFlag(flag: number): flag is ResponseFlag {
  return RESPONSE_FLAGS[flag] !== undefined;
}

/** What `local_reply_config` of connection managers makes of their own answers. */
export class LocalReplies {
  readonly #environment: ProxyEnvironment;
  readonly #messages: MessageTable;
  readonly #streams: Streams;
  readonly #manager: ConnectionManager;

  constructor(environment: ProxyEnvironment, tables: ProxyTables, manager: ConnectionManager) {
    this.#environment = environment;
    this.#messages = environment.messages;
    this.#streams = tables.streams;
    this.#manager = manager;
  }

  /** Undefined: the configuration leaves answers as they are. */
  rewriteOf(stream: number): ReplyRewrite | undefined {
    const config = this.#manager.planOf(stream).hcm.localReplies;
    if (config === undefined) return undefined;
    const context = this.#contextOf(stream);
    const { routeRng } = this.#manager.proxyOf(stream);
    return (response, body) => rewriteLocalReply(config, { response, body }, context, routeRng);
  }

  /** What filters and formats of the configuration may look at while the answer is made. */
  #contextOf(stream: number): FormatContext {
    const { strings, network, kernel } = this.#environment;
    const s = this.#streams.table.arrays;
    const plan = this.#manager.planOf(stream);
    const { result, choice } = this.#manager.resolvedOf(stream);
    const attempts = s.attempts[stream] ?? 0;
    const sent = this.#streams.routePlans[stream]?.upstreamRequests[attempts];
    const startNs = s.startNs[stream] ?? 0;
    const host = s.hostAddress[stream] ?? NONE;
    const details = s.details[stream] ?? NONE;
    const isHttp2 = network.connections.arrays.payload[s.connection[stream] ?? 0] === PAYLOAD_HTTP2;
    const protocol = PROTOCOLS[isHttp2 ? 1 : 0];
    return {
      request: sent === undefined ? plan.request : this.#messages.request(sent),
      connection: plan.connectionClass.info,
      stream: {
        startTimeMs: epochMs(startNs),
        durationMs: Math.floor((kernel.nowNs - startNs) / 1e6),
        bytesReceived: s.requestBytes[stream] ?? 0,
        bytesSent: 0,
        responseFlags: unpackFlags(s.flags[stream] ?? 0, s.flagCount[stream] ?? 0).filter(isFlag),
        upstreamRequestAttemptCount: attempts,
        ...(protocol === undefined ? {} : { protocol }),
        ...(details === NONE ? {} : { responseCodeDetails: strings.get(details) }),
        ...(result.kind === 'route' ? { routeName: result.route.source.name } : {}),
        ...(choice === undefined ? {} : { upstreamCluster: choice.cluster }),
        ...(host === NONE ? {} : { upstreamHost: this.#addressText(host) }),
      },
    };
  }

  #addressText(address: number): string {
    const { ip, port } = this.#environment.services.address(address);
    return `${ip}:${port}`;
  }
}

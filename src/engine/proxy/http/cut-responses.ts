import { MARK_CUT_OFF, type NetworkTables, PAYLOAD_HTTP2 } from '../../network';
import type { ProxyEnvironment } from '../environment';
import { upstreamResetReply } from '../semantics';
import type { ProxyTables } from '../tables';
import type { ClusterRuntime } from '../upstream/cluster-runtime';
import type { HostMonitor } from '../upstream/host-monitor';
import type { Pools } from '../upstream/pools';
import type { UpstreamTables } from '../upstream/tables';
import type { ConnectionManager } from './connection-manager';
import type { Streams } from './streams';

/** What ends a try. */
export interface CutResponsesParts {
  readonly pools: Pools;
  readonly monitor: HostMonitor;
  readonly manager: ConnectionManager;
}

/**
 * Responses whose headers have come and whose rest will not. The client has the headers by then: it is told by the end of its
 * own stream.
 * envoyproxy/envoy source/common/router/router.cc Filter::onUpstreamReset, Filter::onUpstreamAbort
 */
export class CutResponses {
  readonly #network: NetworkTables;
  readonly #streams: Streams;
  readonly #upstream: UpstreamTables;
  readonly #pools: Pools;
  readonly #monitor: HostMonitor;
  readonly #manager: ConnectionManager;

  constructor(environment: ProxyEnvironment, tables: ProxyTables, parts: CutResponsesParts) {
    this.#network = environment.network;
    this.#streams = tables.streams;
    this.#upstream = tables.upstream;
    this.#pools = parts.pools;
    this.#monitor = parts.monitor;
    this.#manager = parts.manager;
  }

  /** The headers of the try's response have been accepted, and nothing more will come. */
  handle(stream: number, upstream: number, cluster: ClusterRuntime): void {
    const t = this.#upstream.tries.arrays;
    const s = this.#streams.table.arrays;
    const isStream = this.#network.connections.arrays.payload[t.connection[upstream] ?? 0] === PAYLOAD_HTTP2;
    this.#pools.handleCutOff(upstream);
    this.#monitor.failed(cluster, t.host[upstream] ?? 0);
    const { flag, details } = upstreamResetReply({
      reason: isStream ? 'remoteReset' : 'protocolError',
      transportFailureReason: '',
      isRetry: false,
      responseStarted: true,
      suppressEnvoyHeaders: true,
    });
    if (flag !== undefined) this.#streams.addFlag(stream, flag);
    this.#manager.setDetails(stream, details);
    s.marks[stream] = (s.marks[stream] ?? 0) | MARK_CUT_OFF;
  }
}

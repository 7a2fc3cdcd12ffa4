import type { ColumnsState } from '../../base';
import { ConfigRegistry, type ConfigRegistryState } from './config';
import { ConnectionClasses, type ConnectionClassesState } from './http/connection-classes';
import { Streams, type StreamsState } from './http/streams';
import type { ProxyRecord } from './proxy-record';
import { Sessions } from './tcp/sessions';
import { HealthSessions } from './upstream/health-sessions';
import { UpstreamTables, type UpstreamTablesState } from './upstream/tables';
import { type ClientTls, TlsContexts } from './upstream/tls-contexts';

/** Plain-data state of {@link ProxyTables}; that of the proxies themselves is saved with them. */
export interface ProxyTablesState {
  readonly configs: ConfigRegistryState;
  readonly classes: ConnectionClassesState;
  readonly tls: readonly ClientTls[];
  readonly upstream: UpstreamTablesState;
  readonly streams: StreamsState;
  readonly sessions: ColumnsState;
  readonly health: ColumnsState;
}

/** What the parts of all proxies have in common. */
export class ProxyTables {
  /** By pod slot. */
  readonly proxies: (ProxyRecord | undefined)[] = [];
  readonly configs = new ConfigRegistry();
  readonly classes = new ConnectionClasses();
  readonly tls = new TlsContexts();
  readonly upstream = new UpstreamTables();
  readonly streams = new Streams();
  readonly sessions = new Sessions();
  readonly health = new HealthSessions();

  save(): ProxyTablesState {
    return {
      configs: this.configs.save(),
      classes: this.classes.save(),
      tls: this.tls.save(),
      upstream: this.upstream.save(),
      streams: this.streams.save(),
      sessions: this.sessions.save(),
      health: this.health.save(),
    };
  }

  restore(state: ProxyTablesState): void {
    this.configs.restore(state.configs);
    this.classes.restore(state.classes);
    this.tls.restore(state.tls);
    this.upstream.restore(state.upstream);
    this.streams.restore(state.streams);
    this.sessions.restore(state.sessions);
    this.health.restore(state.health);
  }
}

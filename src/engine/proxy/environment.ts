import type { MessageTable, RandomStreams, StringTable, TimerLanes } from '../core';
import type { Kernel } from '../kernel';
import type { Connections, Exchanges, Faults, NetworkTables, Pods, ServiceDirectory } from '../network';
import type { AccessLog, Decisions, Edges, Spans } from '../telemetry';

/** What the proxies share with the rest of the engine. */
export interface ProxyEnvironment {
  readonly kernel: Kernel;
  readonly lanes: TimerLanes;
  readonly network: NetworkTables;
  readonly connections: Connections;
  readonly exchanges: Exchanges;
  readonly pods: Pods;
  readonly services: ServiceDirectory;
  readonly faults: Faults;
  readonly streams: RandomStreams;
  readonly messages: MessageTable;
  readonly strings: StringTable;
  readonly edges: Edges;
  readonly log: AccessLog;
  readonly spans: Spans;
  readonly decisions: Decisions;
}

import type { MessageTable, StringTable } from '../core';
import type { Kernel } from '../kernel';
import {
  MARK_DENIED,
  MARK_RECORDED,
  type NetworkTables,
  NONE,
  PAYLOAD_HTTP2,
  type PodFacts,
  type Pods,
  podOf,
  type ServiceDirectory,
} from '../network';
import type { AccessLogEntry } from '../observation';
import {
  type AccessLog,
  type Decisions,
  type Edges,
  type NewSpan,
  SPAN_ATTEMPT,
  SPAN_CLIENT,
  SPAN_SERVER,
  type Spans,
} from '../telemetry';
import type { CompiledChain, CompiledCluster } from './config';
import type { ProxyEnvironment } from './environment';
import type { ConnectionClasses } from './http/connection-classes';
import type { StreamReporter } from './http/connection-manager';
import { type DecisionSink, StampingSink } from './http/recorder';
import { type LogNumbers, type RequestPlan, routeKey } from './http/request-plan';
import { type Streams, unpackFlags } from './http/streams';
import type { EarlyEnd } from './listeners';
import { type LineForm, LineForms } from './log-forms';
import { LogReader } from './log-reader';
import { flagNames, LOG_PROTOCOL_TCP } from './log-texts';
import {
  type ConnectionInfo,
  type DynamicMetadata,
  matchVirtualCluster,
  ResponseFlag,
  rbacDeniedDetails,
  rewriteRedirectPath,
} from './semantics';
import type { ProxyTables } from './tables';
import type { Sessions } from './tcp/sessions';
import type { SessionReporter, TcpProxies } from './tcp/tcp-proxies';
import { propagationOf } from './trace-propagation';
import type { Clusters } from './upstream/clusters';
import type { UpstreamTables } from './upstream/tables';

/** Columns of a line about a connection that carried nothing. */
const NO_REQUEST = {
  requestId: 0,
  traceId: 0,
  span: 0,
  parentSpan: 0,
  propagation: 0,
  durationNs: 0,
  request: NONE,
  response: NONE,
  protocol: LOG_PROTOCOL_TCP,
  status: 0,
  failureText: NONE,
  cluster: NONE,
  observedCluster: NONE,
  host: NONE,
  route: NONE,
  attempts: 0,
  bytesReceived: 0,
  bytesSent: 0,
  upstreamNs: NONE,
  serverName: NONE,
} as const;

/** Turns the end of streams and sessions into edges, log lines, spans and decision records. */
export class Reporter implements StreamReporter, SessionReporter {
  readonly #kernel: Kernel;
  readonly #network: NetworkTables;
  readonly #pods: Pods;
  readonly #services: ServiceDirectory;
  readonly #messages: MessageTable;
  readonly #strings: StringTable;
  readonly #edges: Edges;
  readonly #log: AccessLog;
  readonly #spans: Spans;
  readonly #decisions: Decisions;
  readonly #streams: Streams;
  readonly #sessions: Sessions;
  readonly #classes: ConnectionClasses;
  readonly #upstream: UpstreamTables;
  readonly #clusters: Clusters;
  readonly #forms = new LineForms();
  readonly #reader: LogReader;
  /** Numbers of texts that do not change with the state: of pods by slot, of addresses by number. */
  readonly #podTexts: ({ readonly facts: PodFacts; readonly id: number; readonly service: number } | undefined)[] = [];
  readonly #addressNames: (number | undefined)[] = [];
  #tcpProxies: TcpProxies | undefined;
  /** While streams come back from a checkpoint, what they decided before is decided again, but not told again. */
  muted = false;
  readonly #span: NewSpan = {
    traceId: 0,
    id: 0,
    parentId: 0,
    requestId: 0,
    kind: 0,
    name: 0,
    pod: 0,
    service: 0,
    startNs: 0,
    status: 0,
    flags: 0,
    flagCount: 0,
  };

  constructor(environment: ProxyEnvironment, tables: ProxyTables, clusters: Clusters) {
    this.#kernel = environment.kernel;
    this.#network = environment.network;
    this.#pods = environment.pods;
    this.#services = environment.services;
    this.#messages = environment.messages;
    this.#strings = environment.strings;
    this.#edges = environment.edges;
    this.#log = environment.log;
    this.#spans = environment.spans;
    this.#decisions = environment.decisions;
    this.#streams = tables.streams;
    this.#sessions = tables.sessions;
    this.#classes = tables.classes;
    this.#upstream = tables.upstream;
    this.#clusters = clusters;
    this.#reader = new LogReader(environment, clusters, this.#forms);
  }

  bind(tcpProxies: TcpProxies): void {
    this.#tcpProxies = tcpProxies;
  }

  sinkOf(stream: number): DecisionSink | undefined {
    const s = this.#streams.table.arrays;
    if (this.muted || ((s.marks[stream] ?? 0) & MARK_RECORDED) === 0) return undefined;
    return this.sink(s.pod[stream] ?? 0, s.requestId[stream] ?? 0);
  }

  /** A sink for the decisions of one proxy about one request. */
  sink(pod: number, requestId: number): DecisionSink {
    return new StampingSink(
      this.#pods.get(pod).facts.name,
      () => this.#kernel.nowNs,
      (decision) => this.#decisions.add(requestId, decision),
    );
  }

  streamFinished(stream: number, plan: RequestPlan): void {
    const s = this.#streams.table.arrays;
    const inbound = plan.chain.listener.inbound;
    const { facts } = this.#pods.get(s.pod[stream] ?? 0);
    if (!inbound) this.#countEdge(stream, plan);
    this.#writeLog(stream, plan, facts);
    this.#endSpan(stream, plan, facts);
    if (((s.marks[stream] ?? 0) & MARK_RECORDED) !== 0) {
      const flags = flagNames(s.flags[stream] ?? 0, s.flagCount[stream] ?? 0);
      this.#decisions.describe(s.requestId[stream] ?? 0, flags, this.#strings.get(s.details[stream] ?? NONE));
    }
  }

  #countEdge(stream: number, plan: RequestPlan): void {
    const s = this.#streams.table.arrays;
    let edge = s.edge[stream] ?? NONE;
    if (edge === NONE) edge = this.#edgeWithoutHost(stream, plan);
    if (edge === NONE) return;
    this.#edges.complete(edge, s.status[stream] ?? 0, this.#kernel.nowNs - (s.startNs[stream] ?? 0));
    this.#edges.countBytes(edge, s.requestBytes[stream] ?? 0, s.responseBytes[stream] ?? 0);
    if (((s.marks[stream] ?? 0) & MARK_DENIED) !== 0) this.#edges.countDenied(edge);
    if (s.upstreamTls[stream] === 1) this.#edges.countMutualTls(edge);
    const flags = s.flags[stream] ?? 0;
    for (let i = 0; i < (s.flagCount[stream] ?? 0); i++) this.#edges.countFlag(edge, (flags >> (i * 5)) & 31);
  }

  /**
   * The edge of a request that never got a host: to the cluster it was routed to, else to the service of its authority. What a gateway
   * answers itself to clients outside went nowhere: whatever host they wrote, it is no part of the mesh.
   */
  #edgeWithoutHost(stream: number, plan: RequestPlan): number {
    const s = this.#streams.table.arrays;
    const pod = s.pod[stream] ?? 0;
    const { facts } = this.#pods.get(pod);
    const original = s.original[stream] ?? 0;
    const name = this.#streams.resolved[stream]?.choice?.cluster;
    const cluster = name === undefined ? undefined : plan.config.clusters.get(name);
    if (cluster !== undefined) return this.#clusters.edgeOfCluster(pod, cluster, original);
    if (!facts.hasApplication) return NONE;
    const { authority } = plan.request;
    const host = authority.replace(/:\d+$/, '');
    const local = plan.connectionClass.info.localAddress.address;
    const entry = this.#services.findService(host, facts.namespace) ?? this.#services.serviceByVirtualIp(local);
    return this.#edges.row({
      sourceNamespace: facts.namespace,
      source: facts.service,
      destinationNamespace: entry?.namespace ?? '',
      destination: entry?.name ?? host,
      version: '',
      protocol: this.#messages.isGrpc(original) ? 'grpc' : 'http',
    });
  }

  /** Numbers of the texts that every stream of a plan and route repeats. */
  #logNumbers(stream: number, plan: RequestPlan): LogNumbers {
    const resolved = this.#streams.resolved[stream];
    const key = resolved === undefined ? plan : routeKey(resolved);
    const known = plan.logNumbers.get(key);
    if (known !== undefined) return known;
    const { info } = plan.connectionClass;
    const route = resolved?.result.kind === 'route' ? resolved.result.route.source : undefined;
    const operation = route?.decoratorOperation ?? '';
    const cluster = resolved?.choice?.cluster ?? '';
    const numbers: LogNumbers = {
      request: this.#loggedRequest(stream, plan),
      metadata: this.#metadataNumber(this.#streams.filterPlans[stream]?.metadata),
      remoteIp: this.#strings.numberOf(info.remoteAddress.address),
      directIp: this.#strings.numberOf(info.directRemoteAddress.address),
      peer: this.#peerNames(info),
      localAddress: this.#services.addressNumber(info.localAddress.address, info.localAddress.port),
      serverName: info.requestedServerName === '' ? NONE : this.#strings.numberOf(info.requestedServerName),
      format: this.#formOf(stream, plan),
      route: route === undefined ? NONE : this.#strings.numberOf(route.name),
      // Known from when the route is found, before any filter: common/http/conn_manager_impl.cc ActiveStream::setRoute.
      cluster: plan.config.clusters.has(cluster) ? this.#strings.numberOf(cluster) : NONE,
      observedCluster: this.#observedName(plan.config.clusters.get(cluster)),
      propagation: propagationOf(plan.hcm.source.tracing),
      operation: this.#strings.numberOf(operation === '' ? plan.request.authority : operation),
    };
    plan.logNumbers.set(key, numbers);
    return numbers;
  }

  #peerNames({ tls }: ConnectionInfo): number {
    return tls === undefined ? NONE : this.#strings.numberOf(tls.uriSans.join(','));
  }

  #formOf(stream: number, plan: RequestPlan): number {
    const resolved = this.#streams.resolved[stream];
    const request = this.#streams.filterPlans[stream]?.request ?? plan.request;
    return this.#forms.numberOf({
      loggers: plan.hcm.source.accessLog,
      chain: plan.chain,
      localUriSans: plan.connectionClass.localUriSans,
      cluster: plan.config.clusters.get(resolved?.choice?.cluster ?? ''),
      // The one for all others has no name: envoyproxy/envoy source/common/router/config_impl.h CatchAllVirtualCluster.
      virtualCluster:
        resolved?.result.kind === 'route' ? matchVirtualCluster(resolved.result.virtualHost, request) : undefined,
    });
  }

  #loggedRequest(stream: number, plan: RequestPlan): number {
    if (plan.rejection !== undefined) return plan.original;
    return this.#messages.internRequest(this.#streams.filterPlans[stream]?.request ?? plan.request);
  }

  /** A redirect has rewritten the path that it answers. envoyproxy/envoy source/common/router/router.cc Filter::decodeHeaders */
  #answeredRequest(stream: number, plan: RequestPlan, number: number): number {
    const result = this.#streams.resolved[stream]?.result;
    const isRouted = this.#streams.filterPlans[stream]?.steps.length === this.#streams.table.arrays.step[stream];
    if (result?.kind !== 'route' || result.route.action.kind !== 'redirect' || !isRouted) return number;
    const { suppressEnvoyHeaders } = plan.hcm;
    return this.#messages.internRequest(
      rewriteRedirectPath(result.route, this.#messages.request(number), !suppressEnvoyHeaders),
    );
  }

  // envoyproxy/envoy source/common/upstream/upstream_impl.h ClusterInfoImpl::observabilityName
  #observedName(cluster: CompiledCluster | undefined): number {
    const name = cluster?.source.altStatName ?? '';
    return name === '' ? NONE : this.#strings.numberOf(name);
  }

  #metadataNumber(metadata: DynamicMetadata | undefined): number {
    if (metadata === undefined || metadata.size === 0) return NONE;
    return this.#strings.numberOf(JSON.stringify(Object.fromEntries(metadata)));
  }

  #podNumbers(slot: number, facts: PodFacts): { readonly id: number; readonly service: number } {
    const known = this.#podTexts[slot];
    if (known?.facts === facts) return known;
    const numbers = { facts, id: this.#strings.numberOf(facts.id), service: this.#strings.numberOf(facts.service) };
    this.#podTexts[slot] = numbers;
    return numbers;
  }

  #addressName(address: number): number {
    if (address === NONE) return NONE;
    const known = this.#addressNames[address];
    if (known !== undefined) return known;
    const number = this.#strings.numberOf(this.#services.addressText(address));
    this.#addressNames[address] = number;
    return number;
  }

  #writeLog(stream: number, plan: RequestPlan, facts: PodFacts): void {
    const s = this.#streams.table.arrays;
    const c = this.#network.connections.arrays;
    const { row } = this.#log;
    const { nowNs } = this.#kernel;
    const numbers = this.#logNumbers(stream, plan);
    row.requestId = s.requestId[stream] ?? 0;
    row.traceId = s.traceId[stream] ?? 0;
    row.span = this.spanOf(stream);
    row.parentSpan = s.parentSpan[stream] ?? 0;
    row.propagation = s.upstreamStarted[stream] === 1 ? numbers.propagation : 0;
    row.startNs = s.startNs[stream] ?? 0;
    row.durationNs = nowNs - row.startNs;
    row.pod = this.#podNumbers(s.pod[stream] ?? 0, facts).id;
    row.inbound = plan.chain.listener.inbound ? 1 : 0;
    // Loggers see the head as everything before them has changed it: common/http/filter_manager.cc FilterManager::log.
    const attempts = s.attempts[stream] ?? 0;
    row.request =
      this.#streams.redirectHeads[stream] ??
      this.#streams.routePlans[stream]?.upstreamRequests[attempts] ??
      this.#answeredRequest(stream, plan, numbers.request);
    row.response = s.response[stream] ?? NONE;
    row.protocol = c.payload[s.connection[stream] ?? 0] === PAYLOAD_HTTP2 ? 1 : 0;
    row.status = s.status[stream] ?? 0;
    row.flags = s.flags[stream] ?? 0;
    row.flagCount = s.flagCount[stream] ?? 0;
    row.details = s.details[stream] ?? NONE;
    row.termination = NONE;
    row.failureText = s.failureText[stream] ?? NONE;
    row.cluster = numbers.cluster;
    row.observedCluster = numbers.observedCluster;
    row.host = s.hostAddress[stream] ?? NONE;
    row.route = numbers.route;
    row.attempts = attempts;
    row.bytesReceived = (s.requestBytes[stream] ?? 0) + (s.receivedBefore[stream] ?? 0);
    row.bytesSent = s.responseBytes[stream] ?? 0;
    row.upstreamNs = s.upstreamStarted[stream] === 1 ? nowNs - (s.upstreamStartNs[stream] ?? 0) : NONE;
    row.remoteIp = numbers.remoteIp;
    row.directIp = numbers.directIp;
    row.peer = numbers.peer;
    row.metadata = numbers.metadata;
    row.localAddress = numbers.localAddress;
    row.serverName = numbers.serverName;
    row.format = numbers.format;
    this.#log.commit();
  }

  #endSpan(stream: number, plan: RequestPlan, facts: PodFacts): void {
    const s = this.#streams.table.arrays;
    const span = this.#span;
    const pod = this.#podNumbers(s.pod[stream] ?? 0, facts);
    span.traceId = s.traceId[stream] ?? 0;
    span.id = this.spanOf(stream);
    span.parentId = s.parentSpan[stream] ?? 0;
    span.requestId = s.requestId[stream] ?? 0;
    span.kind = plan.chain.listener.source.trafficDirection === 'OUTBOUND' ? SPAN_CLIENT : SPAN_SERVER;
    span.name = this.#logNumbers(stream, plan).operation;
    span.pod = pod.id;
    span.service = pod.service;
    span.startNs = s.startNs[stream] ?? 0;
    span.status = s.status[stream] ?? 0;
    span.flags = s.flags[stream] ?? 0;
    span.flagCount = s.flagCount[stream] ?? 0;
    this.#spans.end(span, this.#kernel.nowNs);
  }

  /** Identifier of the stream's span. */
  spanOf(stream: number): number {
    const s = this.#streams.table.arrays;
    const known = s.span[stream] ?? 0;
    if (known !== 0) return known;
    const id = this.#spans.nextId();
    s.span[stream] = id;
    return id;
  }

  /** A try begins. Returns the identifier under which the upstream's spans come. Inbound proxies have no spans per try. */
  tryStarted(stream: number, inbound: boolean): number {
    return inbound ? this.spanOf(stream) : this.#spans.nextId();
  }

  tryFinished(stream: number, upstream: number, status: number, plan: RequestPlan): void {
    const t = this.#upstream.tries.arrays;
    if (plan.chain.listener.inbound || t.span[upstream] === 0) return;
    const s = this.#streams.table.arrays;
    const { facts } = this.#pods.get(s.pod[stream] ?? 0);
    const span = this.#span;
    span.traceId = s.traceId[stream] ?? 0;
    span.id = t.span[upstream] ?? 0;
    span.parentId = this.spanOf(stream);
    span.requestId = s.requestId[stream] ?? 0;
    span.kind = SPAN_ATTEMPT;
    const pod = this.#podNumbers(s.pod[stream] ?? 0, facts);
    span.name = this.#addressName(s.hostAddress[stream] ?? NONE);
    span.pod = pod.id;
    span.service = pod.service;
    span.startNs = t.startNs[upstream] ?? 0;
    span.status = status;
    span.flags = 0;
    span.flagCount = 0;
    this.#spans.end(span, this.#kernel.nowNs);
  }

  sessionFinished(session: number): void {
    const s = this.#sessions.table.arrays;
    const chain = this.#tcpProxies?.chainOf(session);
    if (chain === undefined) return;
    // What was never answered has failed for whoever asked, although no flag says so.
    const unanswered = (s.exchanges[session] ?? 0) > (s.answers[session] ?? 0);
    const failed = (s.flagCount[session] ?? 0) > 0 || unanswered;
    const edge = s.edge[session] ?? NONE;
    if (!chain.listener.inbound && edge !== NONE) {
      this.#edges.complete(edge, failed ? 0 : 200, this.#kernel.nowNs - (s.startNs[session] ?? 0));
      this.#edges.countBytes(edge, s.bytesReceived[session] ?? 0, s.bytesSent[session] ?? 0);
      if (s.mutualTls[session] === 1) this.#edges.countMutualTls(edge);
      for (const flag of unpackFlags(s.flags[session] ?? 0, s.flagCount[session] ?? 0))
        this.#edges.countFlag(edge, flag);
    }
    this.#writeSessionLog(session, chain);
  }

  /** A connection was closed before anything was asked of it: no chain fits it, or a network filter denies it. */
  connectionEnded(connection: number, slot: number, end: EarlyEnd): void {
    const c = this.#network.connections.arrays;
    const { row } = this.#log;
    const { facts } = this.#pods.get(slot);
    const client = this.#pods.get(podOf(c.clientProcess[connection] ?? 0)).facts;
    const chainless = end.kind === 'noFilterChain';
    const listener = chainless ? end.listener : end.chain.listener;
    // A connection manager logs streams, not connections.
    const loggers = chainless ? listener.source.accessLog : (end.chain.tcpProxy?.accessLog ?? []);
    if (!chainless && end.chain.tcpProxy === undefined) return;
    Object.assign(row, NO_REQUEST);
    row.startNs = this.#kernel.nowNs;
    row.pod = this.#podNumbers(slot, facts).id;
    row.inbound = listener.inbound ? 1 : 0;
    row.flags = chainless ? ResponseFlag.NoRouteFound : 0;
    row.flagCount = chainless ? 1 : 0;
    // envoyproxy/envoy source/common/listener_manager/active_stream_listener_base.cc newConnection; network/rbac/rbac_filter.cc
    row.details = chainless ? this.#strings.numberOf('filter_chain_not_found') : NONE;
    row.termination = chainless ? NONE : this.#strings.numberOf(rbacDeniedDetails(end.policy));
    row.remoteIp = this.#strings.numberOf(client.ip);
    row.directIp = row.remoteIp;
    row.peer = NONE;
    row.metadata = NONE;
    row.localAddress = c.address[connection] ?? NONE;
    row.format = this.#forms.numberOf(chainless ? { loggers } : { loggers, chain: end.chain });
    this.#log.commit();
  }

  #writeSessionLog(session: number, chain: CompiledChain): void {
    const s = this.#sessions.table.arrays;
    const { row } = this.#log;
    const { facts } = this.#pods.get(s.pod[session] ?? 0);
    const cluster = s.cluster[session] ?? NONE;
    row.requestId = s.requestId[session] ?? 0;
    row.traceId = row.requestId;
    row.span = 0;
    row.parentSpan = 0;
    row.propagation = 0;
    row.startNs = s.startNs[session] ?? 0;
    row.durationNs = this.#kernel.nowNs - row.startNs;
    row.pod = this.#strings.numberOf(facts.id);
    row.inbound = chain.listener.inbound ? 1 : 0;
    row.request = NONE;
    row.response = NONE;
    row.protocol = LOG_PROTOCOL_TCP;
    row.status = 0;
    row.flags = s.flags[session] ?? 0;
    row.flagCount = s.flagCount[session] ?? 0;
    row.details = NONE;
    row.termination = NONE;
    row.failureText = s.failureText[session] ?? NONE;
    const routed = cluster === NONE ? undefined : this.#clusters.get(cluster).cluster;
    row.cluster = routed === undefined ? NONE : this.#strings.numberOf(routed.name);
    row.observedCluster = this.#observedName(routed);
    row.host = s.hostAddress[session] ?? NONE;
    row.route = NONE;
    row.attempts = s.attempts[session] ?? 0;
    row.bytesReceived = s.bytesReceived[session] ?? 0;
    row.bytesSent = s.bytesSent[session] ?? 0;
    row.upstreamNs = NONE;
    const { info, localUriSans } = this.#classes.get(s.connectionClass[session] ?? 0);
    row.remoteIp = this.#strings.numberOf(info.remoteAddress.address);
    row.directIp = row.remoteIp;
    row.peer = this.#peerNames(info);
    row.metadata = NONE;
    row.localAddress = this.#services.addressNumber(info.localAddress.address, info.localAddress.port);
    // Nobody reads the name in a handshake that is only passed on, unless an inspector does.
    const readsName = chain.listener.detectsTls || chain.source.tls !== undefined;
    const serverName = readsName ? info.requestedServerName : '';
    row.serverName = serverName === '' ? NONE : this.#strings.numberOf(serverName);
    const loggers = chain.tcpProxy?.accessLog ?? [];
    row.format = this.#forms.numberOf({ loggers, chain, localUriSans, cluster: routed });
    this.#log.commit();
  }

  /** The newest log lines, newest first, with their text. */
  accessLog(limit: number): readonly AccessLogEntry[] {
    return this.#reader.newest(limit);
  }

  save(): readonly LineForm[] {
    return this.#forms.save();
  }

  restore(forms: readonly LineForm[]): void {
    this.#forms.restore(forms);
  }
}

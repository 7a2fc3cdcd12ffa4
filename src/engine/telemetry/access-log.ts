import type { Ns } from '../../base';

const CAPACITY = 4096;

const FIELDS = {
  requestId: 'f64',
  traceId: 'f64',
  /** Span of the request, and of who called; 0 = none. */
  span: 'f64',
  parentSpan: 'f64',
  /** Sum of the formats in which the trace went on. */
  propagation: 'u8',
  startNs: 'f64',
  durationNs: 'f64',
  pod: 'i32',
  /** 1: the proxy stands at the destination's side. */
  inbound: 'u8',
  request: 'i32',
  response: 'i32',
  /** 0 HTTP/1.1, 1 HTTP/2, 2 TCP. */
  protocol: 'u8',
  status: 'i32',
  flags: 'i32',
  flagCount: 'u8',
  details: 'i32',
  /** Why the proxy closed the connection, for one that ended before anything was asked of it. */
  termination: 'i32',
  failureText: 'i32',
  cluster: 'i32',
  /** Name under which the cluster is observed, where that is another one; -1: its own. */
  observedCluster: 'i32',
  host: 'i32',
  route: 'i32',
  attempts: 'i32',
  bytesReceived: 'f64',
  bytesSent: 'f64',
  upstreamNs: 'f64',
  remoteIp: 'i32',
  /** The peer of the connection, where a header names another client. */
  directIp: 'i32',
  /** URI names of the client's certificate, joined by commas; -1 = none. */
  peer: 'i32',
  /** Dynamic metadata as the text of a JSON object by filter; -1 = none. */
  metadata: 'i32',
  localAddress: 'i32',
  serverName: 'i32',
  /** Number of what follows from the configuration alone: the logger, and what it shows of chain and cluster. */
  format: 'i32',
} as const;

type Field = keyof typeof FIELDS;
type Row = { -readonly [K in Field]: number };

/** Plain-data state of {@link AccessLog}. */
export interface AccessLogState {
  readonly columns: Readonly<Record<string, Float64Array>>;
  readonly written: number;
}

/**
 * The newest lines of all access logs as columns; text is made when somebody reads. Doubles throughout: the ring is small, and one
 * row is written by one loop.
 */
export class AccessLog {
  readonly #columns: Record<Field, Float64Array>;
  /** Filled by the writer, field by field, and taken over by `commit`. */
  readonly row: Row;
  #written = 0;

  constructor() {
    const column = (): Float64Array => new Float64Array(CAPACITY);
    this.#columns = {
      requestId: column(),
      traceId: column(),
      span: column(),
      parentSpan: column(),
      propagation: column(),
      startNs: column(),
      durationNs: column(),
      pod: column(),
      inbound: column(),
      request: column(),
      response: column(),
      protocol: column(),
      status: column(),
      flags: column(),
      flagCount: column(),
      details: column(),
      termination: column(),
      failureText: column(),
      cluster: column(),
      observedCluster: column(),
      host: column(),
      route: column(),
      attempts: column(),
      bytesReceived: column(),
      bytesSent: column(),
      upstreamNs: column(),
      remoteIp: column(),
      directIp: column(),
      peer: column(),
      metadata: column(),
      localAddress: column(),
      serverName: column(),
      format: column(),
    };
    this.row = emptyRow();
  }

  /** Appends the row, in place of the oldest one when the ring is full. */
  commit(): void {
    const at = this.#written % CAPACITY;
    const { row } = this;
    const c = this.#columns;
    c.requestId[at] = row.requestId;
    c.traceId[at] = row.traceId;
    c.span[at] = row.span;
    c.parentSpan[at] = row.parentSpan;
    c.propagation[at] = row.propagation;
    c.startNs[at] = row.startNs;
    c.durationNs[at] = row.durationNs;
    c.pod[at] = row.pod;
    c.inbound[at] = row.inbound;
    c.request[at] = row.request;
    c.response[at] = row.response;
    c.protocol[at] = row.protocol;
    c.status[at] = row.status;
    c.flags[at] = row.flags;
    c.flagCount[at] = row.flagCount;
    c.details[at] = row.details;
    c.termination[at] = row.termination;
    c.failureText[at] = row.failureText;
    c.cluster[at] = row.cluster;
    c.observedCluster[at] = row.observedCluster;
    c.host[at] = row.host;
    c.route[at] = row.route;
    c.attempts[at] = row.attempts;
    c.bytesReceived[at] = row.bytesReceived;
    c.bytesSent[at] = row.bytesSent;
    c.upstreamNs[at] = row.upstreamNs;
    c.remoteIp[at] = row.remoteIp;
    c.directIp[at] = row.directIp;
    c.peer[at] = row.peer;
    c.metadata[at] = row.metadata;
    c.localAddress[at] = row.localAddress;
    c.serverName[at] = row.serverName;
    c.format[at] = row.format;
    this.#written += 1;
  }

  /** The newest rows, newest first. */
  newest(limit: number): readonly Readonly<Row>[] {
    const rows: Row[] = [];
    const count = Math.min(limit, this.#written, CAPACITY);
    for (let i = 0; i < count; i++) {
      const at = (this.#written - 1 - i) % CAPACITY;
      const row = emptyRow();
      for (const field of Object.keys(FIELDS)) if (isField(field)) row[field] = this.#columns[field][at] ?? 0;
      rows.push(row);
    }
    return rows;
  }

  save(): AccessLogState {
    const columns: Record<string, Float64Array> = {};
    const used = Math.min(this.#written, CAPACITY);
    for (const [field, column] of Object.entries(this.#columns)) columns[field] = column.slice(0, used);
    return { columns, written: this.#written };
  }

  restore(state: AccessLogState): void {
    this.#written = state.written;
    for (const field of Object.keys(FIELDS)) {
      const saved = state.columns[field];
      if (isField(field) && saved !== undefined) this.#columns[field].set(saved);
    }
  }
}

function isField(name: string): name is Field {
  return Object.hasOwn(FIELDS, name);
}

function emptyRow(): Row {
  return {
    requestId: 0,
    traceId: 0,
    span: 0,
    parentSpan: 0,
    propagation: 0,
    startNs: 0,
    durationNs: 0,
    pod: 0,
    inbound: 0,
    request: 0,
    response: 0,
    protocol: 0,
    status: 0,
    flags: 0,
    flagCount: 0,
    details: 0,
    termination: 0,
    failureText: 0,
    cluster: 0,
    observedCluster: 0,
    host: 0,
    route: 0,
    attempts: 0,
    bytesReceived: 0,
    bytesSent: 0,
    upstreamNs: 0,
    remoteIp: 0,
    directIp: 0,
    peer: 0,
    metadata: 0,
    localAddress: 0,
    serverName: 0,
    format: 0,
  };
}

/** A row as the ring holds it. */
export type AccessLogRow = Readonly<Row>;

/** Whole milliseconds, as logs print durations. */
export function wholeMs(durationNs: Ns): number {
  return Math.floor(durationNs / 1_000_000);
}

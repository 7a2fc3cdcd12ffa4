import type { MessageTable, StringTable } from '../core';
import { NONE, type Pods, type ServiceDirectory } from '../network';
import type { AccessLogEntry } from '../observation';
import { type AccessLog, type AccessLogRow, traceText, wholeMs } from '../telemetry';
import type { ProxyEnvironment } from './environment';
import { REQUEST_ID_PLACEHOLDER } from './http/request-plan';
import type { LineForms } from './log-forms';
import {
  ephemeralPort,
  flagNames,
  type LineFacts,
  LOG_PROTOCOL_TCP,
  loggedHostOf,
  metadataOf,
  PROTOCOLS,
  requestIdText,
  streamFieldsOf,
} from './log-texts';
import { accessLogLine } from './semantics';
import { traceHeaders } from './trace-propagation';
import type { Clusters } from './upstream/clusters';

/** What a line knows of TLS beyond the names of the peer. */
const SECURED = { presented: true, validated: true, dnsSans: [], subject: '', version: '' } as const;

/** Makes texts of the rows that proxies wrote. */
export class LogReader {
  readonly #pods: Pods;
  readonly #services: ServiceDirectory;
  readonly #messages: MessageTable;
  readonly #strings: StringTable;
  readonly #log: AccessLog;
  readonly #clusters: Clusters;
  readonly #forms: LineForms;

  constructor(environment: ProxyEnvironment, clusters: Clusters, forms: LineForms) {
    this.#pods = environment.pods;
    this.#services = environment.services;
    this.#messages = environment.messages;
    this.#strings = environment.strings;
    this.#log = environment.log;
    this.#clusters = clusters;
    this.#forms = forms;
  }

  /** The newest log lines, newest first. */
  newest(limit: number): readonly AccessLogEntry[] {
    return this.#log.newest(limit).map((row) => this.#entryOf(row));
  }

  #entryOf(row: AccessLogRow): AccessLogEntry {
    const request = this.#messages.request(row.request);
    const local = row.localAddress === NONE ? { ip: '', port: 0 } : this.#services.address(row.localAddress);
    const port = ephemeralPort(row.requestId);
    const remote = { address: this.#strings.get(row.remoteIp), port: row.remoteIp === row.directIp ? port : 0 };
    const requestId = request.headers.first('x-request-id') ?? REQUEST_ID_PLACEHOLDER;
    let headers = request.headers
      .with('x-request-id', requestId === REQUEST_ID_PLACEHOLDER ? requestIdText(row.requestId) : requestId)
      .with('x-envoy-upstream-service-time', '');
    for (const [name, value] of traceHeaders(row)) headers = headers.with(name, value);
    const facts = this.#factsOf(row, row.request === NONE ? undefined : headers.first('x-request-id'));
    const response = row.response === NONE ? undefined : this.#messages.response(row.response);
    const serviceTime = row.upstreamNs < 0 ? undefined : String(wholeMs(row.upstreamNs));
    const text = accessLogLine(this.#forms.compiled(row.format), {
      ...(row.request === NONE
        ? {}
        : { request: { ...request, headers: headers.without('x-envoy-upstream-service-time') } }),
      ...(response === undefined
        ? {}
        : {
            response:
              serviceTime === undefined
                ? response
                : { ...response, headers: response.headers.with('x-envoy-upstream-service-time', serviceTime) },
          }),
      connection: {
        directRemoteAddress: { address: this.#strings.get(row.directIp), port },
        remoteAddress: remote,
        localAddress: { address: local.ip, port: local.port },
        requestedServerName: this.#strings.get(row.serverName),
        ...(row.peer === NONE ? {} : { tls: { ...SECURED, uriSans: [this.#strings.get(row.peer)] } }),
      },
      stream: streamFieldsOf(row, facts, this.#strings),
      ...(facts.form?.cluster?.metadata === undefined
        ? {}
        : { clusterMetadata: new Map(Object.entries(facts.form.cluster.metadata)) }),
      ...(facts.host?.metadata === undefined ? {} : { upstreamMetadata: new Map(Object.entries(facts.host.metadata)) }),
      ...(row.metadata === NONE ? {} : { metadata: metadataOf(this.#strings.get(row.metadata)) }),
    });
    return {
      requestId: row.requestId,
      traceId: traceText(row.traceId),
      startNs: row.startNs,
      durationNs: row.durationNs,
      reporter: { pod: this.#strings.get(row.pod), side: row.inbound === 1 ? 'destination' : 'source' },
      method: request.method,
      path: request.headers.first('x-envoy-original-path') ?? request.path,
      authority: request.authority,
      protocol: row.protocol === LOG_PROTOCOL_TCP ? 'TCP' : (PROTOCOLS[row.protocol] ?? ''),
      status: row.status,
      flags: flagNames(row.flags, row.flagCount),
      details: this.#strings.get(row.details === NONE ? row.termination : row.details),
      transportFailureReason: this.#strings.get(row.failureText),
      upstreamCluster: this.#strings.get(row.cluster),
      upstreamHost: facts.address,
      routeName: this.#strings.get(row.route),
      attempts: row.attempts,
      bytesReceived: row.bytesReceived,
      bytesSent: row.bytesSent,
      text,
    };
  }

  /** What is known beside a row: from the configuration that it was written under, and of pod and host as they are now. */
  #factsOf(row: AccessLogRow, streamId: string | undefined): LineFacts {
    const pod = this.#pods.byId(this.#strings.get(row.pod));
    const number = pod === undefined ? undefined : this.#clusters.ofPod(pod.slot).get(this.#strings.get(row.cluster));
    const runtime = number === undefined ? undefined : this.#clusters.find(number);
    const { ip, port } = this.#services.address(row.host);
    return {
      address: this.#services.addressText(row.host),
      form: this.#forms.get(row.format),
      hostname: pod?.facts.name ?? '',
      host: row.host === NONE || runtime === undefined ? undefined : loggedHostOf(runtime.cluster, ip, port),
      localAddress:
        pod === undefined
          ? ''
          : `${runtime?.cluster.source.upstreamBindAddress ?? pod.facts.ip}:${ephemeralPort(row.requestId)}`,
      hostIdentity: this.#pods.byIp(ip)?.facts.identity ?? '',
      streamId: streamId ?? (row.requestId > 0 ? requestIdText(row.requestId) : ''),
    };
  }
}

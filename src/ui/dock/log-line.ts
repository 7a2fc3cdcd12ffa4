/** Reads a proxy's log line back into its parts. Istio's default text format and Envoy's own are known. */

export interface LogField {
  readonly name: string;
  /** As written, quotes and brackets off; "-" when the proxy had nothing to say. */
  readonly value: string;
  /** What the field holds, for somebody who sees it for the first time. */
  readonly meaning: string;
  /** Place in the line. */
  readonly start: number;
  readonly end: number;
}

const START = ['start', 'Time at which the request arrived, UTC'] as const;
const REQUEST = ['request', 'Method, path as the client asked for it, and protocol'] as const;
const CODE = ['code', 'Response code that the client got; 0 means none'] as const;
const FLAGS = ['flags', 'Response flags: why the proxy itself acted'] as const;
const RECEIVED = ['bytes in', 'Bytes of the request’s body'] as const;
const SENT = ['bytes out', 'Bytes of the response’s body'] as const;
const DURATION = ['duration', 'From the first byte of the request to the last of the response, in ms'] as const;
const SERVICE_TIME = ['service time', 'What the upstream took, by its proxy’s header, in ms'] as const;
const FORWARDED = ['forwarded for', 'Addresses of clients in front of the proxy'] as const;
const AGENT = ['user agent', 'The program that sent the request'] as const;
const ID = ['request id', 'The same in every try and every hop of one request'] as const;
const AUTHORITY = ['authority', 'Host that the client asked for'] as const;
const HOST = ['upstream host', 'Endpoint that the request was sent to'] as const;

// istio/istio pilot/pkg/model/telemetry_logging.go EnvoyTextLogFormat
const ISTIO_FIELDS = [
  START,
  REQUEST,
  CODE,
  FLAGS,
  ['details', 'Why the response code is what it is, in the proxy’s words'],
  ['termination', 'Why the connection was closed, when it was'],
  ['TLS failure', 'What went wrong in the handshake with the upstream'],
  RECEIVED,
  SENT,
  DURATION,
  SERVICE_TIME,
  FORWARDED,
  AGENT,
  ID,
  AUTHORITY,
  HOST,
  ['upstream cluster', 'Direction, port, subset and host of the cluster that was chosen'],
  ['upstream local', 'The proxy’s own address towards the upstream'],
  ['downstream local', 'Address that the client connected to'],
  ['downstream remote', 'Address of the client'],
  ['server name', 'Server name in the client’s TLS handshake'],
  ['route', 'Name of the route that matched'],
] as const;

// envoyproxy/envoy source/common/formatter/http_formatter_context.cc DEFAULT_FORMAT
const ENVOY_FIELDS = [
  START,
  REQUEST,
  CODE,
  FLAGS,
  RECEIVED,
  SENT,
  DURATION,
  SERVICE_TIME,
  FORWARDED,
  AGENT,
  ID,
  AUTHORITY,
  HOST,
] as const;

interface Part {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** Parts between spaces; brackets and quotes hold spaces together. */
function splitLine(line: string): readonly Part[] {
  const parts: Part[] = [];
  const pattern = /\[([^\]]*)\]|"([^"]*)"|\S+/g;
  for (const match of line.matchAll(pattern)) {
    const value = match[1] ?? match[2] ?? match[0];
    parts.push({ value, start: match.index, end: match.index + match[0].length });
  }
  return parts;
}

/** The fields of a line; none when it is written in a format of the user's own. */
export function readLogLine(line: string): readonly LogField[] {
  const parts = splitLine(line);
  const known = [ISTIO_FIELDS, ENVOY_FIELDS].find((fields) => fields.length === parts.length);
  if (known === undefined) return [];
  return parts.map((part, index) => {
    const [name, meaning] = known[index] ?? ['', ''];
    return { name, meaning, ...part };
  });
}

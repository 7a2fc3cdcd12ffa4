import { err, ok, type Result } from '../../../base';

/** What an application dials, taken from a URL. */
export interface TargetUrl {
  readonly scheme: 'http' | 'https';
  readonly protocol: 'http' | 'http2' | 'grpc' | 'tcp';
  readonly host: string;
  readonly port: number;
  /** With query; `/` when absent, empty for TCP. */
  readonly path: string;
}

interface SchemeRule {
  readonly scheme: TargetUrl['scheme'];
  readonly protocol: TargetUrl['protocol'];
  readonly defaultPort: number | undefined;
}

const SCHEMES: ReadonlyMap<string, SchemeRule> = new Map<string, SchemeRule>([
  ['http', { scheme: 'http', protocol: 'http', defaultPort: 80 }],
  ['https', { scheme: 'https', protocol: 'http', defaultPort: 443 }],
  ['http2', { scheme: 'http', protocol: 'http2', defaultPort: 80 }],
  ['grpc', { scheme: 'http', protocol: 'grpc', defaultPort: undefined }],
  ['grpcs', { scheme: 'https', protocol: 'grpc', defaultPort: 443 }],
  ['tcp', { scheme: 'http', protocol: 'tcp', defaultPort: undefined }],
]);

const SHAPE = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/([^/?#]*)([^#]*)/;
const AUTHORITY = /^(\[[0-9a-fA-F:.]+\]|[^:[\]@\s]+)(?::(\d{1,5}))?$/;

/** Reads `scheme://host[:port][/path]`. The error finishes the sentence "this is not a URL that can be called: ...". */
export function parseTargetUrl(url: string): Result<TargetUrl, string> {
  const shape = SHAPE.exec(url);
  if (shape === null) return err('it does not start with scheme://host');
  const rule = SCHEMES.get((shape[1] ?? '').toLowerCase());
  if (rule === undefined) return err(`the scheme must be one of ${[...SCHEMES.keys()].join(', ')}`);
  const authority = AUTHORITY.exec(shape[2] ?? '');
  if (authority === null) return err('the host is missing or malformed');
  const port = authority[2] === undefined ? rule.defaultPort : Number(authority[2]);
  if (port === undefined) return err('it names no port');
  if (port < 1 || port > 65535) return err('the port must be from 1 to 65535');
  const rest = shape[3] ?? '';
  const path = rule.protocol === 'tcp' ? '' : rest.startsWith('/') ? rest : `/${rest}`;
  const host = (authority[1] ?? '').replace(/^\[|\]$/g, '').toLowerCase();
  return ok({ scheme: rule.scheme, protocol: rule.protocol, host, port, path });
}

/** Reads `host[:port]`, as `via` is written. */
export function parseHostPort(text: string, defaultPort: number): Result<{ host: string; port: number }, string> {
  const authority = AUTHORITY.exec(text);
  if (authority === null) return err('the host is missing or malformed');
  const port = authority[2] === undefined ? defaultPort : Number(authority[2]);
  if (port < 1 || port > 65535) return err('the port must be from 1 to 65535');
  return ok({ host: (authority[1] ?? '').replace(/^\[|\]$/g, '').toLowerCase(), port });
}

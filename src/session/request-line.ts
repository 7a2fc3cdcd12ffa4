import { parseTargetUrl } from '../config';
import type { RequestModel } from '../engine';

const LINE = /^\s*(?:([A-Za-z]+)\s+)?(\S+)\s*$/;

/** `GET http://reviews:9080/reviews/0`; the method is GET when absent (POST for gRPC). Undefined for anything else. */
export function parseRequestLine(text: string): RequestModel | undefined {
  const match = LINE.exec(text);
  const target = match === null ? undefined : parseTargetUrl(match[2] ?? '');
  if (target === undefined || !target.ok) return undefined;
  const { scheme, protocol, host, port, path } = target.value;
  const method = (match?.[1] ?? (protocol === 'grpc' ? 'POST' : 'GET')).toUpperCase();
  return { protocol, scheme, method, host, port, path: path === '' ? '/' : path, headers: [], bodyBytes: 0 };
}

import { utf8ByteLength, utf8Encode } from '../../../base';
import { httpToGrpcStatus } from './grpc';
import { HeaderMap } from './header-map';
import { isGrpcRequest, type RequestView, type ResponseView } from './http-message';
import type { ResponseFlag } from './response-flags';

/** A response that the proxy makes itself. */
export interface LocalReply {
  readonly status: number;
  readonly body: string;
  /** %RESPONSE_CODE_DETAILS% */
  readonly details: string;
  readonly flag?: ResponseFlag;
  /** Instead of the one that follows from the HTTP status. */
  readonly grpcStatus?: number;
  /** Fields that the cause of the reply adds. */
  readonly headers?: readonly (readonly [string, string])[];
}

export interface PreparedLocalReply {
  readonly response: ResponseView;
  readonly body: string;
}

// envoyproxy/envoy source/common/http/utility.cc Utility::PercentEncoding::encode
function percentEncode(text: string): string {
  let encoded = '';
  for (const byte of utf8Encode(text)) {
    const plain = byte >= 0x20 && byte < 0x7e && byte !== 0x25;
    encoded += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

/** gRPC clients get status 200 and the outcome in headers, without a body. */
function grpcReply(reply: LocalReply, headers: HeaderMap): PreparedLocalReply {
  let result = headers.with('content-type', 'application/grpc');
  if ((result.first('grpc-status') ?? '') === '') {
    result = result.with('grpc-status', String(reply.grpcStatus ?? httpToGrpcStatus(reply.status)));
  }
  if (reply.body !== '') result = result.with('grpc-message', percentEncode(reply.body));
  return { response: { status: 200, headers: result.without('content-length') }, body: '' };
}

/** Headers and body as they go to the client; `modify` is what route and virtual host do to responses, before the body's headers are set. */
// envoyproxy/envoy source/common/http/utility.cc Utility::prepareLocalReply
export function prepareLocalReply(
  reply: LocalReply,
  request: RequestView,
  modify: (response: ResponseView) => ResponseView = (response) => response,
): PreparedLocalReply {
  let { headers } = modify({ status: reply.status, headers: HeaderMap.of(reply.headers ?? []) });
  if (isGrpcRequest(request)) return grpcReply(reply, headers);
  if (reply.body === '') {
    return {
      response: { status: reply.status, headers: headers.without('content-length').without('content-type') },
      body: '',
    };
  }
  headers = headers.with('content-length', String(utf8ByteLength(reply.body)));
  if (!headers.has('content-type')) headers = headers.with('content-type', 'text/plain');
  return { response: { status: reply.status, headers }, body: request.method === 'HEAD' ? '' : reply.body };
}

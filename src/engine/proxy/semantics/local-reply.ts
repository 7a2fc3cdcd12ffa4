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

/** An answer of the proxy itself as its configuration leaves it. */
export interface RewrittenReply {
  readonly response: ResponseView;
  readonly body: string;
  /** Of the body, where the headers name no other. */
  readonly contentType: string;
}

export type ReplyRewrite = (response: ResponseView, body: string) => RewrittenReply;

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
function grpcReply({ grpcStatus }: LocalReply, { response, body, contentType }: RewrittenReply): PreparedLocalReply {
  let result = response.headers.with('content-type', 'application/grpc');
  if ((result.first('grpc-status') ?? '') === '') {
    result = result.with('grpc-status', String(grpcStatus ?? httpToGrpcStatus(response.status)));
  }
  // The newline at the end of a formatted body is not part of the message.
  const message = contentType === 'application/json' ? body.replace(/\n$/, '') : body;
  if (message !== '') result = result.with('grpc-message', percentEncode(message));
  return { response: { status: 200, headers: result.without('content-length') }, body: '' };
}

function asItIs(response: ResponseView, body: string): RewrittenReply {
  return { response, body, contentType: 'text/plain' };
}

/**
 * Headers and body as they go to the client; `modify` is what route and virtual host do to responses, `rewrite` what the connection
 * manager does afterwards, before the body's headers are set.
 */
// envoyproxy/envoy source/common/http/utility.cc Utility::prepareLocalReply
export function prepareLocalReply(
  reply: LocalReply,
  request: RequestView,
  modify: (response: ResponseView) => ResponseView = (response) => response,
  rewrite: ReplyRewrite = asItIs,
): PreparedLocalReply {
  const modified = modify({ status: reply.status, headers: HeaderMap.of(reply.headers ?? []) });
  const rewritten = rewrite(modified, reply.body);
  if (isGrpcRequest(request)) return grpcReply(reply, rewritten);
  const { body, contentType } = rewritten;
  const { status } = rewritten.response;
  let { headers } = rewritten.response;
  if (body === '') {
    return { response: { status, headers: headers.without('content-length').without('content-type') }, body };
  }
  headers = headers.with('content-length', String(utf8ByteLength(body)));
  const isOfMapper = headers.first('content-type') !== modified.headers.first('content-type');
  if (!headers.has('content-type') || (body !== reply.body && !isOfMapper)) {
    headers = headers.with('content-type', contentType);
  }
  return { response: { status, headers }, body: request.method === 'HEAD' ? '' : body };
}

import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../xds';
import { HeaderMap } from './header-map';
import { type RandomSource, requestView } from './http-message';
import { prepareLocalReply } from './local-reply';
import { compileLocalReplyConfig, rewriteLocalReply } from './local-reply-config';

const NEVER: RandomSource = { nextU32: () => 0, nextU64Mod: () => 0 };
const REPLY = { status: 503, body: 'no healthy upstream', details: 'no_healthy_upstream' };

function statusFilter(value: number): JsonObject {
  return { statusCodeFilter: { comparison: { op: 'EQ', value: { defaultValue: value } } } };
}

function replied(config: JsonObject, headers: readonly (readonly [string, string])[] = []) {
  const compiled = compileLocalReplyConfig(config);
  if (compiled === undefined) throw new Error('no configuration');
  const request = requestView('GET', 'shop', '/cart', headers);
  const prepared = prepareLocalReply(
    REPLY,
    request,
    (response) => response,
    (response, body) => rewriteLocalReply(compiled, { response, body }, { request }, NEVER),
  );
  return { status: prepared.response.status, headers: prepared.response.headers, body: prepared.body };
}

describe('answers of the proxy itself', () => {
  it('are text with a length, or a message of gRPC', () => {
    const plain = prepareLocalReply(REPLY, requestView('GET', 'shop', '/'));
    expect(plain.response.headers).toEqual(
      HeaderMap.of([
        ['content-length', '19'],
        ['content-type', 'text/plain'],
      ]),
    );
    const grpc = prepareLocalReply(REPLY, requestView('POST', 'shop', '/', [['content-type', 'application/grpc']]));
    expect([grpc.response.status, grpc.response.headers.first('grpc-status'), grpc.body]).toEqual([200, '14', '']);
    expect(grpc.response.headers.first('grpc-message')).toBe('no healthy upstream');
  });

  it('are changed by the first mapper that accepts them, and by none without a filter', () => {
    const first = { filter: statusFilter(404), statusCode: 480 };
    const second = { filter: statusFilter(503), statusCode: 481, body: { inlineString: 'later' } };
    expect(replied({ mappers: [{ statusCode: 499 }, first, second] })).toMatchObject({ status: 481, body: 'later' });
  });

  it('see their status from before in the headers that a mapper adds, and the one from after in their body', () => {
    const headersToAdd = [{ header: { key: 'x-was', value: '%RESPONSE_CODE%' } }];
    const mapper = { filter: statusFilter(503), statusCode: 481, headersToAdd };
    const format = { textFormatSource: { inlineString: '%RESPONSE_CODE% %LOCAL_REPLY_BODY%' } };
    const { headers, body } = replied({ mappers: [mapper], bodyFormat: format });
    expect(headers.first('x-was')).toBe('503');
    expect(body).toBe('481 no healthy upstream');
  });

  it('take the type of their format, unless a mapper has set another', () => {
    const bodyFormat = { jsonFormat: { path: '%REQ(:PATH)%' } };
    expect(replied({ bodyFormat })).toMatchObject({ body: '{"path":"/cart"}\n' });
    expect(replied({ bodyFormat }).headers.first('content-type')).toBe('application/json');
    const headersToAdd = [{ header: { key: 'content-type', value: 'text/html' } }];
    const own = replied({ bodyFormat, mappers: [{ filter: statusFilter(503), headersToAdd }] });
    expect(own.headers.first('content-type')).toBe('text/html');
  });
});

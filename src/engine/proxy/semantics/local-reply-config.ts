import { decodeHeaderValueOptions, type JsonObject, type JsonValue } from '../../../xds';
import { type AccessLogFilter, compileAccessLogFilter } from './access-log-filter';
import { fieldOf, isObject, numberOf, objectsOf, textOf } from './extra-fields';
import type { FormatContext } from './format-context';
import { applyHeaderMutations, type CompiledHeaderMutations, compileHeaderMutations } from './header-parser';
import type { RandomSource, ResponseView } from './http-message';
import type { RewrittenReply } from './local-reply';
import { type CompiledTextOrJson, compileTextOrJson, formatTextOrJson } from './substitution-format';

const TEXT = 'text/plain';
const JSON_TYPE = 'application/json';

/** How bodies of the proxy's own answers are written; without a format they stay as they are. */
interface BodyFormat {
  readonly format: CompiledTextOrJson | undefined;
  readonly contentType: string;
}

interface ResponseMapper {
  readonly accepts: AccessLogFilter;
  readonly status: number | undefined;
  readonly body: string | undefined;
  readonly headers: CompiledHeaderMutations;
  readonly format: BodyFormat | undefined;
}

/** `local_reply_config` of a connection manager. */
export interface CompiledLocalReplyConfig {
  readonly mappers: readonly ResponseMapper[];
  readonly format: BodyFormat;
}

const AS_IT_IS: BodyFormat = { format: undefined, contentType: TEXT };

function inlineText(source: JsonValue | undefined): string {
  return textOf(source, 'inlineString');
}

// envoyproxy/envoy source/common/local_reply/local_reply.cc BodyFormatter
function compileBodyFormat(source: JsonObject): BodyFormat {
  const field = fieldOf(source, 'jsonFormat');
  const json = isObject(field) ? field : undefined;
  const text = textOf(source, 'textFormat') || inlineText(fieldOf(source, 'textFormatSource'));
  return {
    format: compileTextOrJson(text, json),
    contentType: textOf(source, 'contentType') || (json === undefined ? TEXT : JSON_TYPE),
  };
}

function compileMapper(source: JsonObject): ResponseMapper {
  const filter = fieldOf(source, 'filter');
  const status = numberOf(source, 'statusCode', 0);
  const body = fieldOf(source, 'body');
  const format = fieldOf(source, 'bodyFormatOverride');
  return {
    accepts: filter === undefined ? () => false : compileAccessLogFilter(filter).accepts,
    status: status === 0 ? undefined : status,
    body: body === undefined ? undefined : inlineText(body),
    headers: compileHeaderMutations(decodeHeaderValueOptions(fieldOf(source, 'headersToAdd')), []),
    format: isObject(format) ? compileBodyFormat(format) : undefined,
  };
}

/** Compiles the configuration as protojson has it; undefined: there is none. */
// envoyproxy/envoy source/common/local_reply/local_reply.cc LocalReplyImpl
export function compileLocalReplyConfig(source: JsonValue | undefined): CompiledLocalReplyConfig | undefined {
  if (!isObject(source)) return undefined;
  const format = fieldOf(source, 'bodyFormat');
  return {
    mappers: objectsOf(fieldOf(source, 'mappers')).map(compileMapper),
    format: isObject(format) ? compileBodyFormat(format) : AS_IT_IS,
  };
}

function formatted({ format }: BodyFormat, body: string, context: FormatContext): string {
  if (format === undefined) return body;
  return formatTextOrJson(format, { ...context, stream: { ...context.stream, localReplyBody: body } });
}

/** The first mapper whose filter accepts the answer changes it; then its format, or that of all, writes the body. */
// envoyproxy/envoy source/common/local_reply/local_reply.cc LocalReplyImpl::rewrite, ResponseMapper::matchAndRewrite
export function rewriteLocalReply(
  config: CompiledLocalReplyConfig,
  reply: { readonly response: ResponseView; readonly body: string },
  context: FormatContext,
  random: RandomSource,
): RewrittenReply {
  const contextOf = (response: ResponseView): FormatContext => ({
    ...context,
    response,
    stream: { ...context.stream, responseCode: response.status },
  });
  const mapper = config.mappers.find(({ accepts }) => accepts(contextOf(reply.response), random));
  const body = mapper?.body ?? reply.body;
  let { response } = reply;
  if (mapper !== undefined) {
    const { status } = response;
    const headers = applyHeaderMutations(mapper.headers, response.headers, (now) =>
      contextOf({ status, headers: now }),
    );
    response = { status: mapper.status ?? status, headers };
  }
  const format = mapper?.format ?? config.format;
  return { response, body: formatted(format, body, contextOf(response)), contentType: format.contentType };
}

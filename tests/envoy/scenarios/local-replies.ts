import { exactPath, forwardTo, type JsonObject, route, routeMatch } from '../../../src/xds';
import { clientOnly, clusterOf } from '../configure';
import type { Scenario } from '../contract';
import { pod, times } from './support';

const TOPIC = 'answers of the proxy itself';

/** `/none` leads to a cluster without hosts, `/direct` is answered by its route, everything else to `b`. */
function replied(
  name: string,
  claim: string,
  localReplyConfig: JsonObject,
  protocol: 'http' | 'grpc' = 'http',
): Scenario {
  // Heads of answers over gRPC that applications give are not those of HTTP.
  const paths = ['/none', '/direct', '/unknown', ...(protocol === 'http' ? ['/ok'] : [])];
  return {
    name: `local-reply-${name}`,
    topic: TOPIC,
    claim,
    pods: [pod('b', [{ path: '/ok', status: 503 }])],
    configure: (place) => {
      const [b, none] = [clusterOf(place, 'b', ['b']), clusterOf(place, 'none', [])];
      return clientOnly(place, {
        clusters: [b, none],
        hcm: { extra: { localReplyConfig } },
        routes: [
          route({ name: 'none', match: routeMatch({ path: exactPath('/none') }), action: forwardTo(none.name) }),
          route({
            name: 'direct',
            match: routeMatch({ path: exactPath('/direct') }),
            action: { kind: 'directResponse', directResponse: { status: 418, body: 'a teapot' } },
          }),
          route({ name: 'ok', match: routeMatch({ path: exactPath('/ok') }), action: forwardTo(b.name) }),
        ],
      });
    },
    steps: [times(paths.length, (index) => ({ protocol, path: paths[index] ?? '/', headers: { 'x-user': 'ada' } }))],
    log: {
      sent: '%BYTES_SENT%',
      type: '%RESP(CONTENT-TYPE)%',
      added: '%RESP(X-ADDED)%',
      again: '%RESP(X-AGAIN)%',
      message: '%RESP(GRPC-MESSAGE)%',
      grpc: '%RESP(GRPC-STATUS)%',
    },
  };
}

function statusFilter(op: 'EQ' | 'GE' | 'LE', value: number): JsonObject {
  return { statusCodeFilter: { comparison: { op, value: { defaultValue: value, runtimeKey: 'judge' } } } };
}

const MAPPED: JsonObject = {
  mappers: [
    {
      filter: { responseFlagFilter: { flags: ['UH'] } },
      statusCode: 480,
      body: { inlineString: 'nobody is there' },
      headersToAdd: [
        {
          header: { key: 'x-added', value: '%RESPONSE_FLAGS% for %REQ(X-USER)%' },
          appendAction: 'OVERWRITE_IF_EXISTS_OR_ADD',
        },
        { header: { key: 'x-again', value: '%RESPONSE_CODE%' } },
      ],
    },
    {
      filter: statusFilter('GE', 400),
      statusCode: 481,
      headersToAdd: [{ header: { key: 'x-added', value: 'second' } }],
    },
  ],
};
const FORMATTED: JsonObject = {
  bodyFormat: {
    textFormatSource: { inlineString: '%RESPONSE_CODE% %REQ(:PATH)% %LOCAL_REPLY_BODY% %RESPONSE_CODE_DETAILS%' },
  },
};
const JSON_FORMATTED: JsonObject = {
  bodyFormat: { jsonFormat: { code: '%RESPONSE_CODE%', text: '%LOCAL_REPLY_BODY%', route: '%ROUTE_NAME%' } },
};
const OVERRIDDEN: JsonObject = {
  mappers: [
    {
      filter: statusFilter('EQ', 404),
      bodyFormatOverride: {
        textFormatSource: { inlineString: '<p>%LOCAL_REPLY_BODY%</p>' },
        contentType: 'text/html; charset=UTF-8',
      },
    },
    {
      filter: { headerFilter: { header: { name: 'x-user', stringMatch: { exact: 'ada' } } } },
      body: { inlineString: 'dear ada' },
      headersToAdd: [{ header: { key: 'content-type', value: 'text/x-letter' } }],
    },
  ],
  ...FORMATTED,
};

export const LOCAL_REPLIES: readonly Scenario[] = [
  replied('mapped', 'the first mapper that accepts an answer changes status, body and headers', MAPPED),
  replied('formatted', 'one format writes the bodies of all', FORMATTED),
  replied('json', 'as JSON, too', JSON_FORMATTED),
  replied('overridden', 'a mapper may have a format of its own, and set the type', OVERRIDDEN),
  replied('grpc', 'clients of gRPC get it as message and status', MAPPED, 'grpc'),
  replied('grpc-json', 'without the newline at its end', JSON_FORMATTED, 'grpc'),
];

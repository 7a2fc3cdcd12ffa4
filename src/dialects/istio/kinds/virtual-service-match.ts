import { bool, described, list, map, object, type TypeOf, text } from '../../../config';
import { portOrZero, textMap, texts } from './fields';
import { STRING_MATCH } from './string-match';

const PORT = portOrZero('Port of the service that the client addressed; on a gateway, the port of the server.');
const SOURCE_LABELS = textMap(
  'Labels that the calling workload must carry. Ignored where `gateways` names something other than `mesh`.',
);
const SOURCE_NAMESPACE = text('Namespace that the calling workload must be in.');
const MATCH_GATEWAYS = texts(
  'Gateways to which this condition applies, in place of the list at the top; `mesh` stands for the sidecars.',
);

export const HTTP_MATCH_REQUEST = object(
  'One condition on a request: every field that is set has to hold. A rule applies when any of its conditions does.',
  {
    name: text('Name of the condition; it becomes part of the route name in logs.'),
    uri: described('Path of the request, without the query.', STRING_MATCH),
    scheme: described('Scheme of the request, `http` or `https`.', STRING_MATCH),
    method: described('Method of the request.', STRING_MATCH),
    authority: described('Host that the client asked for, with its port if it sent one.', STRING_MATCH),
    headers: map(
      'Headers by name in lower case. An empty condition asks only that the header is there; on gateways `@request.auth.claims.NAME` looks into the verified token.',
      STRING_MATCH,
    ),
    withoutHeaders: map('Headers that must not match. A header that is missing counts as not matching.', STRING_MATCH),
    queryParams: map('Query parameters by name; the first value of a parameter counts.', STRING_MATCH),
    ignoreUriCase: bool('Compare the path without regard to case, for exact and prefix.'),
    port: PORT,
    sourceLabels: SOURCE_LABELS,
    sourceNamespace: SOURCE_NAMESPACE,
    gateways: MATCH_GATEWAYS,
    statPrefix: text('Prefix of the statistics that the proxy keeps for requests that match.'),
  },
);
/** Fields are combined with AND. */
export type HttpMatchRequest = TypeOf<typeof HTTP_MATCH_REQUEST>;

const DESTINATION_SUBNETS = texts('Addresses or CIDR ranges, one of which has to hold the destination address.');

export const L4_MATCH_ATTRIBUTES = object('One condition on a connection: every field that is set has to hold.', {
  destinationSubnets: DESTINATION_SUBNETS,
  port: PORT,
  sourceSubnet: text('Accepted and without effect: upstream never implemented it.'),
  sourceLabels: SOURCE_LABELS,
  sourceNamespace: SOURCE_NAMESPACE,
  gateways: MATCH_GATEWAYS,
});
export type L4MatchAttributes = TypeOf<typeof L4_MATCH_ATTRIBUTES>;

export const TLS_MATCH_ATTRIBUTES = object(
  'One condition on a TLS connection that is passed on without being decrypted.',
  {
    sniHosts: texts(
      'Server names that the client may ask for in its greeting. Each has to be covered by a host of this object.',
    ),
    destinationSubnets: DESTINATION_SUBNETS,
    port: PORT,
    sourceLabels: SOURCE_LABELS,
    sourceNamespace: SOURCE_NAMESPACE,
    gateways: MATCH_GATEWAYS,
  },
  { required: ['sniHosts'] },
);
export type TlsMatchAttributes = TypeOf<typeof TLS_MATCH_ATTRIBUTES>;

export const HTTP_MATCH_REQUESTS = list(
  'Conditions, of which one has to hold. Without any the rule applies to every request, and later rules are never reached.',
  HTTP_MATCH_REQUEST,
);

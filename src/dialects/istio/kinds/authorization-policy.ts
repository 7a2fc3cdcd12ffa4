import { choice, defineKind, list, type ObjectOf, object, type TypeOf, text } from '../../../config';
import { texts } from './fields';
import { POLICY_TARGETS } from './selector';
import { ISTIO_STATUS } from './status';

/** Words that end the description of a field whose values may carry a wildcard. */
const WILDCARDS = '`*` at the start or the end stands for anything.';

export const AUTHORIZATION_SOURCE = object('Who sends the request: every list that is set has to hold.', {
  principals: texts(`Identities from the certificate of the peer, \`DOMAIN/ns/NAMESPACE/sa/ACCOUNT\`. ${WILDCARDS}`),
  notPrincipals: texts('Identities that must not match.'),
  requestPrincipals: texts(`Identities from a verified token, \`ISSUER/SUBJECT\`. ${WILDCARDS}`),
  notRequestPrincipals: texts('Identities from a token that must not match.'),
  namespaces: texts('Namespaces from the certificate of the peer.'),
  notNamespaces: texts('Namespaces that must not match.'),
  serviceAccounts: texts(
    'Service accounts from the certificate of the peer, `ACCOUNT` or `NAMESPACE/ACCOUNT`.',
    {
      maxLength: 320,
    },
    { max: 16 },
  ),
  notServiceAccounts: texts('Service accounts that must not match.', { maxLength: 320 }, { max: 16 }),
  trustDomains: texts(`Trust domains from the certificate of the peer. ${WILDCARDS}`),
  notTrustDomains: texts('Trust domains that must not match.'),
  ipBlocks: texts('Addresses or CIDR ranges that the connection comes from.'),
  notIpBlocks: texts('Addresses that the connection must not come from.'),
  remoteIpBlocks: texts('Addresses of the original client, found by X-Forwarded-For or the PROXY protocol.'),
  notRemoteIpBlocks: texts('Addresses that the original client must not have.'),
});
/** All lists are combined with AND, the values of one list with OR. */
export type AuthorizationSource = TypeOf<typeof AUTHORIZATION_SOURCE>;

export const AUTHORIZATION_OPERATION = object('What is asked for: every list that is set has to hold.', {
  hosts: texts(`Hosts that the request names, without regard to case. ${WILDCARDS}`),
  notHosts: texts('Hosts that must not match.'),
  ports: texts('Ports that the connection arrives at, as numbers in quotes.'),
  notPorts: texts('Ports that must not match.'),
  methods: texts(`Methods of the request. ${WILDCARDS}`),
  notMethods: texts('Methods that must not match.'),
  paths: texts(
    `Paths of the request, without the query. ${WILDCARDS} \`{*}\` stands for one segment, \`{**}\` for the rest.`,
  ),
  notPaths: texts('Paths that must not match.'),
});
export type AuthorizationOperation = TypeOf<typeof AUTHORIZATION_OPERATION>;

export const AUTHORIZATION_CONDITION = object(
  'A further condition on one attribute.',
  {
    key: text('Attribute, such as `request.headers[x-user]`, `source.ip` or `request.auth.claims[iss]`.'),
    values: texts('Values, of which one has to match.'),
    notValues: texts('Values, of which none may match.'),
  },
  { required: ['key'] },
);
export type AuthorizationCondition = TypeOf<typeof AUTHORIZATION_CONDITION>;

export const AUTHORIZATION_RULE = object(
  'Matches a request when its `from`, its `to` and its `when` all do. An empty rule matches everything.',
  {
    from: list('Senders, of which one has to match.', object('One sender.', { source: AUTHORIZATION_SOURCE }), {
      max: 512,
    }),
    to: list(
      'Operations, of which one has to match.',
      object('One operation.', { operation: AUTHORIZATION_OPERATION }),
    ),
    when: list('Conditions, all of which have to hold.', AUTHORIZATION_CONDITION),
  },
);
export type AuthorizationRule = TypeOf<typeof AUTHORIZATION_RULE>;

export const AUTHORIZATION_POLICY_SPEC = object(
  'Whose requests are let in.',
  {
    ...POLICY_TARGETS,
    action: choice(
      'What happens to a request that a rule matches. Default: ALLOW.',
      ['ALLOW', 'DENY', 'AUDIT', 'CUSTOM'],
      {
        docs: {
          ALLOW: 'It is let in. A workload with any ALLOW policy lets nothing else in.',
          DENY: 'It is refused with 403, before any ALLOW is looked at.',
          AUDIT: 'It is marked for the audit log.',
          CUSTOM: 'An external authorizer decides.',
        },
      },
    ),
    rules: list('Rules, of which one has to match. Without any the policy matches nothing.', AUTHORIZATION_RULE, {
      max: 512,
    }),
    provider: object('The external authorizer of CUSTOM.', {
      name: text('Name of the provider in the mesh configuration.'),
    }),
  },
  { atMostOne: [['selector', 'targetRef', 'targetRefs']] },
);
export type AuthorizationPolicySpec = TypeOf<typeof AUTHORIZATION_POLICY_SPEC>;

export const AUTHORIZATION_POLICY_KIND = defineKind({
  group: 'security.istio.io',
  versions: ['v1', 'v1beta1'],
  kind: 'AuthorizationPolicy',
  plural: 'authorizationpolicies',
  namespaced: true,
  support: { level: 'partial', notSimulated: ['provider'] },
  summary: 'Lets requests to workloads in or turns them away, by who sends them and what they ask for.',
  link: 'https://istio.io/latest/docs/reference/config/security/authorization-policy/',
  fields: { spec: AUTHORIZATION_POLICY_SPEC, status: ISTIO_STATUS },
  nullMeans: 'wrong-type',
});
export type AuthorizationPolicyObject = ObjectOf<typeof AUTHORIZATION_POLICY_KIND>;

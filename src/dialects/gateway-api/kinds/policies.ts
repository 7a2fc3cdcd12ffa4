import { choice, defineKind, list, type ObjectOf, object, text } from '../../../config';
import {
  apiGroup,
  controllerName,
  GATEWAY_API_GROUP,
  hostname,
  kindName,
  namespaceName,
  objectName,
  preciseHostname,
  sectionName,
  textMap,
} from './fields';
import { LOCAL_REFERENCE, PARENT_REFERENCE } from './references';
import { CONDITIONS } from './status';

export const REFERENCE_GRANT = defineKind({
  group: GATEWAY_API_GROUP,
  versions: ['v1', 'v1beta1'],
  kind: 'ReferenceGrant',
  plural: 'referencegrants',
  namespaced: true,
  support: { level: 'full' },
  summary: 'Lets objects of other namespaces refer to objects of this one.',
  link: 'https://gateway-api.sigs.k8s.io/reference/spec/#referencegrant',
  fields: {
    spec: object(
      'Who may refer to what.',
      {
        from: list(
          'Who may refer, one of them being enough.',
          object(
            'Objects of one kind in one namespace.',
            {
              group: apiGroup('Group of the kind.'),
              kind: kindName('Kind that refers, such as HTTPRoute.'),
              namespace: namespaceName('Namespace of the objects that refer.'),
            },
            { required: ['group', 'kind', 'namespace'] },
          ),
          { min: 1, max: 16 },
        ),
        to: list(
          'What may be referred to, one of them being enough.',
          object(
            'Objects of one kind in the namespace of the grant.',
            {
              group: apiGroup('Group of the kind; empty for Service and Secret.'),
              kind: kindName('Kind that is referred to.'),
              name: objectName('Name of the one object. Default: all of the kind.'),
            },
            { required: ['group', 'kind'] },
          ),
          { min: 1, max: 16 },
        ),
      },
      { required: ['from', 'to'] },
    ),
  },
  required: ['spec'],
  nullMeans: 'wrong-type',
});
export type ReferenceGrantObject = ObjectOf<typeof REFERENCE_GRANT>;

const SUBJECT_ALT_NAME = object(
  'A name that the certificate of the backend must have.',
  {
    type: choice('Sort of the name.', ['Hostname', 'URI']),
    hostname: hostname('The name, for `type: Hostname`.'),
    uri: text('The name, for `type: URI`.', { minLength: 1, maxLength: 253 }),
  },
  { required: ['type'] },
);

export const BACKEND_TLS_POLICY = defineKind({
  group: GATEWAY_API_GROUP,
  versions: ['v1', 'v1alpha3'],
  kind: 'BackendTLSPolicy',
  plural: 'backendtlspolicies',
  namespaced: true,
  support: { level: 'partial', notSimulated: ['options'] },
  summary: 'TLS from a gateway to the backends of a service.',
  link: 'https://gateway-api.sigs.k8s.io/reference/spec/#backendtlspolicy',
  fields: {
    spec: object(
      'Which backends, and how they are recognised.',
      {
        targetRefs: list(
          'Services that the policy is for.',
          object(
            'A service, or one port of it.',
            {
              group: apiGroup('Group of the target.'),
              kind: kindName('Kind of the target.'),
              name: objectName('Name of the target.'),
              sectionName: sectionName('Name of one port. Default: every port.'),
            },
            { required: ['group', 'kind', 'name'] },
          ),
          { min: 1, max: 16 },
        ),
        validation: object(
          'How the backend proves who it is.',
          {
            hostname: preciseHostname('Server name that is asked for, and that the certificate must have.'),
            caCertificateRefs: list('Authorities that are trusted: ConfigMaps with `ca.crt`.', LOCAL_REFERENCE, {
              max: 8,
            }),
            wellKnownCACertificates: text('`System`: the authorities of the operating system.', {
              pattern:
                '^(System|([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]))$',
              minLength: 1,
              maxLength: 253,
            }),
            subjectAltNames: list(
              'Names of which the certificate must have one, in the place of `hostname`.',
              SUBJECT_ALT_NAME,
              {
                max: 5,
              },
            ),
          },
          { required: ['hostname'] },
        ),
        options: textMap('Settings of the implementation.', { max: 16 }),
      },
      { required: ['targetRefs', 'validation'] },
    ),
    status: object(
      'Written by controllers; nothing reads it here.',
      {
        ancestors: list(
          'State of the policy at each Gateway.',
          object(
            'What one controller says of one Gateway.',
            {
              ancestorRef: PARENT_REFERENCE,
              controllerName: controllerName('Controller that wrote it.'),
              conditions: CONDITIONS,
            },
            { required: ['ancestorRef', 'conditions', 'controllerName'] },
          ),
          { max: 16 },
        ),
      },
      { required: ['ancestors'] },
    ),
  },
  required: ['spec'],
  nullMeans: 'wrong-type',
});
export type BackendTlsPolicyObject = ObjectOf<typeof BACKEND_TLS_POLICY>;

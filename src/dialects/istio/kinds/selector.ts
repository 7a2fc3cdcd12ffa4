import { list, object, type TypeOf, text } from '../../../config';
import { textMap } from './fields';

const LABELS_DOC = 'Labels that a workload must carry, all of them. Wildcards are refused.';
/** Longest label value that the API server takes. */
const LABEL_VALUE = { maxLength: 63 };

/** The selector of the security, telemetry and extension kinds, and of DestinationRule. */
export const POLICY_SELECTOR = object('Chooses workloads by their labels.', {
  matchLabels: textMap(LABELS_DOC, { max: 4096 }, LABEL_VALUE),
});
export type PolicySelector = TypeOf<typeof POLICY_SELECTOR>;

/** The selector of the older networking kinds. */
export const WORKLOAD_SELECTOR = object('Chooses workloads of this namespace by their labels.', {
  labels: textMap(LABELS_DOC, { max: 256 }, LABEL_VALUE),
});
export type WorkloadSelector = TypeOf<typeof WORKLOAD_SELECTOR>;

export const POLICY_TARGET_REFERENCE = object(
  'Names the object that a policy is attached to.',
  {
    group: text('API group of the object; empty for the core group.', {
      maxLength: 253,
      pattern: '^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    }),
    kind: text('Kind of the object: Gateway, GatewayClass, Service or ServiceEntry.', {
      minLength: 1,
      maxLength: 63,
      pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$',
    }),
    name: text('Name of the object.', { minLength: 1, maxLength: 253 }),
    namespace: text('Has to stay empty: the object is looked for in the namespace of the policy.'),
  },
  { required: ['kind', 'name'] },
);
export type PolicyTargetReference = TypeOf<typeof POLICY_TARGET_REFERENCE>;

/** The three ways in which a policy says what it applies to; at most one may be used. */
export const POLICY_TARGETS = {
  selector: POLICY_SELECTOR,
  targetRef: POLICY_TARGET_REFERENCE,
  targetRefs: list('Objects that the policy is attached to, in place of a selector.', POLICY_TARGET_REFERENCE, {
    max: 16,
  }),
};

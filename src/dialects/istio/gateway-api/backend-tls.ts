import { compareStrings } from '../../../base';
import { CONFIG_MAP, type ConfigPath, type Resource } from '../../../config';
import type { BackendTlsPolicyObject } from '../../gateway-api';
import { serviceHostname } from '../compile/names';
import type { DerivedDestinationRule } from '../compile/resources';
import { INVALID_CREDENTIAL } from '../compile/secret-sources';
import type { ClientTlsSettings, TrafficPolicy } from '../kinds';
import type { ConversionContext } from './context';
import { DERIVED_NAME } from './listeners';

const IGNORE_ANNOTATION = 'istio.io/ignore-policy-attachment';
const MESH_CONFIG_GROUP = 'networking.istio.io';
/** No time is given to what is derived, so that it is older than anything. */
const OLDEST = -1;

type Policy = Resource<BackendTlsPolicyObject>;
type TargetReference = BackendTlsPolicyObject['spec']['targetRefs'][number];

/** What a policy is for, as far as it is there. */
interface Target {
  /** Equal keys are one rule. */
  readonly key: string;
  readonly name: string;
  readonly host: string;
  readonly ports: readonly { readonly name: string; readonly number: number }[];
}

/** A policy for one host, and perhaps one port. */
interface Placed {
  readonly policy: Policy;
  readonly target: Target;
  readonly sectionName: string | undefined;
  readonly tls: ClientTlsSettings;
}

function compareAge(a: Policy, b: Policy): number {
  return a.creationOrder - b.creationOrder || compareStrings(a.metadata.name, b.metadata.name);
}

function isSameTarget(a: TargetReference, b: TargetReference): boolean {
  return a.group === b.group && a.kind === b.kind && a.name === b.name && a.sectionName === b.sectionName;
}

class BackendTlsConverter {
  readonly #policies: readonly Policy[];

  constructor(private readonly context: ConversionContext) {
    this.#policies = context.resources.backendTlsPolicies.filter(
      ({ metadata }) => metadata.annotations[IGNORE_ANNOTATION]?.toLowerCase() !== 'true',
    );
  }

  /** istio/istio pilot/pkg/config/kube/gateway/backend_policies.go (DestinationRuleCollection) */
  convert(): readonly DerivedDestinationRule[] {
    const byTarget = new Map<string, Placed[]>();
    for (const policy of [...this.#policies].sort(compareAge)) {
      for (const placed of this.#place(policy)) {
        const list = byTarget.get(placed.target.key) ?? [];
        byTarget.set(placed.target.key, list);
        list.push(placed);
      }
    }
    return [...byTarget.values()].flatMap((list) => toRule(list));
  }

  /** istio/istio pilot/pkg/config/kube/gateway/backend_policies.go (BackendTLSPolicyCollection) */
  #place(policy: Policy): readonly Placed[] {
    const tls = this.#tlsOf(policy);
    return policy.object.spec.targetRefs.flatMap((reference, index) => {
      const path = ['spec', 'targetRefs', index];
      const targets = this.#targetsOf(policy, reference, path);
      const winner = targets.length === 0 ? undefined : this.#winnerOver(policy, reference);
      if (winner !== undefined) {
        this.context.report(policy.ref, 'policy-conflict', path, { other: winner.metadata.name });
        return [];
      }
      return targets.map((target) => ({ policy, target, sectionName: reference.sectionName, tls }));
    });
  }

  /** The older one, then the first of the alphabet. istio/istio pilot/pkg/config/kube/gateway/backend_policies.go (btlsIsConflicted) */
  #winnerOver(policy: Policy, reference: TargetReference): Policy | undefined {
    return this.#policies.find(
      (other) =>
        other !== policy &&
        other.metadata.namespace === policy.metadata.namespace &&
        compareAge(other, policy) < 0 &&
        other.object.spec.targetRefs.some((target) => isSameTarget(target, reference)),
    );
  }

  #targetsOf(policy: Policy, reference: TargetReference, path: ConfigPath): readonly Target[] {
    const { group, kind, name, sectionName } = reference;
    const { namespace } = policy.metadata;
    const key = `${kind}/${namespace}/${name}`;
    const found =
      group === '' && kind === 'Service'
        ? this.#service(namespace, name, key)
        : group === MESH_CONFIG_GROUP && kind === 'ServiceEntry'
          ? this.#entry(namespace, name, key)
          : [];
    const [first] = found;
    if (first === undefined) {
      this.context.report(policy.ref, 'policy-target-missing', [...path, 'name'], { kind, value: name });
      return [];
    }
    if (sectionName === undefined || first.ports.some((port) => port.name === sectionName)) return found;
    const known = first.ports.map((port) => port.name).join(', ');
    this.context.report(policy.ref, 'policy-port-missing', [...path, 'sectionName'], { value: sectionName, known });
    return [];
  }

  #service(namespace: string, name: string, key: string): readonly Target[] {
    const ports = this.context.namedPorts(namespace, name);
    if (ports === undefined) return [];
    return [{ key, name: `${name}~${DERIVED_NAME}`, host: serviceHostname(name, namespace), ports }];
  }

  #entry(namespace: string, name: string, key: string): readonly Target[] {
    const spec = this.context.serviceEntry(namespace, name)?.object.spec;
    const ports = (spec?.ports ?? []).map((port) => ({ name: port.name, number: port.number }));
    return (spec?.hosts ?? []).map((host) => ({
      key: `${key}/${host}`,
      name: `${name}~${host.replaceAll('.', '-')}~${DERIVED_NAME}`,
      host,
      ports,
    }));
  }

  #tlsOf(policy: Policy): ClientTlsSettings {
    const { hostname, subjectAltNames = [] } = policy.object.spec.validation;
    const names = subjectAltNames.flatMap(({ hostname: name, uri }) => name ?? uri ?? []);
    const credentialName = this.#credentialOf(policy);
    return {
      mode: 'SIMPLE',
      sni: hostname,
      ...(names.length === 0 ? {} : { subjectAltNames: names }),
      ...(credentialName === undefined ? {} : { credentialName }),
    };
  }

  /**
   * Undefined: the authorities of the operating system. One that is missing lets no connection through.
   * istio/istio pilot/pkg/config/kube/gateway/backend_policies.go (getBackendTLSCredentialName)
   */
  #credentialOf({ ref, metadata, object }: Policy): string | undefined {
    const { caCertificateRefs = [], wellKnownCACertificates } = object.spec.validation;
    const [authority] = caCertificateRefs;
    if (wellKnownCACertificates !== undefined || authority === undefined) return undefined;
    const { namespace } = metadata;
    const isConfigMap = authority.group === '' && authority.kind === CONFIG_MAP.kind;
    if (isConfigMap && this.context.view.get(CONFIG_MAP, namespace, authority.name) !== undefined) {
      return `configmap://${namespace}/${authority.name}`;
    }
    const path = ['spec', 'validation', 'caCertificateRefs', 0, 'name'];
    this.context.report(ref, 'policy-authority-missing', path, { value: authority.name });
    return INVALID_CREDENTIAL;
  }
}

/** What policies of one host say together; of several for one port the first counts. */
function policyOf(list: readonly Placed[], { ports }: Target): TrafficPolicy {
  const whole = list.find(({ sectionName }) => sectionName === undefined);
  const byPort = new Map<number, ClientTlsSettings>();
  for (const { sectionName, tls } of list) {
    const number = ports.find(({ name }) => name === sectionName)?.number;
    if (number !== undefined && !byPort.has(number)) byPort.set(number, tls);
  }
  const settings = [...byPort].sort(([a], [b]) => a - b).map(([number, tls]) => ({ port: { number }, tls }));
  return {
    ...(whole === undefined ? {} : { tls: whole.tls }),
    ...(settings.length === 0 ? {} : { portLevelSettings: settings }),
  };
}

function toRule(list: readonly Placed[]): readonly DerivedDestinationRule[] {
  const [first] = list;
  if (first === undefined) return [];
  const { policy, target } = first;
  const { namespace } = policy.metadata;
  const metadata = { name: target.name, namespace };
  return [
    {
      ref: policy.ref,
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: { ...metadata, labels: {}, annotations: {} },
      object: {
        apiVersion: 'networking.istio.io/v1',
        kind: 'DestinationRule',
        metadata,
        spec: { host: target.host, trafficPolicy: policyOf(list, target) },
      },
      source: policy.source,
      creationOrder: OLDEST,
      policyPath: ['spec', 'validation'],
    },
  ];
}

export function convertBackendTls(context: ConversionContext): readonly DerivedDestinationRule[] {
  return new BackendTlsConverter(context).convert();
}

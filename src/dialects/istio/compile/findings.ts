import {
  type ConfigPath,
  createCatalogue,
  type Diagnostic,
  diagnosticOf,
  objectKey,
  type Resource,
} from '../../../config';
import type { ConfigOrigin } from '../../../xds';
import { GATEWAY_API_FINDING_ENTRIES, GATEWAY_API_RULES, type GatewayApiFinding } from '../gateway-api/catalogue';
import { ISTIO_ENTRIES, RULES, type RuleName } from '../kinds';
import type { RejectedServer } from './gateway/merged-gateway';
import type { ListenerConflict } from './listeners/outbound-listeners';
import type { BrokenDelegate } from './push-context/virtual-services';
import type { AuthorizationPolicyResource, MeshResources } from './resources';

/** What a compilation leaves out although somebody wrote it. */
export interface Omissions {
  readonly delegates: readonly BrokenDelegate[];
  readonly servers: readonly RejectedServer[];
  readonly listeners: readonly ListenerConflict[];
  readonly gatewayApi: readonly GatewayApiFinding[];
  readonly authorizers: UnknownAuthorizers;
}

/** Policies whose authorizer does not work, and the names of those that do. */
export interface UnknownAuthorizers {
  readonly policies: readonly AuthorizationPolicyResource[];
  readonly known: readonly string[];
}

interface Finding {
  readonly code: string;
  readonly origin: ConfigOrigin;
  readonly path: ConfigPath;
  readonly values: Readonly<Record<string, string | number>>;
}

const CATALOGUE = createCatalogue(ISTIO_ENTRIES, GATEWAY_API_FINDING_ENTRIES);

const OF_DELEGATE: Readonly<Record<BrokenDelegate['problem'], RuleName>> = {
  'not-found': 'delegate-not-found',
  'not-exported': 'delegate-not-exported',
  conflict: 'delegate-contradicts',
};

const OF_SERVER: Readonly<Record<RejectedServer['reason'], RuleName>> = {
  'host-taken': 'server-host-taken',
  'port-taken': 'server-port-taken',
};

function ofAuthorizers({ policies, known }: UnknownAuthorizers): readonly Finding[] {
  return policies.map(({ ref, object }) => {
    const path = ['spec', 'provider', 'name'];
    const values = {
      value: object.spec?.provider?.name ?? '',
      ...(known.length === 0 ? {} : { known: known.join(', ') }),
    };
    return { code: RULES['provider-unknown'].code, origin: { ref, path }, path, values };
  });
}

function findingsIn({ delegates, servers, listeners, gatewayApi, authorizers }: Omissions): readonly Finding[] {
  return [
    ...delegates.map(({ origin, delegate, problem }) => ({
      code: RULES[OF_DELEGATE[problem]].code,
      origin,
      path: origin.path,
      values: { value: delegate },
    })),
    ...servers.map(({ origin, reason }) => ({
      code: RULES[OF_SERVER[reason]].code,
      origin,
      path: origin.path,
      values: {},
    })),
    ...listeners.map(({ listenerName, service }) => ({
      code: RULES['listener-taken'].code,
      origin: service.origin,
      path: service.origin.path,
      values: { value: service.hostname, listener: listenerName },
    })),
    ...gatewayApi.map(({ rule, origin, values }) => ({
      code: GATEWAY_API_RULES[rule].code,
      origin,
      path: origin.path,
      values,
    })),
    ...ofAuthorizers(authorizers),
  ];
}

function resourcesByKey(resources: MeshResources): ReadonlyMap<string, Resource> {
  const { virtualServices, gateways, services, serviceEntries, authorizationPolicies, gatewayApi } = resources;
  const all: readonly Resource[] = [
    ...virtualServices,
    ...gateways,
    ...services,
    ...serviceEntries,
    ...authorizationPolicies,
    ...Object.values(gatewayApi).flat(),
  ];
  return new Map(all.map((resource) => [objectKey(resource.ref), resource]));
}

/** Tells the authors, once for each place, whichever number of proxies it concerns. */
export function reportOmissions(omissions: Omissions, resources: MeshResources): readonly Diagnostic[] {
  const findings = findingsIn(omissions);
  if (findings.length === 0) return [];
  const byKey = resourcesByKey(resources);
  const told = new Map<string, Diagnostic>();
  for (const { code, origin, path, values } of findings) {
    const resource = byKey.get(objectKey(origin.ref));
    const place = JSON.stringify([code, objectKey(origin.ref), path, values]);
    if (resource === undefined || told.has(place)) continue;
    told.set(place, diagnosticOf(CATALOGUE, resource, { code, path, values }));
  }
  return [...told.values()];
}

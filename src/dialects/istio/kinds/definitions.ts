/** The kinds with their rules. Schemas and rules meet here alone, so that the rules can use the types of the schemas. */
import type { DiagnosticBag, KindDefinition, Resource } from '../../../config';
import { AUTHORIZATION_POLICY_KIND } from './authorization-policy';
import { DESTINATION_RULE_KIND } from './destination-rule';
import { ENVOY_FILTER_KIND } from './envoy-filter';
import { GATEWAY_KIND } from './gateway';
import { PEER_AUTHENTICATION_KIND } from './peer-authentication';
import { PROXY_CONFIG_KIND } from './proxy-config';
import { REQUEST_AUTHENTICATION_KIND } from './request-authentication';
import { validateAuthorizationPolicy, validatePeerAuthentication } from './rules/authorization';
import { validateDestinationRule } from './rules/destination-rule';
import { validateEnvoyFilter } from './rules/envoy-filter';
import { validateTrafficExtension, validateWasmPlugin } from './rules/extension';
import { validateGateway } from './rules/gateway';
import { validateRequestAuthentication } from './rules/request-authentication';
import { validateServiceEntry } from './rules/service-entry';
import { validateSidecar } from './rules/sidecar';
import { validateProxyConfig, validateTelemetry } from './rules/telemetry';
import { validateVirtualService } from './rules/virtual-service';
import { validateWorkloadEntry, validateWorkloadGroup } from './rules/workload';
import { SERVICE_ENTRY_KIND } from './service-entry';
import { SIDECAR_KIND } from './sidecar';
import { TELEMETRY_KIND } from './telemetry';
import { TRAFFIC_EXTENSION_KIND } from './traffic-extension';
import { VIRTUAL_SERVICE_KIND } from './virtual-service';
import { WASM_PLUGIN_KIND } from './wasm-plugin';
import { WORKLOAD_ENTRY_KIND } from './workload-entry';
import { WORKLOAD_GROUP_KIND } from './workload-group';

type Rules<T> = (resource: Resource<T>, bag: DiagnosticBag) => void;

function withRules<T>(kind: KindDefinition<T>, validate: Rules<T>): KindDefinition<T> {
  return { ...kind, validate };
}

export const VIRTUAL_SERVICE = withRules(VIRTUAL_SERVICE_KIND, validateVirtualService);
export const DESTINATION_RULE = withRules(DESTINATION_RULE_KIND, validateDestinationRule);
export const GATEWAY = withRules(GATEWAY_KIND, validateGateway);
export const SERVICE_ENTRY = withRules(SERVICE_ENTRY_KIND, validateServiceEntry);
export const WORKLOAD_ENTRY = withRules(WORKLOAD_ENTRY_KIND, validateWorkloadEntry);
export const WORKLOAD_GROUP = withRules(WORKLOAD_GROUP_KIND, validateWorkloadGroup);
export const SIDECAR = withRules(SIDECAR_KIND, validateSidecar);
export const PEER_AUTHENTICATION = withRules(PEER_AUTHENTICATION_KIND, validatePeerAuthentication);
export const AUTHORIZATION_POLICY = withRules(AUTHORIZATION_POLICY_KIND, validateAuthorizationPolicy);
export const REQUEST_AUTHENTICATION = withRules(REQUEST_AUTHENTICATION_KIND, validateRequestAuthentication);
export const TELEMETRY = withRules(TELEMETRY_KIND, validateTelemetry);
export const PROXY_CONFIG = withRules(PROXY_CONFIG_KIND, validateProxyConfig);
export const ENVOY_FILTER = withRules(ENVOY_FILTER_KIND, validateEnvoyFilter);
export const WASM_PLUGIN = withRules(WASM_PLUGIN_KIND, validateWasmPlugin);
export const TRAFFIC_EXTENSION = withRules(TRAFFIC_EXTENSION_KIND, validateTrafficExtension);

/** Every kind of the dialect, in the order in which it is listed for people. */
export const ISTIO_KINDS: readonly KindDefinition[] = [
  VIRTUAL_SERVICE,
  DESTINATION_RULE,
  GATEWAY,
  SERVICE_ENTRY,
  WORKLOAD_ENTRY,
  WORKLOAD_GROUP,
  SIDECAR,
  PEER_AUTHENTICATION,
  AUTHORIZATION_POLICY,
  REQUEST_AUTHENTICATION,
  TELEMETRY,
  PROXY_CONFIG,
  ENVOY_FILTER,
  WASM_PLUGIN,
  TRAFFIC_EXTENSION,
];

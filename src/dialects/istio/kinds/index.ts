/** The kinds of Istio: schemas with documentation, static types, and the rules of the validating webhook. */
import type { KindDefinition } from '../../../config';
import { AUTHORIZATION_POLICY } from './authorization-policy';
import { DESTINATION_RULE } from './destination-rule';
import { ENVOY_FILTER } from './envoy-filter';
import { GATEWAY } from './gateway';
import { PEER_AUTHENTICATION } from './peer-authentication';
import { PROXY_CONFIG } from './proxy-config';
import { REQUEST_AUTHENTICATION } from './request-authentication';
import { SERVICE_ENTRY } from './service-entry';
import { SIDECAR } from './sidecar';
import { TELEMETRY } from './telemetry';
import { TRAFFIC_EXTENSION } from './traffic-extension';
import { VIRTUAL_SERVICE } from './virtual-service';
import { WASM_PLUGIN } from './wasm-plugin';
import { WORKLOAD_ENTRY } from './workload-entry';
import { WORKLOAD_GROUP } from './workload-group';

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

export {
  AUTHORIZATION_POLICY,
  type AuthorizationCondition,
  type AuthorizationOperation,
  type AuthorizationPolicyObject,
  type AuthorizationPolicySpec,
  type AuthorizationRule,
  type AuthorizationSource,
} from './authorization-policy';
export type {
  ConnectionPoolSettings,
  Http2Keepalive,
  HttpSettings,
  TcpKeepalive,
  TcpSettings,
} from './connection-pool';
export type { Destination, PortSelector } from './destination';
export {
  type ClientTlsSettings,
  DESTINATION_RULE,
  type DestinationRuleObject,
  type DestinationRuleSpec,
  type OutlierDetection,
  type PortTrafficPolicy,
  type ProxyProtocol,
  type RetryBudget,
  type Subset,
  type TrafficPolicy,
  type TunnelSettings,
} from './destination-rule';
export { ENVOY_FILTER, type EnvoyFilterObject } from './envoy-filter';
export { GATEWAY, type GatewayObject, type GatewayPort, type GatewayServer, type GatewaySpec } from './gateway';
export type {
  ConsistentHash,
  HttpCookie,
  LoadBalancerSettings,
  LocalityLbSetting,
  Warmup,
  ZoneAwareLbSetting,
} from './load-balancer';
export {
  type MutualTls,
  PEER_AUTHENTICATION,
  type PeerAuthenticationObject,
  type PeerAuthenticationSpec,
} from './peer-authentication';
export { PROXY_CONFIG, type ProxyConfigObject } from './proxy-config';
export {
  type ClaimToHeader,
  type JwtHeader,
  type JwtRule,
  REQUEST_AUTHENTICATION,
  type RequestAuthenticationObject,
  type RequestAuthenticationSpec,
} from './request-authentication';
export type { PolicySelector, PolicyTargetReference, WorkloadSelector } from './selector';
export type { ServerTlsSettings, TlsCertificate } from './server-tls';
export { SERVICE_ENTRY, type ServiceEntryObject, type ServiceEntrySpec, type ServicePort } from './service-entry';
export {
  type EgressListener,
  type IngressListener,
  type OutboundTrafficPolicy,
  SIDECAR,
  type SidecarObject,
  type SidecarPort,
  type SidecarSpec,
} from './sidecar';
export type { StringMatch } from './string-match';
export { TELEMETRY, type TelemetryObject } from './telemetry';
export { TRAFFIC_EXTENSION, type TrafficExtensionObject } from './traffic-extension';
export {
  type HttpRoute,
  type HttpRouteDestination,
  type RouteDestination,
  type TcpRoute,
  type TlsRoute,
  VIRTUAL_SERVICE,
  type VirtualServiceObject,
  type VirtualServiceSpec,
} from './virtual-service';
export type {
  CorsPolicy,
  Delegate,
  FaultAbort,
  FaultDelay,
  HeaderOperations,
  Headers,
  HttpBody,
  HttpDirectResponse,
  HttpFaultInjection,
  HttpMirrorPolicy,
  HttpRedirect,
  HttpRetry,
  HttpRewrite,
  Percent,
} from './virtual-service-actions';
export type { HttpMatchRequest, L4MatchAttributes, TlsMatchAttributes } from './virtual-service-match';
export { WASM_PLUGIN, type WasmPluginObject } from './wasm-plugin';
export { WORKLOAD_ENTRY, type WorkloadEntryObject, type WorkloadEntrySpec } from './workload-entry';
export { WORKLOAD_GROUP, type WorkloadGroupObject } from './workload-group';

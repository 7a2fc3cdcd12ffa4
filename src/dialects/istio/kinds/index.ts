/** The kinds of Istio: schemas with documentation, static types, and the rules of the validating webhook. */

export type {
  AuthorizationCondition,
  AuthorizationOperation,
  AuthorizationPolicyObject,
  AuthorizationPolicySpec,
  AuthorizationRule,
  AuthorizationSource,
} from './authorization-policy';
export type {
  ConnectionPoolSettings,
  Http2Keepalive,
  HttpSettings,
  TcpKeepalive,
  TcpSettings,
} from './connection-pool';
export {
  AUTHORIZATION_POLICY,
  DESTINATION_RULE,
  ENVOY_FILTER,
  GATEWAY,
  ISTIO_KINDS,
  PEER_AUTHENTICATION,
  PROXY_CONFIG,
  REQUEST_AUTHENTICATION,
  SERVICE_ENTRY,
  SIDECAR,
  TELEMETRY,
  TRAFFIC_EXTENSION,
  VIRTUAL_SERVICE,
  WASM_PLUGIN,
  WORKLOAD_ENTRY,
  WORKLOAD_GROUP,
} from './definitions';
export type { Destination, PortSelector } from './destination';
export type {
  ClientTlsSettings,
  DestinationRuleObject,
  DestinationRuleSpec,
  OutlierDetection,
  PortTrafficPolicy,
  ProxyProtocol,
  RetryBudget,
  Subset,
  TrafficPolicy,
  TunnelSettings,
} from './destination-rule';
export type { EnvoyConfigMatch, EnvoyFilterObject } from './envoy-filter';
export type {
  GatewayObject,
  GatewayPort,
  GatewayServer,
  GatewaySpec,
} from './gateway';
export type {
  ConsistentHash,
  HttpCookie,
  LoadBalancerSettings,
  LocalityLbSetting,
  Warmup,
  ZoneAwareLbSetting,
} from './load-balancer';
export type {
  MutualTls,
  PeerAuthenticationObject,
  PeerAuthenticationSpec,
} from './peer-authentication';
export type { ProxyConfigObject } from './proxy-config';
export type {
  ClaimToHeader,
  JwtHeader,
  JwtRule,
  RequestAuthenticationObject,
  RequestAuthenticationSpec,
} from './request-authentication';
export { ISTIO_ENTRIES, RULES, type RuleName } from './rules/catalogue';
export type { PolicySelector, PolicyTargetReference, WorkloadSelector } from './selector';
export type { ServerTlsSettings, TlsCertificate } from './server-tls';
export type {
  ServiceEntryObject,
  ServiceEntryPort,
  ServiceEntrySpec,
} from './service-entry';
export type {
  EgressListener,
  IngressListener,
  OutboundTrafficPolicy,
  SidecarObject,
  SidecarPort,
  SidecarSpec,
} from './sidecar';
export type { StringMatch } from './string-match';
export type { TelemetryObject } from './telemetry';
export type { TrafficExtensionObject } from './traffic-extension';
export type {
  HttpRoute,
  HttpRouteDestination,
  RouteDestination,
  TcpRoute,
  TlsRoute,
  VirtualServiceObject,
  VirtualServiceSpec,
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
export type { WasmPluginObject } from './wasm-plugin';
export type {
  WorkloadEntryObject,
  WorkloadEntrySpec,
} from './workload-entry';
export type { WorkloadGroupObject } from './workload-group';

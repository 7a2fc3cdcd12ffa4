/** The Gateway API of Kubernetes: kinds that several meshes implement, each in its own way. */
export {
  BACKEND_TLS_POLICY,
  GATEWAY,
  GATEWAY_API_KINDS,
  GATEWAY_CLASS,
  GRPC_ROUTE,
  HTTP_ROUTE,
  LISTENER_SET,
  REFERENCE_GRANT,
  TCP_ROUTE,
  TLS_ROUTE,
  UDP_ROUTE,
} from './kinds/definitions';
export { GATEWAY_API_GROUP } from './kinds/fields';
export type { HeaderModifier, RequestMirror } from './kinds/filters';
export type { GatewayClassObject, GatewayObject, GatewaySpec, ListenerSetObject } from './kinds/gateway';
export type {
  GrpcBackendReference,
  GrpcMethodMatch,
  GrpcRouteFilter,
  GrpcRouteMatch,
  GrpcRouteObject,
  GrpcRouteRule,
} from './kinds/grpc-route';
export type { HttpCors, HttpRequestRedirect, HttpRouteFilter, HttpUrlRewrite } from './kinds/http-filters';
export type { HttpBackendReference, HttpRouteMatch, HttpRouteObject, HttpRouteRule } from './kinds/http-route';
export type { L4RouteRule, TcpRouteObject, TlsRouteObject } from './kinds/l4-routes';
export type { GatewayListener, ListenerTls } from './kinds/listener';
export type { BackendTlsPolicyObject, ReferenceGrantObject } from './kinds/policies';
export type {
  BackendObjectReference,
  BackendReference,
  LocalReference,
  ObjectReference,
  ParentReference,
  SecretReference,
} from './kinds/references';
export { KIND_ENTRIES as GATEWAY_API_ENTRIES } from './kinds/rules/catalogue';

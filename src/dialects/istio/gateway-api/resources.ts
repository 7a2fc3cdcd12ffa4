import type { ClusterView, Resource } from '../../../config';
import {
  BACKEND_TLS_POLICY,
  type BackendTlsPolicyObject,
  GATEWAY,
  GATEWAY_CLASS,
  type GatewayClassObject,
  type GatewayObject,
  GRPC_ROUTE,
  type GrpcRouteObject,
  HTTP_ROUTE,
  type HttpRouteObject,
  LISTENER_SET,
  type ListenerSetObject,
  REFERENCE_GRANT,
  type ReferenceGrantObject,
  TCP_ROUTE,
  type TcpRouteObject,
  TLS_ROUTE,
  type TlsRouteObject,
} from '../../gateway-api';

/** What the Gateway API says of a mesh, each list oldest first. */
export interface GatewayApiResources {
  readonly gatewayClasses: readonly Resource<GatewayClassObject>[];
  readonly kubernetesGateways: readonly Resource<GatewayObject>[];
  readonly listenerSets: readonly Resource<ListenerSetObject>[];
  readonly httpRoutes: readonly Resource<HttpRouteObject>[];
  readonly grpcRoutes: readonly Resource<GrpcRouteObject>[];
  readonly tlsRoutes: readonly Resource<TlsRouteObject>[];
  readonly tcpRoutes: readonly Resource<TcpRouteObject>[];
  readonly referenceGrants: readonly Resource<ReferenceGrantObject>[];
  readonly backendTlsPolicies: readonly Resource<BackendTlsPolicyObject>[];
}

export function readGatewayApiResources(view: Pick<ClusterView, 'list'>): GatewayApiResources {
  return {
    gatewayClasses: view.list(GATEWAY_CLASS),
    kubernetesGateways: view.list(GATEWAY),
    listenerSets: view.list(LISTENER_SET),
    httpRoutes: view.list(HTTP_ROUTE),
    grpcRoutes: view.list(GRPC_ROUTE),
    tlsRoutes: view.list(TLS_ROUTE),
    tcpRoutes: view.list(TCP_ROUTE),
    referenceGrants: view.list(REFERENCE_GRANT),
    backendTlsPolicies: view.list(BACKEND_TLS_POLICY),
  };
}

/** A route of any kind. */
export type AnyRoute = Resource<HttpRouteObject | GrpcRouteObject | TlsRouteObject | TcpRouteObject>;

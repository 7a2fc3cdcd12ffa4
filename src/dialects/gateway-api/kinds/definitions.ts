/** The kinds with their rules. Schemas and rules meet here alone, so that the rules can use the types of the schemas. */
import type { DiagnosticBag, KindDefinition, Resource } from '../../../config';
import { GATEWAY_CLASS, GATEWAY as GATEWAY_KIND, LISTENER_SET as LISTENER_SET_KIND } from './gateway';
import { GRPC_ROUTE as GRPC_ROUTE_KIND } from './grpc-route';
import { HTTP_ROUTE as HTTP_ROUTE_KIND } from './http-route';
import { TCP_ROUTE as TCP_ROUTE_KIND, TLS_ROUTE as TLS_ROUTE_KIND, UDP_ROUTE as UDP_ROUTE_KIND } from './l4-routes';
import { BACKEND_TLS_POLICY as BACKEND_TLS_POLICY_KIND, REFERENCE_GRANT } from './policies';
import { validateBackendTlsPolicy, validateGateway, validateListenerSet } from './rules/gateways';
import { validateGrpcRoute, validateHttpRoute, validateL4Route } from './rules/routes';

function withRules<T>(
  kind: KindDefinition<T>,
  validate: (resource: Resource<T>, bag: DiagnosticBag) => void,
): KindDefinition<T> {
  return { ...kind, validate };
}

export const GATEWAY = withRules(GATEWAY_KIND, validateGateway);
export const LISTENER_SET = withRules(LISTENER_SET_KIND, validateListenerSet);
export const HTTP_ROUTE = withRules(HTTP_ROUTE_KIND, validateHttpRoute);
export const GRPC_ROUTE = withRules(GRPC_ROUTE_KIND, validateGrpcRoute);
export const TCP_ROUTE = withRules(TCP_ROUTE_KIND, validateL4Route);
export const TLS_ROUTE = withRules(TLS_ROUTE_KIND, validateL4Route);
export const UDP_ROUTE = withRules(UDP_ROUTE_KIND, validateL4Route);
export const BACKEND_TLS_POLICY = withRules(BACKEND_TLS_POLICY_KIND, validateBackendTlsPolicy);
export { GATEWAY_CLASS, REFERENCE_GRANT };

/** Every kind of the Gateway API, in the order in which it is listed for people. */
export const GATEWAY_API_KINDS: readonly KindDefinition[] = [
  GATEWAY_CLASS,
  GATEWAY,
  LISTENER_SET,
  HTTP_ROUTE,
  GRPC_ROUTE,
  TLS_ROUTE,
  TCP_ROUTE,
  UDP_ROUTE,
  REFERENCE_GRANT,
  BACKEND_TLS_POLICY,
];

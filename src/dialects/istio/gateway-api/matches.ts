import type { GrpcRouteMatch, HttpRouteMatch } from '../../gateway-api';
import type { HttpMatchRequest, StringMatch } from '../kinds';

interface ValueMatch {
  readonly name: string;
  readonly type: 'Exact' | 'RegularExpression';
  readonly value: string;
}

/** istio/istio pilot/pkg/config/kube/gateway/conversion.go (createHeadersMatch, createQueryParamsMatch) */
function valueMatches(written: readonly ValueMatch[] | undefined): Readonly<Record<string, StringMatch>> | undefined {
  if (written === undefined || written.length === 0) return undefined;
  return Object.fromEntries(
    written.map(({ name, type, value }) => [name, type === 'RegularExpression' ? { regex: value } : { exact: value }]),
  );
}

/** A trailing slash of a prefix does not count. istio/istio pilot/pkg/config/kube/gateway/conversion.go (createURIMatch) */
function uriMatch({ path }: HttpRouteMatch): StringMatch {
  switch (path.type) {
    case 'Exact':
      return { exact: path.value };
    case 'RegularExpression':
      return { regex: path.value };
    case 'PathPrefix':
      return { prefix: path.value !== '/' && path.value.endsWith('/') ? path.value.slice(0, -1) : path.value };
  }
}

export function toHttpMatch(match: HttpRouteMatch): HttpMatchRequest {
  const headers = valueMatches(match.headers);
  const queryParams = valueMatches(match.queryParams);
  return {
    uri: uriMatch(match),
    ...(match.method === undefined ? {} : { method: { exact: match.method } }),
    ...(headers === undefined ? {} : { headers }),
    ...(queryParams === undefined ? {} : { queryParams }),
  };
}

/** The path of a call is `/service/method`. istio/istio pilot/pkg/config/kube/gateway/conversion.go (createGRPCURIMatch) */
function grpcUriMatch({ method }: GrpcRouteMatch): StringMatch | undefined {
  if (method === undefined) return undefined;
  const { type, service, method: name } = method;
  if (service === undefined) return name === undefined ? undefined : { regex: `/[^/]+/${name}` };
  if (type === 'RegularExpression') return { regex: `/${service}/${name ?? '.+'}` };
  return name === undefined ? { prefix: `/${service}/` } : { exact: `/${service}/${name}` };
}

export function toGrpcMatch(match: GrpcRouteMatch): HttpMatchRequest {
  const uri = grpcUriMatch(match);
  const headers = valueMatches(match.headers);
  return { ...(uri === undefined ? {} : { uri }), ...(headers === undefined ? {} : { headers }) };
}

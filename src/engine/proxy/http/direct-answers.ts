import { httpCounter } from '../counters';
import { directReply, ResponseCodeDetails, RouterReply, sslRedirectUri } from '../semantics';
import type { ConnectionManager } from './connection-manager';
import { reason } from './recorder';
import type { ResolvedRoute } from './request-plan';

const NO_ROUTE = httpCounter('no_route');
const RQ_DIRECT_RESPONSE = httpCounter('rq_direct_response');

/** Answers a stream that goes to no cluster: a direct response, a redirect, or no route at all. */
// envoyproxy/envoy source/common/router/router.cc Filter::decodeHeaders: no route, redirect, direct response
export function answerWithoutCluster(manager: ConnectionManager, stream: number, { result }: ResolvedRoute): void {
  const plan = manager.planOf(stream);
  if (result.kind === 'route' && plan.routes !== undefined) {
    const matched = { configuration: plan.routes, virtualHost: result.virtualHost, route: result.route };
    const filterPlan = manager.filterPlanOf(stream);
    const reply = directReply(matched, filterPlan.request, {
      suppressEnvoyHeaders: plan.hcm.suppressEnvoyHeaders,
      context: { request: filterPlan.request, connection: plan.connectionClass.info },
    });
    if (reply !== undefined) {
      manager.count(stream, RQ_DIRECT_RESPONSE);
      manager.sinkOf(stream)?.decide('response', String(reply.status), reason('directResponse'));
      manager.sendLocalReply(stream, reply);
      return;
    }
  }
  if (result.kind === 'sslRedirect') {
    manager.count(stream, RQ_DIRECT_RESPONSE);
    const headers = [['location', sslRedirectUri(plan.request)]] as const;
    manager.sendLocalReply(stream, { status: 301, body: '', details: ResponseCodeDetails.DirectResponse, headers });
    return;
  }
  manager.count(stream, NO_ROUTE);
  manager.sendLocalReply(stream, RouterReply.routeNotFound);
}

import { describe, expect, it } from 'vitest';
import type { Simulation } from '../../../src/engine';
import {
  exactPath,
  forwardTo,
  type InternalRedirectPolicy,
  type JsonObject,
  route,
  routeMatch,
} from '../../../src/xds';
import { clientWorld, clusterCounter, counters, expectTheSameAgain, send, server } from './client-world';
import { outboundCluster, outboundName } from './mesh';
import { MS, simulate } from './world';

const HCM = 'http.outbound_0.0.0.0_80';

function redirecting(location: string, init: Partial<InternalRedirectPolicy> = {}, extra?: JsonObject): Simulation {
  const internalRedirectPolicy: InternalRedirectPolicy = {
    maxInternalRedirects: 1,
    redirectResponseCodes: [302],
    allowCrossSchemeRedirect: false,
    ...init,
    ...(extra === undefined ? {} : { extra }),
  };
  const bs = [server('b', 1, { status: 302, headers: [['location', location]] })];
  const cs = [server('c', 1, { computeNs: 10 * MS })];
  const routes = [
    route({ name: 'new', match: routeMatch({ path: exactPath('/new') }), action: forwardTo(outboundName('c')) }),
    route({
      name: 'old',
      match: routeMatch({ path: exactPath('/old') }),
      action: forwardTo(outboundName('b'), { internalRedirectPolicy }),
    }),
  ];
  const clusters = [outboundCluster('b', bs), outboundCluster('c', cs)];
  return simulate(1, clientWorld(bs, { routes, clusters, others: cs }));
}

function passedThrough(simulation: Simulation, path = '/old'): readonly [number, number] {
  const { status } = send(simulation, { path });
  return [status, clusterCounter(simulation, 'upstream_internal_redirect_failed_total')];
}

describe('internal redirects', () => {
  it('are followed by the proxy; the stream begins anew', () => {
    const simulation = redirecting('http://b/new');
    const result = send(simulation, { path: '/old' });
    expect([result.status, result.details]).toEqual([200, 'via_upstream']);
    expect(clusterCounter(simulation, 'upstream_internal_redirect_succeeded_total')).toBe(1);
    expect(clusterCounter(simulation, 'upstream_rq_302')).toBe(0);
    expect(clusterCounter(simulation, 'host.10.0.2.1:80.rq_success')).toBe(0);
    expect(counters(simulation)[`cluster.${outboundName('c')}.upstream_rq_200`]).toBe(1);
    expect(counters(simulation)[`${HCM}.downstream_rq_total`]).toBe(2);
    expect(counters(simulation)[`${HCM}.downstream_rq_completed`]).toBe(1);
    const [second, first] = simulation.accessLog(2);
    expect([first?.details, first?.path, first?.status]).toEqual(['internal_redirect', '/new', 302]);
    expect([second?.details, second?.path, second?.status]).toEqual(['via_upstream', '/new', 200]);
  });

  it('are passed through beyond the limit, without a route, to another scheme, and where a predicate says so', () => {
    const again = redirecting('http://b/old');
    expect(passedThrough(again)).toEqual([302, 1]);
    expect(clusterCounter(again, 'upstream_internal_redirect_succeeded_total')).toBe(1);
    expect(counters(again)[`${HCM}.passthrough_internal_redirect_too_many_redirects`]).toBe(1);

    const nowhere = redirecting('http://b/else');
    expect(passedThrough(nowhere)).toEqual([302, 1]);
    expect(counters(nowhere)[`${HCM}.passthrough_internal_redirect_no_route`]).toBe(1);

    const secure = redirecting('https://b/new');
    expect(passedThrough(secure)).toEqual([302, 1]);
    expect(counters(secure)[`${HCM}.passthrough_internal_redirect_unsafe_scheme`]).toBe(1);

    const typedConfig = {
      '@type': 'type.googleapis.com/envoy.extensions.internal_redirect.allow_listed_routes.v3.AllowListedRoutesConfig',
      allowedRouteNames: ['other'],
    };
    const listed = redirecting('http://b/new', {}, { predicates: [{ name: 'listed', typedConfig }] });
    expect(passedThrough(listed)).toEqual([302, 1]);
    expect(counters(listed)[`${HCM}.passthrough_internal_redirect_predicate`]).toBe(1);
    listed.checkInvariants();
  });

  it('survive a checkpoint between the redirect and the answer', () => {
    const simulation = redirecting('http://b/new');
    expectTheSameAgain(simulation, 100, { path: '/old' });
    expect(counters(simulation)[`cluster.${outboundName('c')}.upstream_rq_200`]).toBeGreaterThan(50);
  });
});

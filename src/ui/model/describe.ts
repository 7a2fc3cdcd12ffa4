/** The topology in sentences: accessible names of cards and edges, and the words of their states. */
import type { GraphEdgeView, ServiceNodeView } from '../../worker';
import { type NodeState, podNote } from './health';
import type { EdgeDisplay, ServiceDisplay, TrafficDisplay } from './traffic';

export const STATE_WORDS: Readonly<Record<NodeState, string>> = {
  healthy: 'healthy',
  degraded: 'degraded',
  failing: 'failing',
  idle: 'idle',
  starting: 'starting',
  outside: 'not in the mesh',
};

export const KIND_WORDS: Readonly<Record<ServiceNodeView['kind'], string>> = {
  service: 'service',
  gateway: 'gateway',
  client: 'client',
  external: 'outside host',
};

function trafficWords(traffic: TrafficDisplay | undefined): string {
  if (traffic === undefined || traffic.ratePerS === 0) return 'no traffic';
  return `${traffic.rate} requests per second, ${traffic.errors} errors, p95 ${traffic.p95Label}`;
}

/** "missions, service in hero, failing: 173 requests per second, 18.1% errors, p95 44 ms; 1 failing". */
export function describeService(
  service: ServiceNodeView,
  traffic: ServiceDisplay | undefined,
  state: NodeState,
): string {
  const place = service.namespace === '' ? '' : ` in ${service.namespace}`;
  const pods = service.pods.length === 0 ? '' : `; pods: ${podNote(service).text}`;
  return `${service.name}, ${KIND_WORDS[service.kind]}${place}, ${STATE_WORDS[state]}: ${trafficWords(traffic)}${pods}`;
}

/** The part of an id that people call the thing by. */
export function shortName(serviceId: string): string {
  return serviceId.slice(serviceId.indexOf('/') + 1);
}

export function describeEdge(edge: GraphEdgeView, traffic: EdgeDisplay | undefined): string {
  const ends = `${shortName(edge.source)} to ${shortName(edge.destination)}`;
  const secure = traffic?.mutualTlsPercent === undefined ? '' : `, ${traffic.mutualTlsPercent}% mutual TLS`;
  const retries = traffic === undefined || traffic.retries === '' ? '' : `, ${traffic.retries} retries per second`;
  return `${ends}: ${trafficWords(traffic)}${retries}${traffic?.ratePerS ? secure : ''}`;
}

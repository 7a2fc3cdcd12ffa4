import { NS_PER_S, NS_PER_US, type Ns } from '../base';
import { BEHAVIOR, type BehaviorObject, type Resource, SERVICE, selectorMatches, TRAFFIC_SOURCE } from '../config';
import type {
  ApplicationModel,
  Distribution,
  ExternalHostSpec,
  LoadModel,
  ProxySpec,
  RequestModel,
  StepModel,
} from '../engine';
import { applicationModel, leafApplication } from './behaviors';
import { spanNs } from './distributions';
import type { ResourceStore } from './resource-store';
import { CLUSTER_DOMAIN } from './services';
import type { PodRecord } from './state';
import { loadModel } from './traffic';
import type { WorkloadTemplate } from './workload-template';

const DEFAULT_STARTUP_NS: Ns = 2 * NS_PER_S;
/** Worker threads of a sidecar: its CPU limit of two cores. istio/istio manifests/charts/istio-control/istio-discovery/files/injection-template.yaml */
const SIDECAR_CONCURRENCY = 2;
/** Half of what one proxy adds to a request and its response together: 0.45 ms in the median at low load, an inference from published benchmarks of proxy pairs. */
const PASS_DURATION: Distribution = { kind: 'lognormal', medianNs: 215 * NS_PER_US, sigma: 0.5 };
const ANNOTATION_PREFIX = 'traffic.sidecar.istio.io';

type PodShape = Pick<PodRecord, 'namespace' | 'labels' | 'containers' | 'workload'>;

/**
 * Says how each pod behaves and who calls, from the manifests of one apply. Immutable. A behaviour by selector stands
 * above one by service name, and that above one by image; the oldest of equals counts.
 */
export class ApplicationBook {
  readonly #behaviors: readonly Resource<BehaviorObject>[];
  readonly #models = new Map<Resource<BehaviorObject>, ApplicationModel>();
  readonly #loads: readonly LoadModel[];

  constructor(private readonly store: ResourceStore) {
    this.#behaviors = store.list(BEHAVIOR);
    this.#loads = store.list(TRAFFIC_SOURCE).map(loadModel);
  }

  loads(): readonly LoadModel[] {
    return this.#loads;
  }

  applicationFor(pod: PodShape): ApplicationModel {
    const behavior = this.#behaviorFor(pod);
    if (behavior !== undefined) return this.#modelOf(behavior);
    const ports = pod.containers.flatMap((container) => container.ports.map((port) => port.containerPort));
    return leafApplication(pod.workload.name, ports);
  }

  startupFor(template: WorkloadTemplate): Ns {
    const shape = {
      namespace: template.ref.namespace,
      labels: template.labels,
      containers: template.containers,
      workload: template.ref,
    };
    return spanNs(this.#behaviorFor(shape)?.object.spec.startup, DEFAULT_STARTUP_NS);
  }

  proxyFor(pod: Pick<PodRecord, 'annotations'>, gateway: boolean): ProxySpec {
    return {
      kind: gateway ? 'gateway' : 'sidecar',
      concurrency: SIDECAR_CONCURRENCY,
      passDuration: PASS_DURATION,
      excludeOutboundPorts: portList(pod.annotations[`${ANNOTATION_PREFIX}/excludeOutboundPorts`]),
      excludeInboundPorts: portList(pod.annotations[`${ANNOTATION_PREFIX}/excludeInboundPorts`]),
    };
  }

  /** Hosts outside the cluster: those that a behaviour describes, and those that somebody calls. */
  externalHosts(addressOf: (host: string) => string): readonly ExternalHostSpec[] {
    const hosts = new Map<string, ExternalHostSpec>();
    for (const behavior of this.#behaviors) {
      for (const host of behavior.object.spec.hosts ?? []) {
        if (hosts.has(host)) continue;
        hosts.set(host, {
          id: host,
          host,
          ip: addressOf(host),
          application: this.#modelOf(behavior),
          tls: behavior.object.spec.tls,
        });
      }
    }
    for (const { host, scheme } of this.#calledHosts()) {
      if (hosts.has(host) || this.#isInCluster(host)) continue;
      hosts.set(host, {
        id: host,
        host,
        ip: addressOf(host),
        application: leafApplication(host, []),
        tls: scheme === 'https',
      });
    }
    return [...hosts.values()];
  }

  #modelOf(behavior: Resource<BehaviorObject>): ApplicationModel {
    const known = this.#models.get(behavior);
    if (known !== undefined) return known;
    const model = applicationModel(behavior.metadata.name, behavior.object.spec);
    this.#models.set(behavior, model);
    return model;
  }

  #behaviorFor(pod: PodShape): Resource<BehaviorObject> | undefined {
    return (
      this.#behaviors.find(
        ({ metadata, object: { spec } }) =>
          spec.selector !== undefined &&
          metadata.namespace === pod.namespace &&
          selectorMatches(spec.selector, pod.labels),
      ) ??
      this.#behaviors.find(
        (behavior) => this.#reaches(behavior, pod) && this.#servesAs(behavior.object.spec.services ?? [], pod),
      ) ??
      this.#behaviors.find(
        (behavior) => this.#reaches(behavior, pod) && runsImage(behavior.object.spec.images ?? [], pod),
      )
    );
  }

  #reaches(behavior: Resource<BehaviorObject>, pod: PodShape): boolean {
    return behavior.object.spec.allNamespaces || behavior.metadata.namespace === pod.namespace;
  }

  #servesAs(services: readonly string[], pod: PodShape): boolean {
    return services.some((name) => {
      const selector = this.store.get(SERVICE, pod.namespace, name)?.object.spec?.selector;
      if (selector === undefined || Object.keys(selector).length === 0) return false;
      return Object.entries(selector).every(([key, value]) => pod.labels[key] === value);
    });
  }

  #calledHosts(): readonly RequestModel[] {
    const calls: RequestModel[] = this.#loads.flatMap((load) => load.requests.map(({ request }) => request));
    const collect = (steps: readonly StepModel[]): void => {
      for (const step of steps) {
        if (step.kind === 'call') calls.push(step.call.request);
        else if (step.kind === 'parallel') step.branches.forEach(collect);
      }
    };
    for (const behavior of this.#behaviors)
      for (const endpoint of this.#modelOf(behavior).endpoints) collect(endpoint.steps);
    return calls;
  }

  /** Cluster DNS answers for services, with and without their namespace; a name without a dot is never an outside host. */
  #isInCluster(host: string): boolean {
    if (!host.includes('.') || /^[\d.]+$/.test(host) || host.endsWith(`.${CLUSTER_DOMAIN}`) || host.endsWith('.svc'))
      return true;
    const [name = '', namespace = '', ...rest] = host.split('.');
    return rest.length === 0 && this.store.get(SERVICE, namespace, name) !== undefined;
  }
}

/** `*` stands for any text; a pattern without a tag fits every tag. */
function runsImage(patterns: readonly string[], pod: PodShape): boolean {
  return pod.containers.some(({ image }) =>
    patterns.some((pattern) => matchesGlob(pattern, image) || matchesGlob(pattern, image.replace(/[:@][^/]*$/, ''))),
  );
}

function matchesGlob(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  const last = parts[parts.length - 1] ?? '';
  if (parts.length === 1) return pattern === text;
  if (!text.startsWith(first) || text.length < first.length + last.length) return false;
  let position = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return text.length - last.length >= position && text.endsWith(last);
}

function portList(text: string | undefined): readonly number[] {
  return (text ?? '')
    .split(',')
    .map(Number)
    .filter((port) => Number.isInteger(port) && port > 0);
}

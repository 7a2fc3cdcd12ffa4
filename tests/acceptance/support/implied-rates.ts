// What the manifests of a scenario imply, worked out from their text alone: who calls whom how often, and how long a
// call takes at least. Reads YAML by itself and shares no code with the program, so that both can be compared.
import { parseAllDocuments } from 'yaml';

interface Call {
  readonly url: string;
  readonly probability?: string | number;
}

interface Step {
  readonly call?: string | Call;
  readonly compute?: string | { readonly lognormal: { readonly median: string; readonly sigma: number } };
}

interface Outcome {
  readonly weight: number;
  readonly status: number;
}

interface Endpoint {
  readonly path?: string;
  readonly protocol?: string;
  readonly steps?: readonly Step[];
  readonly response?: { readonly outcomes?: readonly Outcome[] };
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly hosts?: readonly string[];
    readonly gateways?: readonly string[];
    readonly endpoints?: readonly Endpoint[];
    readonly http?: readonly {
      readonly route: readonly { readonly destination: { host: string; subset?: string }; readonly weight?: number }[];
    }[];
    readonly via?: string;
    readonly from?: { readonly workload: string };
    readonly rate?: { readonly rps: number };
    readonly requests?: readonly { readonly weight?: number; readonly url: string }[];
  };
}

export interface Implied {
  /** Requests per second by `source->destination`. */
  readonly rates: ReadonlyMap<string, number>;
  /** Share of requests that end with a status of 500 or more, by edge. */
  readonly errorRatios: ReadonlyMap<string, number>;
  /** Share per version where a VirtualService splits a service, by service. */
  readonly shares: ReadonlyMap<string, Readonly<Record<string, number>>>;
  /** Sum of the medians, and of the 95th percentiles, of everything computed during a call, in milliseconds; the worst path per edge. */
  readonly times: ReadonlyMap<string, { readonly medianMs: number; readonly p95Ms: number }>;
}

const Z95 = 1.6449;

function milliseconds(text: string): number {
  const match = /^([\d.]+)(ms|us|s)$/.exec(text);
  if (match === null) throw new Error(`cannot read the duration ${text}`);
  return Number(match[1]) * ({ us: 0.001, ms: 1, s: 1000 }[match[2] ?? 'ms'] ?? 1);
}

function ratio(value: string | number | undefined): number {
  if (value === undefined) return 1;
  return typeof value === 'number' ? value : Number(value.replace('%', '')) / 100;
}

interface Outcomes {
  readonly errors: number;
  readonly medianMs: number;
  readonly p95Ms: number;
}

class Calculator {
  readonly rates = new Map<string, number>();
  readonly errors = new Map<string, number>();
  readonly times = new Map<string, { medianMs: number; p95Ms: number }>();

  constructor(private readonly manifests: readonly Manifest[]) {}

  private behaviors(service: string): readonly Manifest[] {
    return this.manifests.filter(
      ({ kind, spec }) =>
        kind === 'Behavior' &&
        (spec.selector?.matchLabels?.['app'] === service || spec.hosts?.includes(service) === true),
    );
  }

  /** Sends `rate` requests per second over an edge, and everything that follows from them. */
  send(source: string, url: string, rate: number): Outcomes {
    const { protocol, hostname, pathname } = new URL(url);
    const destination = this.behaviors(hostname).length > 0 ? hostname : (hostname.split('.')[0] ?? hostname);
    const all = this.behaviors(destination).map((behavior) => this.serve(destination, behavior, pathname, protocol));
    const first = all[0];
    if (first === undefined) throw new Error(`nobody says how ${destination} behaves`);
    if (new Set(all.map((served) => served.calls.map(({ url: to }) => to).join())).size > 1)
      throw new Error(`the versions of ${destination} call different services`);
    const nested = first.calls.map((call) => ({
      ...this.send(destination, call.url, rate * ratio(call.probability)),
      always: call.probability === undefined,
    }));
    const outcome = {
      errors: first.errors + nested.filter(({ always }) => always).reduce((sum, { errors }) => sum + errors, 0),
      medianMs:
        Math.min(...all.map(({ medianMs }) => medianMs)) +
        nested.reduce((sum, { medianMs, always }) => sum + (always ? medianMs : 0), 0),
      p95Ms: Math.max(...all.map(({ p95Ms }) => p95Ms)) + nested.reduce((sum, { p95Ms }) => sum + p95Ms, 0),
    };
    this.add(source, destination, rate, outcome);
    return outcome;
  }

  add(source: string, destination: string, rate: number, { errors, medianMs, p95Ms }: Outcomes): void {
    const edge = `${source}->${destination}`;
    this.rates.set(edge, (this.rates.get(edge) ?? 0) + rate);
    this.errors.set(edge, (this.errors.get(edge) ?? 0) + rate * errors);
    const known = this.times.get(edge) ?? { medianMs: Number.POSITIVE_INFINITY, p95Ms: 0 };
    this.times.set(edge, { medianMs: Math.min(known.medianMs, medianMs), p95Ms: Math.max(known.p95Ms, p95Ms) });
  }

  private serve(service: string, behavior: Manifest, path: string, protocol: string) {
    const endpoint = behavior.spec.endpoints?.find((candidate) => {
      if (protocol === 'tcp:') return candidate.protocol === 'tcp';
      const pattern = candidate.path ?? '/*';
      return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
    });
    if (endpoint === undefined) throw new Error(`${service} does not serve ${path}`);
    const calls: Call[] = [];
    const times = { medianMs: 0, p95Ms: 0 };
    for (const { call, compute } of endpoint.steps ?? []) {
      if (call !== undefined) calls.push(typeof call === 'string' ? { url: call } : call);
      if (compute === undefined) continue;
      const { median, sigma } = typeof compute === 'string' ? { median: compute, sigma: 0 } : compute.lognormal;
      times.medianMs += milliseconds(median);
      times.p95Ms += milliseconds(median) * Math.exp(sigma * Z95);
    }
    const outcomes = endpoint.response?.outcomes ?? [{ weight: 1, status: 200 }];
    const total = outcomes.reduce((sum, { weight }) => sum + weight, 0);
    const failed = outcomes.reduce((sum, { weight, status }) => sum + (status >= 500 ? weight : 0), 0);
    return { calls, errors: failed / total, ...times };
  }
}

/** @param texts the manifests of the scenario */
export function impliedBy(texts: readonly string[]): Implied {
  const manifests = texts.flatMap((text) =>
    parseAllDocuments(text).flatMap((document) => {
      const value = document.toJS() as Manifest | null;
      return value?.spec === undefined ? [] : [value];
    }),
  );
  const calculator = new Calculator(manifests);
  for (const { kind, metadata, spec } of manifests) {
    if (kind !== 'TrafficSource') continue;
    const requests = spec.requests ?? [];
    const total = requests.reduce((sum, { weight }) => sum + (weight ?? 1), 0);
    for (const { url, weight } of requests) {
      const rate = ((spec.rate?.rps ?? 0) * (weight ?? 1)) / total;
      if (spec.via === undefined) {
        calculator.send(spec.from?.workload ?? metadata.name, url, rate);
        continue;
      }
      const gateway = spec.via.split('.')[0] ?? spec.via;
      const { host, pathname } = new URL(url);
      const route = manifests.find(
        (candidate) => candidate.spec.gateways !== undefined && candidate.spec.hosts?.includes(host) === true,
      );
      const backend = route?.spec.http?.[0]?.route[0]?.destination.host;
      if (backend === undefined) throw new Error(`no gateway route for ${host}`);
      calculator.add(metadata.name, gateway, rate, calculator.send(gateway, `http://${backend}${pathname}`, rate));
    }
  }
  const shares = new Map<string, Readonly<Record<string, number>>>();
  for (const { kind, metadata, spec } of manifests) {
    const routes = spec.http?.length === 1 ? (spec.http[0]?.route ?? []) : [];
    if (kind !== 'VirtualService' || routes.length < 2) continue;
    const total = routes.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
    shares.set(
      metadata.name,
      Object.fromEntries(routes.map(({ destination, weight }) => [destination.subset ?? '', (weight ?? 0) / total])),
    );
  }
  const errorRatios = new Map(
    [...calculator.errors].map(([edge, errors]) => [edge, errors / (calculator.rates.get(edge) ?? 1)]),
  );
  return { rates: calculator.rates, errorRatios, shares, times: calculator.times };
}

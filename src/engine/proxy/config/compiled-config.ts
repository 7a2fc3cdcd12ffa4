import type { ClusterLoadAssignment, HttpConnectionManager, RouteConfiguration, XdsSnapshot } from '../../../xds';
import { type CompiledRouteConfiguration, compileRouteConfiguration } from '../semantics';
import { assignmentOf, type CompiledCluster, compileCluster } from './compiled-cluster';
import { type CompiledChain, type CompiledListener, compileListener } from './compiled-listener';

/** A resource that a proxy refuses: it goes on with the one it has. */
export interface ConfigRejection {
  readonly resource: 'listener' | 'route' | 'cluster';
  readonly name: string;
  readonly message: string;
}

/** Everything one or more proxies execute, compiled from one snapshot. Immutable. */
export interface CompiledConfig {
  /** The snapshot with refused resources replaced by those in force before. */
  readonly source: XdsSnapshot;
  readonly listeners: readonly CompiledListener[];
  readonly chains: readonly CompiledChain[];
  readonly routes: ReadonlyMap<string, CompiledRouteConfiguration>;
  readonly clusters: ReadonlyMap<string, CompiledCluster>;
  readonly rejections: readonly ConfigRejection[];
}

const compiledRoutes = new WeakMap<RouteConfiguration, CompiledRouteConfiguration | string>();

function compileRoutes(
  source: RouteConfiguration,
  clusterNames: ReadonlySet<string>,
): CompiledRouteConfiguration | string {
  const known = compiledRoutes.get(source);
  if (known !== undefined) return known;
  const result = compileRouteConfiguration(source, clusterNames);
  const compiled = result.ok ? result.value : result.error;
  // Whether clusters exist depends on the snapshot, everything else on the resource alone.
  if (!source.validateClusters) compiledRoutes.set(source, compiled);
  return compiled;
}

/** Compiles a snapshot. `previous` gives the resources that stay in force where new ones are refused. */
export function compileConfig(snapshot: XdsSnapshot, previous: CompiledConfig | undefined): CompiledConfig {
  const rejections: ConfigRejection[] = [];
  const byService = new Map(snapshot.endpoints.map((assignment) => [assignment.clusterName, assignment]));
  const clusters = compileClusters(snapshot, previous, byService, rejections);
  const names = new Set(clusters.keys());
  const routes = new Map<string, CompiledRouteConfiguration>();
  for (const source of snapshot.routes) {
    let compiled = compileRoutes(source, names);
    if (typeof compiled === 'string') {
      rejections.push({ resource: 'route', name: source.name, message: compiled });
      const old = previous?.routes.get(source.name);
      if (old === undefined) continue;
      compiled = old;
    }
    routes.set(source.name, compiled);
  }
  const listeners = compileListeners(snapshot, previous, names, rejections);
  return {
    source:
      rejections.length === 0
        ? snapshot
        : {
            ...snapshot,
            version: '',
            clusters: [...clusters.values()].map(({ source }) => source),
            routes: [...routes.values()].map(({ source }) => source),
            listeners: listeners.map(({ source }) => source),
          },
    listeners,
    chains: listeners.flatMap((listener) => [...listener.chains.values()]),
    routes,
    clusters,
    rejections,
  };
}

function compileClusters(
  snapshot: XdsSnapshot,
  previous: CompiledConfig | undefined,
  byService: ReadonlyMap<string, ClusterLoadAssignment>,
  rejections: ConfigRejection[],
): ReadonlyMap<string, CompiledCluster> {
  const clusters = new Map<string, CompiledCluster>();
  for (const source of snapshot.clusters) {
    try {
      clusters.set(source.name, compileCluster(source, assignmentOf(source, byService)));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ConfigRefusal') throw error;
      rejections.push({ resource: 'cluster', name: source.name, message: error.message });
      const old = previous?.clusters.get(source.name);
      if (old !== undefined) clusters.set(source.name, old);
    }
  }
  return clusters;
}

function compileListeners(
  snapshot: XdsSnapshot,
  previous: CompiledConfig | undefined,
  clusterNames: ReadonlySet<string>,
  rejections: ConfigRejection[],
): readonly CompiledListener[] {
  let chains = 0;
  const compilation = {
    nextChainNumber: () => chains++,
    compileRoutes: (hcm: HttpConnectionManager) => {
      if (hcm.routes.kind !== 'inline') return undefined;
      const compiled = compileRoutes(hcm.routes.routeConfig, clusterNames);
      return typeof compiled === 'string' ? undefined : compiled;
    },
  };
  const listeners: CompiledListener[] = [];
  for (const source of snapshot.listeners) {
    const chainsBefore = chains;
    let compiled = compileListener(source, compilation);
    if (typeof compiled === 'string') {
      chains = chainsBefore;
      rejections.push({ resource: 'listener', name: source.name, message: compiled });
      const old = previous?.source.listeners.find(({ name }) => name === source.name);
      if (old === undefined) continue;
      compiled = compileListener(old, compilation);
      if (typeof compiled === 'string') continue;
    }
    listeners.push(compiled);
  }
  return listeners;
}

import { type ClusterView, objectKey, type Resource } from '../../../config';
import { canonicalJson } from '../../../xds';
import { decodeMeshConfig, type MeshConfig } from '../mesh-config';
import { Memo } from './memo';
import { IndexMemos } from './push-context/index-memos';
import type { MeshResources } from './resources';
import { SnapshotMemos } from './snapshot-memos';

/** What comes from other APIs is translated anew each time, and recognised as what it was translated to. */
type RecognisedResources = Omit<MeshResources, 'gatewayApi'>;
type ResourceMemos = { readonly [Kind in keyof RecognisedResources]: Memo<RecognisedResources[Kind][number]> };

function resourceMemos(previous: ResourceMemos | undefined): ResourceMemos {
  return {
    services: new Memo(previous?.services),
    serviceEntries: new Memo(previous?.serviceEntries),
    workloadEntries: new Memo(previous?.workloadEntries),
    virtualServices: new Memo(previous?.virtualServices),
    destinationRules: new Memo(previous?.destinationRules),
    sidecars: new Memo(previous?.sidecars),
    gateways: new Memo(previous?.gateways),
    peerAuthentications: new Memo(previous?.peerAuthentications),
    authorizationPolicies: new Memo(previous?.authorizationPolicies),
    requestAuthentications: new Memo(previous?.requestAuthentications),
    envoyFilters: new Memo(previous?.envoyFilters),
  };
}

/** The key holds the whole content, and the age. */
function keyOf({ ref, creationOrder, metadata, object }: Resource): string {
  return `${objectKey(ref)} ${creationOrder} ${JSON.stringify([metadata, object])}`;
}

function recogniseIn<T extends Resource>(memo: Memo<T>, resources: readonly T[]): readonly T[] {
  return resources.map((resource) => memo.get(keyOf(resource), () => resource));
}

/**
 * What a compilation leaves for the next one. An object that says the same as before is taken for the object before, so
 * that everything made from it can be found again by its identity.
 */
export class CompileMemory {
  readonly mesh: MeshConfig;
  readonly indexes: IndexMemos;
  readonly snapshots: SnapshotMemos;
  readonly #meshText: string;
  readonly #resources: ResourceMemos;

  constructor(view: ClusterView, previous?: CompileMemory) {
    this.#meshText = canonicalJson(view.meshConfig);
    const sameMesh = previous !== undefined && previous.#meshText === this.#meshText;
    this.mesh = sameMesh ? previous.mesh : decodeMeshConfig(view.meshConfig);
    this.#resources = resourceMemos(previous === undefined ? undefined : previous.#resources);
    this.indexes = new IndexMemos(previous?.indexes);
    this.snapshots = new SnapshotMemos(previous?.snapshots);
  }

  /** The same resources, each as the object that first said so. Where it is written may have changed since. */
  recognise(resources: MeshResources): MeshResources {
    const memos = this.#resources;
    return {
      services: recogniseIn(memos.services, resources.services),
      serviceEntries: recogniseIn(memos.serviceEntries, resources.serviceEntries),
      workloadEntries: recogniseIn(memos.workloadEntries, resources.workloadEntries),
      virtualServices: recogniseIn(memos.virtualServices, resources.virtualServices),
      destinationRules: recogniseIn(memos.destinationRules, resources.destinationRules),
      sidecars: recogniseIn(memos.sidecars, resources.sidecars),
      gateways: recogniseIn(memos.gateways, resources.gateways),
      peerAuthentications: recogniseIn(memos.peerAuthentications, resources.peerAuthentications),
      authorizationPolicies: recogniseIn(memos.authorizationPolicies, resources.authorizationPolicies),
      requestAuthentications: recogniseIn(memos.requestAuthentications, resources.requestAuthentications),
      envoyFilters: recogniseIn(memos.envoyFilters, resources.envoyFilters),
      gatewayApi: resources.gatewayApi,
    };
  }
}

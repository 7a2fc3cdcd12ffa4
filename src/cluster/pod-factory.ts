import { assert, type Ns } from '../base';
import type { MeshDialect } from '../dialects/mesh-dialect';
import type { ClusterState, NodeRecord, PodRecord } from './state';
import { isProxyOnly, type ViewBuilder } from './view-builder';
import type { WorkloadTemplate } from './workload-template';

export type CreateResult =
  | { readonly kind: 'created'; readonly pod: PodRecord }
  | { readonly kind: 'refused'; readonly message: string };

const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Makes pod records: name, node, address, and what the injection webhook adds. */
export class PodFactory {
  constructor(
    private readonly dialect: MeshDialect,
    private readonly views: ViewBuilder,
    private readonly state: () => ClusterState,
    private readonly nodes: () => readonly NodeRecord[],
  ) {}

  create(template: WorkloadTemplate, ordinal: number, startupNs: Ns, nowNs: Ns): CreateResult {
    const state = this.state();
    const patch = this.dialect.inject(
      {
        namespace: template.ref.namespace,
        metadata: { labels: template.labels, annotations: template.annotations },
        hostNetwork: template.hostNetwork,
      },
      this.views.build(),
    );
    if (patch.kind === 'inject' && !state.controlPlane.up) {
      // istio/istio manifests/charts/istio-control/istio-discovery mutatingwebhook: failurePolicy Fail.
      return {
        kind: 'refused',
        message: 'Internal error occurred: failed calling webhook: no endpoints available for the sidecar injector.',
      };
    }
    const serial = state.nextSerial++;
    const name = podName(template, ordinal, serial);
    const node = this.#place(template, ordinal);
    const pod: PodRecord = {
      serial,
      uid: `${template.ref.namespace}/${name}/${serial}`,
      name,
      namespace: template.ref.namespace,
      workloadKey: template.key,
      workload: template.ref,
      templateHash: template.hash,
      ordinal,
      ip: this.#address(),
      nodeName: node.name,
      labels: patch.kind === 'inject' ? { ...template.labels, ...patch.labels } : template.labels,
      annotations: patch.kind === 'inject' ? { ...template.annotations, ...patch.annotations } : template.annotations,
      serviceAccount: template.serviceAccount,
      hostNetwork: template.hostNetwork,
      containers: template.containers,
      sidecar:
        patch.kind === 'inject'
          ? { dialect: this.dialect.id, revision: patch.revision }
          : isProxyOnly(template)
            ? { dialect: this.dialect.id, revision: 'default' }
            : undefined,
      injectionReason: patch.reason,
      terminationGraceNs: template.terminationGraceNs,
      startupNs,
      createdNs: nowNs,
      phase: 'waiting',
      ready: false,
      restarts: 0,
      backOffStep: 0,
      startedNs: nowNs,
      epoch: 0,
      appliedVersion: '',
      sentVersion: '',
    };
    state.pods.push(pod);
    return { kind: 'created', pod };
  }

  /** The node with the fewest pods among those that the node selector allows; the first of equals. */
  #place(template: WorkloadTemplate, ordinal: number): NodeRecord {
    const nodes = this.nodes();
    assert(nodes.length > 0, 'a cluster has at least one node');
    const fixed = template.kind === 'DaemonSet' ? nodes[ordinal] : undefined;
    if (fixed !== undefined) return fixed;
    const allowed = nodes.filter((node) => allows(template.nodeSelector, node));
    let best = allowed[0] ?? nodes[0];
    assert(best !== undefined, 'a node was found');
    let fewest = Number.POSITIVE_INFINITY;
    for (const node of allowed.length === 0 ? nodes : allowed) {
      const count = this.state().pods.filter((pod) => pod.nodeName === node.name).length;
      if (count < fewest) {
        best = node;
        fewest = count;
      }
    }
    return best;
  }

  /** Counts through 10.244.0.0/15; never used twice. */
  #address(): string {
    const number = this.state().nextAddress++;
    return `10.${244 + Math.floor(number / 63_000)}.${1 + (Math.floor(number / 250) % 252)}.${(number % 250) + 2}`;
  }
}

function allows(selector: Readonly<Record<string, string>>, node: NodeRecord): boolean {
  for (const [key, value] of Object.entries(selector)) {
    if (key === 'kubernetes.io/hostname' && node.name !== value) return false;
    if (key === 'topology.kubernetes.io/zone' && node.zone !== value) return false;
    if (key === 'topology.kubernetes.io/region' && node.region !== value) return false;
  }
  return true;
}

/** `<deployment>-<template hash>-<suffix>`, `<statefulset>-<ordinal>`, or the pod's own name. */
function podName(template: WorkloadTemplate, ordinal: number, serial: number): string {
  if (template.kind === 'Pod') return template.ref.name;
  if (template.kind === 'StatefulSet') return `${template.ref.name}-${ordinal}`;
  let rest = serial * 7919 + 4241;
  let suffix = '';
  for (let i = 0; i < 5; i++) {
    suffix += SUFFIX_ALPHABET.charAt(rest % SUFFIX_ALPHABET.length);
    rest = Math.floor(rest / SUFFIX_ALPHABET.length) + serial;
  }
  return template.kind === 'DaemonSet'
    ? `${template.ref.name}-${suffix}`
    : `${template.ref.name}-${template.hash}-${suffix}`;
}

import type { Ns } from '../base';
import type { ContainerView, ObjectRef, SidecarView } from '../config';
import type { EntitySelector } from '../engine';

/**
 * Everything of the cluster that changes while it runs. Plain data, so that a checkpoint is a copy of it. Manifests,
 * templates and snapshots are immutable and kept beside it.
 */

export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Pod';

export type PodPhase = 'waiting' | 'starting' | 'running' | 'crashed' | 'terminating';

export interface PodRecord {
  /** Counts up over the whole run; never used twice. */
  readonly serial: number;
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly workloadKey: string;
  readonly workload: ObjectRef;
  readonly templateHash: string;
  /** Position in a StatefulSet or node of a DaemonSet; -1 elsewhere. */
  readonly ordinal: number;
  readonly ip: string;
  readonly nodeName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  readonly hostNetwork: boolean;
  readonly containers: readonly ContainerView[];
  readonly sidecar: SidecarView | undefined;
  readonly injectionReason: string;
  readonly terminationGraceNs: Ns;
  readonly startupNs: Ns;
  readonly createdNs: Ns;
  phase: PodPhase;
  ready: boolean;
  restarts: number;
  /** Restarts since the container last ran for ten minutes; sets the back-off. */
  backOffStep: number;
  startedNs: Ns;
  /** Counts the lives of the container, so that a timer of an earlier one is recognised. */
  epoch: number;
  /** Version of the configuration the proxy runs, and of the newest one sent to it; "" for none. */
  appliedVersion: string;
  sentVersion: string;
}

export interface NodeRecord {
  readonly name: string;
  readonly region: string;
  readonly zone: string;
  readonly subZone: string;
}

export interface ClusterEvent {
  readonly atNs: Ns;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** `pod/missions-v1-1a2b3-0`. */
  readonly object: string;
  readonly message: string;
}

export interface ControlPlaneRecord {
  up: boolean;
  /** Added to every push. */
  lagNs: Ns;
  dirty: boolean;
  pushScheduled: boolean;
  pushes: number;
}

/** Active crash faults: pods that match do not stay up. */
export interface CrashRecord {
  readonly id: string;
  readonly selector: EntitySelector;
}

export interface ClusterState {
  pods: PodRecord[];
  nextSerial: number;
  nextAddress: number;
  nextVirtualAddress: number;
  nextExternalAddress: number;
  /** Cluster IP by service key. */
  virtualAddresses: Record<string, string>;
  externalAddresses: Record<string, string>;
  /** Rollout restarts and scale overrides by workload key. */
  restartCounts: Record<string, number>;
  replicaOverrides: Record<string, number>;
  controlPlane: ControlPlaneRecord;
  crashes: CrashRecord[];
  events: ClusterEvent[];
  /** Bumped whenever pods, readiness, services or manifests change. */
  revision: number;
}

export function initialClusterState(): ClusterState {
  return {
    pods: [],
    nextSerial: 1,
    nextAddress: 8,
    nextVirtualAddress: 1,
    nextExternalAddress: 1,
    virtualAddresses: {},
    externalAddresses: {},
    restartCounts: {},
    replicaOverrides: {},
    controlPlane: { up: true, lagNs: 0, dirty: false, pushScheduled: false, pushes: 0 },
    crashes: [],
    events: [],
    revision: 0,
  };
}

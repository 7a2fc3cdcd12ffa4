import type { Ns } from '../base';
import type { Diagnostic, ObjectRef, SourceFile } from '../config';
import type { EngineFault, RequestModel } from '../engine';

/** A fault as a user injects it. Those of the engine, and those of the cluster and the control plane. */
export type FaultSpec =
  | { readonly scope: 'engine'; readonly fault: EngineFault }
  | { readonly scope: 'controlPlane'; readonly kind: 'down' }
  | { readonly scope: 'controlPlane'; readonly kind: 'lag'; readonly delayNs: Ns };

/**
 * Everything that changes a running session. Plain data, logged with its simulated time: the scenario, the seed and
 * this log determine the whole run.
 */
export type SessionCommand =
  /** Replaces the set of manifests. Refused as a whole when an error is found; the last good configuration stays. */
  | { readonly kind: 'applyFiles'; readonly files: readonly SourceFile[] }
  | { readonly kind: 'injectFault'; readonly id: string; readonly label: string; readonly fault: FaultSpec }
  | { readonly kind: 'clearFault'; readonly id: string }
  | { readonly kind: 'clearAllFaults' }
  /** `kubectl rollout restart`. */
  | { readonly kind: 'restartWorkload'; readonly ref: ObjectRef }
  | { readonly kind: 'scaleWorkload'; readonly ref: ObjectRef; readonly replicas: number }
  | { readonly kind: 'deletePod'; readonly pod: string }
  /** Sends one request with a recorder attached. */
  | { readonly kind: 'probe'; readonly from: string | undefined; readonly request: RequestModel };

export interface LoggedCommand {
  readonly atNs: Ns;
  readonly command: SessionCommand;
}

export interface ResourceChange {
  readonly kind: 'added' | 'changed' | 'removed';
  readonly ref: ObjectRef;
  /** Paths of the fields that differ, as dotted text; at most 20. */
  readonly fields: readonly string[];
}

export interface ApplyResult {
  readonly accepted: boolean;
  readonly atNs: Ns;
  readonly changes: readonly ResourceChange[];
  readonly diagnostics: readonly Diagnostic[];
}

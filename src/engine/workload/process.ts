import type { Rng } from '../../base';
import type { PodFaults } from '../network';

/** The process of one application. */
export class Process {
  readonly rng: Rng;
  /** Numbers of the pod's identifier and service in the string table. */
  readonly podText: number;
  readonly serviceText: number;
  application: number;
  busyWorkers = 0;
  /** Requests that arrived, were answered, and were given up before an answer. */
  admitted = 0;
  completed = 0;
  abandoned = 0;
  errors = 0;
  /** Inside the loop that starts waiting requests; keeps requests that take no time from recursing. */
  starting = false;
  faults: PodFaults;
  /** Version of the faults that the field above was derived from. */
  faultsVersion = -1;

  constructor(texts: readonly [pod: number, service: number], rng: Rng, application: number, faults: PodFaults) {
    [this.podText, this.serviceText] = texts;
    this.rng = rng;
    this.application = application;
    this.faults = faults;
  }
}

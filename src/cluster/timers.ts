/** Control events of the cluster. The kernel carries the code and two integers; the session's own codes start at 100. */
export const CLUSTER_TIMER = {
  /** a = pod serial, b = epoch: the container is up. */
  containerStarted: 1,
  /** a = pod serial, b = epoch: the readiness probe passed. */
  podReady: 2,
  /** a = pod serial: the terminating pod is gone. */
  podGone: 3,
  /** a = pod serial, b = epoch: the back-off is over, the container starts again. */
  containerRestart: 4,
  /** The debounce is over: compile and push. */
  push: 5,
  /** a = pod serial, b = number of the push: the proxy has received and accepted it. */
  acknowledged: 6,
  /** Retry of pods whose creation the injection webhook refused. */
  reconcile: 7,
} as const;

export const FIRST_SESSION_TIMER = 100;

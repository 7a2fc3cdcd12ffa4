import { commonLbConfig, healthCheck, type Init, type OutlierDetection, outlierDetection } from '../../../src/xds';
import { MS } from '../configure';
import type { AnswerRule, Scenario, Step } from '../contract';
import { CHECKS_BY_CHANCE, pod, straight, times } from './support';

const TOPIC = 'outlier detection';
const BY_PATH: readonly AnswerRule[] = [
  { path: '/500', status: 500 },
  { path: '/502', status: 502 },
  { path: '/', status: 200 },
];
const NO_PANIC = commonLbConfig({ healthyPanicThresholdPercent: 0 });

/** Sweeps every 50 ms; a host is out for 400 ms. */
function quick(init: Init<OutlierDetection>): OutlierDetection {
  return outlierDetection({
    intervalNs: 50 * MS,
    baseEjectionTimeNs: 400 * MS,
    maxEjectionPercent: 100,
    consecutive5xx: 3,
    ...init,
  });
}

const wait = (ms: number): Step => ({ kind: 'wait', ms });
/** An ejection of 400 ms is over, and Envoy's workers, which learn of a change of health once a second at most, know it. */
const TOLD = wait(1600);
/** Envoy's main thread ejects; the next request must not come before its word reaches the workers. */
const GAP_MS = 40;
const ok = times(1, {}, GAP_MS);
const fail = (count: number, path = '/500') => times(count, { path }, GAP_MS);

/** One host whose ejection leaves nobody: every answer tells whether it is out. */
function single(name: string, claim: string, init: Init<OutlierDetection>, steps: readonly Step[]): Scenario {
  return {
    name: `outlier-${name}`,
    topic: TOPIC,
    claim,
    pods: [pod('b', BY_PATH)],
    configure: straight(['b'], {}, { outlierDetection: quick(init), commonLbConfig: NO_PANIC }),
    steps,
  };
}

const CONSECUTIVE: readonly Scenario[] = [
  single('consecutive-5xx', 'the third 5xx in a row ejects; the host is back after its time', {}, [
    fail(2),
    ok,
    fail(3),
    wait(20),
    ok,
    wait(200),
    ok,
    TOLD,
    ok,
  ]),
  single(
    'gateway-failure',
    'gateway failures in a row eject where they are enforced; a 500 between them starts anew',
    {
      consecutive5xx: 100,
      consecutiveGatewayFailure: 3,
      enforcingConsecutiveGatewayFailure: 100,
    },
    [fail(2, '/502'), fail(1), fail(2, '/502'), ok, fail(3, '/502'), ok, TOLD, ok],
  ),
  single('not-enforced', 'what is not enforced is detected but ejects nobody', { enforcingConsecutive5xx: 0 }, [
    fail(6),
    ok,
  ]),
  // Health that changes within a second of another change is held back by Envoy, so these times leave more than that between changes.
  single('grows', 'the second ejection lasts twice as long', { baseEjectionTimeNs: 1200 * MS }, [
    fail(3),
    wait(1400),
    fail(3),
    wait(1150),
    ok,
    wait(750),
    ok,
    wait(750),
    ok,
  ]),
  single(
    'maximum-time',
    'the maximum ejection time bounds the growth',
    { baseEjectionTimeNs: 1500 * MS, maxEjectionTimeNs: 2300 * MS },
    [fail(3), wait(1700), fail(3), wait(1250), ok, wait(1400), ok],
  ),
  {
    name: 'outlier-local-origin',
    topic: TOPIC,
    claim: 'refused connections in a row eject where local errors are split off',
    pods: [{ ...pod('b', BY_PATH), startsUp: false }],
    configure: straight(
      ['b'],
      {},
      {
        outlierDetection: quick({ splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailure: 3 }),
        commonLbConfig: NO_PANIC,
      },
    ),
    steps: [times(5, {}, GAP_MS), { kind: 'pod', pod: 'b', up: true }, TOLD, ok],
  },
  {
    name: 'outlier-local-as-gateway',
    topic: TOPIC,
    claim: 'without the split refused connections count as 503',
    pods: [{ ...pod('b', BY_PATH), startsUp: false }],
    configure: straight(['b'], {}, { outlierDetection: quick({}), commonLbConfig: NO_PANIC }),
    steps: [times(5, {}, GAP_MS)],
  },
  {
    name: 'outlier-health-check',
    topic: TOPIC,
    claim: 'a passed health check takes an ejection of 60 s back',
    pods: [pod('b', BY_PATH)],
    configure: straight(
      ['b'],
      {},
      {
        outlierDetection: quick({ baseEjectionTimeNs: 60_000 * MS }),
        commonLbConfig: NO_PANIC,
        healthChecks: [
          healthCheck({
            kind: 'http',
            path: '/',
            timeoutNs: 500 * MS,
            intervalNs: 400 * MS,
            noTrafficIntervalNs: 50 * MS,
            unhealthyThreshold: 1,
            healthyThreshold: 1,
          }),
        ],
      },
    ),
    steps: [wait(1400), fail(3), wait(1800), ok],
    compare: { ignoredStatistics: CHECKS_BY_CHANCE },
  },
  {
    name: 'outlier-timeout',
    topic: TOPIC,
    claim: 'route timeouts in a row eject',
    pods: [pod('b', [{ status: 200, delayMs: 400 }])],
    configure: straight(['b'], { timeoutNs: 100 * MS }, { outlierDetection: quick({}), commonLbConfig: NO_PANIC }),
    steps: [times(5)],
  },
];

/** Two or more hosts of which the first ones fail. */
const PODS = ['b', 'c', 'd', 'e', 'f'];

// biome-ignore lint/complexity/useMaxParams: the parts of a scenario.
function several(
  name: string,
  claim: string,
  failing: number,
  count: number,
  init: Init<OutlierDetection>,
  counts: readonly [preparing: number, judged: number, waitMs: number],
  further: readonly Step[] = [],
): Scenario {
  const pods = PODS.slice(0, count);
  const [preparing, judged, waitMs] = counts;
  return {
    name: `outlier-${name}`,
    topic: TOPIC,
    claim,
    pods: pods.map((each, index) => pod(each, index < failing ? [{ status: 500 }] : [{ status: 200 }])),
    configure: straight(
      pods,
      {},
      {
        outlierDetection: outlierDetection({ baseEjectionTimeNs: 30_000 * MS, maxEjectionPercent: 100, ...init }),
        commonLbConfig: NO_PANIC,
      },
    ),
    steps: [times(preparing, {}, 10), wait(waitMs), times(judged), ...further],
    compare: {
      preparing,
      unordered: true,
      // When a sweep falls among the first requests decides how many of them fail.
      ignoredStatistics: [
        '_2xx',
        '_5xx',
        '_200',
        '_500',
        'ejections_total',
        'ejections_overflow',
        'consecutive_5xx',
        'upstream_cx_total',
        'http1_total',
        'pending_total',
        'cx_destroy',
        'cx_destroy_local',
      ],
    },
  };
}

const SEVERAL: readonly Scenario[] = [
  several(
    'maximum-percent',
    'at most half of four hosts are ejected although three fail',
    3,
    4,
    {
      consecutive5xx: 2,
      maxEjectionPercent: 50,
    },
    [24, 20, 1300],
  ),
  several(
    'one-host-at-least',
    'always_eject_one_host ejects one of two below the percentage',
    2,
    2,
    {
      consecutive5xx: 2,
      maxEjectionPercent: 10,
      alwaysEjectOneHost: true,
    },
    [12, 10, 1300],
  ),
  several(
    'small-percent',
    '10 % of four hosts is nobody',
    1,
    4,
    { consecutive5xx: 2, maxEjectionPercent: 10 },
    [24, 20, 1300],
  ),
  several(
    'success-rate',
    'the host far below the mean success rate is ejected by the sweep',
    1,
    5,
    {
      intervalNs: 700 * MS,
      enforcingConsecutive5xx: 0,
      successRateMinimumHosts: 5,
      successRateRequestVolume: 5,
      successRateStdevFactor: 1000,
    },
    [150, 25, 800],
  ),
  several(
    'success-rate-volume',
    'with too few requests no sweep judges',
    1,
    5,
    {
      intervalNs: 300 * MS,
      enforcingConsecutive5xx: 0,
      successRateMinimumHosts: 5,
      successRateRequestVolume: 100,
      successRateStdevFactor: 1000,
    },
    [50, 25, 400],
  ),
  several(
    'failure-percentage',
    'the host with 85 % failures or more is ejected by the sweep',
    1,
    5,
    {
      intervalNs: 700 * MS,
      enforcingConsecutive5xx: 0,
      enforcingSuccessRate: 0,
      enforcingFailurePercentage: 100,
      failurePercentageMinimumHosts: 5,
      failurePercentageRequestVolume: 5,
    },
    [150, 25, 800],
  ),
];

/** The host is out from the first sweep with enough requests on, and back when 20 more are sent. */
function returning(name: string, claim: string, init: Init<OutlierDetection>): Scenario {
  return several(
    name,
    claim,
    1,
    5,
    {
      intervalNs: 700 * MS,
      baseEjectionTimeNs: 3000 * MS,
      enforcingConsecutive5xx: 0,
      enforcingSuccessRate: 0,
      ...init,
    },
    [100, 25, 500],
    // Fewer for each host than a sweep asks for: when the next one comes would decide whether it ejects again.
    [wait(4200), times(20)],
  );
}

/** Connections to the first host are refused. */
function refusing(name: string, claim: string, init: Init<OutlierDetection>): Scenario {
  const scenario = several(
    name,
    claim,
    0,
    5,
    {
      intervalNs: 700 * MS,
      enforcingConsecutive5xx: 0,
      enforcingSuccessRate: 0,
      enforcingConsecutiveLocalOriginFailure: 0,
      enforcingLocalOriginSuccessRate: 0,
      splitExternalLocalOriginErrors: true,
      ...init,
    },
    [150, 25, 800],
  );
  return {
    ...scenario,
    pods: scenario.pods.map((each) => (each.name === 'b' ? { ...each, startsUp: false } : each)),
    compare: {
      ...scenario.compare,
      ignoredStatistics: [
        ...(scenario.compare?.ignoredStatistics ?? []),
        'upstream_rq_503',
        'connect_fail',
        'cx_destroy_remote',
        'pending_failure_eject',
        'consecutive_local_origin_failure',
        'attempts_exceeded',
        'upstream_rq_completed',
        'upstream_rq_total',
      ],
    },
  };
}

const SWEPT: readonly Scenario[] = [
  returning('success-rate-return', 'a host that success rate has ejected is back after its time', {
    enforcingSuccessRate: 100,
    successRateMinimumHosts: 5,
    successRateRequestVolume: 5,
    successRateStdevFactor: 1000,
  }),
  returning('failure-percentage-return', 'a host that failure percentage has ejected is back after its time', {
    enforcingFailurePercentage: 100,
    failurePercentageMinimumHosts: 5,
    failurePercentageRequestVolume: 5,
  }),
  refusing('local-origin-success-rate', 'refused connections count for a success rate of their own', {
    enforcingLocalOriginSuccessRate: 100,
    successRateMinimumHosts: 5,
    successRateRequestVolume: 5,
    successRateStdevFactor: 1000,
  }),
  refusing('local-origin-failure-percentage', 'refused connections count for a failure percentage of their own', {
    enforcingFailurePercentageLocalOrigin: 100,
    failurePercentageMinimumHosts: 5,
    failurePercentageRequestVolume: 5,
  }),
];

export const OUTLIERS: readonly Scenario[] = [...CONSECUTIVE, ...SEVERAL, ...SWEPT];

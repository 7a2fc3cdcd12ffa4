import { runSuite as runEnvoyBootstrap } from './envoy-bootstrap';
import { runSuite as runEnvoyFilterChain } from './envoy-filter-chain';
import { runSuite as runEnvoyLb } from './envoy-lb';
import { runSuite as runEnvoyOutlier } from './envoy-outlier';
import { runSuite as runEnvoyRetry } from './envoy-retry';
import { runSuite as runEnvoyRouteConfig } from './envoy-route-config';
import { runSuite as runEnvoyRouterCheck } from './envoy-router-check';
import { runSuite as runIstioAnalyze } from './istio-analyze';
import { runSuite as runIstioAuthz } from './istio-authz';
import { runSuite as runIstioGatewayApi } from './istio-gateway-api';
import { runSuite as runIstioSimulation } from './istio-simulation';
import { runSuite as runIstioUnit } from './istio-unit';
import { runSuite as runIstioValidation } from './istio-validation';
import { runSuite as runIstioXds, runOwnSuite as runIstioXdsOwn } from './istio-xds';
import type { ConformanceSuite } from './suite';
import { runSuite as runXdsRoundtrip } from './xds-roundtrip';

/** Every conformance suite, in the order of the table. Each lives in a file of its name that exports `runSuite`. */
export const SUITES: readonly ConformanceSuite[] = [
  {
    suite: 'envoy-bootstrap',
    data: ['conformance', 'envoy-bootstrap'],
    minimumPassed: 227,
    runSuite: runEnvoyBootstrap,
  },
  { suite: 'envoy-lb', data: ['conformance', 'envoy-lb'], minimumPassed: 113, runSuite: runEnvoyLb },
  {
    suite: 'envoy-router-check',
    data: ['conformance', 'envoy-router-check'],
    minimumPassed: 113,
    runSuite: runEnvoyRouterCheck,
  },
  { suite: 'istio-authz', data: ['conformance', 'istio-authz'], minimumPassed: 20, runSuite: runIstioAuthz },
  {
    suite: 'istio-simulation',
    data: ['conformance', 'istio-simulation'],
    minimumPassed: 359,
    runSuite: runIstioSimulation,
  },
  { suite: 'istio-unit', data: ['conformance', 'istio-unit'], minimumPassed: 182, runSuite: runIstioUnit },
  {
    suite: 'istio-validation',
    data: ['conformance', 'istio-validation'],
    minimumPassed: 728,
    runSuite: runIstioValidation,
  },
  {
    suite: 'envoy-filter-chain',
    data: ['conformance', 'envoy-filter-chain'],
    minimumPassed: 108,
    runSuite: runEnvoyFilterChain,
  },
  {
    suite: 'envoy-outlier',
    data: ['conformance', 'envoy-outlier'],
    minimumPassed: 24,
    runSuite: runEnvoyOutlier,
  },
  { suite: 'envoy-retry', data: ['conformance', 'envoy-retry'], minimumPassed: 43, runSuite: runEnvoyRetry },
  { suite: 'istio-analyze', data: ['conformance', 'istio-analyze'], minimumPassed: 130, runSuite: runIstioAnalyze },
  {
    suite: 'istio-gateway-api',
    data: ['conformance', 'istio-gateway-api'],
    minimumPassed: 41,
    runSuite: runIstioGatewayApi,
  },
  { suite: 'istio-xds', data: ['conformance', 'istio-xds'], minimumPassed: 500, runSuite: runIstioXds },
  { suite: 'istio-xds-own', data: ['conformance', 'istio-xds'], minimumPassed: 879, runSuite: runIstioXdsOwn },
  {
    suite: 'envoy-route-config',
    data: ['conformance', 'envoy-route-config'],
    minimumPassed: 306,
    runSuite: runEnvoyRouteConfig,
  },
  {
    suite: 'xds-roundtrip',
    data: ['conformance', 'istio-xds'],
    minimumPassed: 769,
    runSuite: runXdsRoundtrip,
  },
];

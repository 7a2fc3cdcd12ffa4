import type { ConfigOrigin, DownstreamTlsContext, HttpFilter, NetworkFilter } from '../../../xds';
import type { MtlsMode } from './push-context/mtls-mode';

/** How one port of a workload takes connections. istio/istio pilot/pkg/security/authn/policy_applier.go (MTLSSettings) */
export interface MtlsSettings {
  /** 0: every port that no chain of its own serves. */
  readonly port: number;
  readonly mode: MtlsMode;
  /** Contexts of the chains that end mutual TLS; absent where the mode is DISABLE. */
  readonly tcp?: DownstreamTlsContext;
  readonly http?: DownstreamTlsContext;
  /** The policy that set the mode. */
  readonly origin?: ConfigOrigin;
}

/** What the security policies put in front of a workload. Inbound listeners and gateways are built around it. */
export interface WorkloadSecurity {
  mtlsFor(targetPort: number): MtlsSettings;
  /** The settings for port 0, then one for each port that a policy names and no chain serves. */
  mtlsForPassthrough(servedPorts: ReadonlySet<number>): readonly MtlsSettings[];
  /** In the order of the chain: CUSTOM, tokens, then AUDIT, DENY and ALLOW. */
  readonly httpFilters: readonly HttpFilter[];
  readonly tcpFilters: readonly NetworkFilter[];
}

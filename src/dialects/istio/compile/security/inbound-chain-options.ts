import type { ListenerProtocol } from '../protocol';
import type { MtlsMode } from '../push-context/mtls-mode';

/** One way in which a connection may come in, and how it is taken. */
export interface InboundChainOption {
  readonly transportProtocol: 'tls' | 'raw_buffer';
  readonly applicationProtocols: readonly string[];
  readonly protocol: 'HTTP' | 'TCP';
  /** Whether mutual TLS ends here; TLS that does not is passed on as it is. */
  readonly terminatesTls: boolean;
}

/** How sidecars announce HTTP over the mutual TLS of the mesh. */
const MTLS_HTTP = ['istio-http/1.0', 'istio-http/1.1', 'istio-h2'];
const MTLS_TCP = ['istio-peer-exchange', 'istio'];
/** In the order in which istiod lists them. */
export const MTLS_ANY = ['istio', 'istio-peer-exchange', ...MTLS_HTTP];
/** What the HTTP inspector finds. */
export const PLAINTEXT_HTTP = ['http/1.1', 'h2c'];

function mtls(protocol: 'HTTP' | 'TCP', applicationProtocols: readonly string[] = []): InboundChainOption {
  return { transportProtocol: 'tls', applicationProtocols, protocol, terminatesTls: true };
}

function plaintext(protocol: 'HTTP' | 'TCP', applicationProtocols: readonly string[] = []): InboundChainOption {
  return { transportProtocol: 'raw_buffer', applicationProtocols, protocol, terminatesTls: false };
}

/** TLS of the application's own, which is nobody's business here. */
const FOREIGN_TLS: InboundChainOption = {
  transportProtocol: 'tls',
  applicationProtocols: [],
  protocol: 'TCP',
  terminatesTls: false,
};

const OPTIONS: Readonly<Record<MtlsMode, Readonly<Record<ListenerProtocol, readonly InboundChainOption[]>>>> = {
  STRICT: {
    HTTP: [mtls('HTTP')],
    TCP: [mtls('TCP')],
    Auto: [mtls('HTTP', MTLS_HTTP), mtls('TCP')],
  },
  PERMISSIVE: {
    HTTP: [mtls('HTTP', MTLS_ANY), plaintext('HTTP')],
    TCP: [mtls('TCP', MTLS_ANY), FOREIGN_TLS, plaintext('TCP')],
    Auto: [
      mtls('HTTP', MTLS_HTTP),
      plaintext('HTTP', PLAINTEXT_HTTP),
      mtls('TCP', MTLS_TCP),
      plaintext('TCP'),
      FOREIGN_TLS,
    ],
  },
  DISABLE: {
    HTTP: [plaintext('HTTP')],
    TCP: [plaintext('TCP')],
    Auto: [plaintext('HTTP', PLAINTEXT_HTTP), plaintext('TCP')],
  },
};

/**
 * The filter chains of one port. HTTP in PERMISSIVE has none for foreign TLS: such a connection is reset.
 * istio/istio pilot/pkg/networking/core/filterchain_options.go (getFilterChainMatchOptions)
 */
export function inboundChainOptions(mode: MtlsMode, protocol: ListenerProtocol): readonly InboundChainOption[] {
  return OPTIONS[mode][protocol];
}

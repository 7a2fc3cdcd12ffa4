// Which filter chain of a listener serves a connection, and which listeners are refused.
import { compileFilterChains, type FilterChainInput, findFilterChain } from '../../src/engine/proxy/semantics';
import { decodeListener, type JsonObject, type Listener } from '../../src/xds';
import { readShared } from '../support/shared';
import { decodedOrThrow } from './envoy-config';
import { SKIPS } from './skips';
import { CaseRecorder, type SuiteResult } from './suite';

interface Call {
  readonly destinationPort: number;
  readonly destinationAddress: string;
  readonly serverName: string;
  readonly transportProtocol: string;
  readonly applicationProtocols: readonly string[];
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly directSourceAddress?: string;
  readonly expect: number | null;
}

interface Data {
  readonly cases: readonly {
    readonly name: string;
    readonly unifiedMatcher: boolean;
    readonly listener: JsonObject;
    readonly calls: readonly Call[];
  }[];
  readonly invalid: readonly { readonly name: string; readonly listener: JsonObject; readonly error: string }[];
}

function inputOf(call: Call): FilterChainInput {
  return {
    destination: { address: call.destinationAddress, port: call.destinationPort },
    serverName: call.serverName,
    transportProtocol: call.transportProtocol,
    applicationProtocols: call.applicationProtocols,
    source: { address: call.sourceAddress, port: call.sourcePort },
    directSource: { address: call.directSourceAddress ?? call.sourceAddress, port: call.sourcePort },
  };
}

function checkCall(listener: Listener, call: Call): readonly string[] {
  const compiled = compileFilterChains(listener);
  if (!compiled.ok) return [`refused: ${compiled.error}`];
  const chain = findFilterChain(compiled.value, inputOf(call));
  const actual = chain === undefined ? null : listener.filterChains.indexOf(chain);
  return actual === call.expect ? [] : [`chain ${actual} instead of ${call.expect}`];
}

/** A listener that the decoder itself does not read is refused too, with its words. */
function refusalOf(source: JsonObject): string | undefined {
  const decoded = decodeListener(source);
  if (!decoded.ok) return decoded.error.map(({ message }) => message).join('; ');
  const compiled = compileFilterChains(decoded.value.value);
  return compiled.ok ? undefined : compiled.error;
}

export function runSuite(): SuiteResult {
  const data = JSON.parse(readShared('conformance', 'envoy-filter-chain', 'cases.json')) as Data;
  const recorder = new CaseRecorder('envoy-filter-chain', SKIPS);
  for (const { name, unifiedMatcher, listener, calls } of data.cases) {
    const form = unifiedMatcher ? 'matcher' : 'rules';
    for (const [index, call] of calls.entries()) {
      recorder.run(`${name}/${form}/${index}`, () => checkCall(decodedOrThrow(decodeListener(listener)), call));
    }
  }
  for (const [index, { name, listener, error }] of data.invalid.entries()) {
    recorder.run(`invalid/${index}/${name}`, () => {
      const refusal = refusalOf(listener);
      return refusal === error ? [] : [`${refusal ?? 'accepted'} instead of ${error}`];
    });
  }
  return recorder.result();
}

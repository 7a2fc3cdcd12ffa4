import type { JsonObject, SocketAddress } from '../../../xds';
import { type FilterChainInput, isSameIpOrLoopback } from './filter-chain-input';
import {
  type CompiledMatcher,
  compileMatcher,
  type MatcherInput,
  refuseExtension,
  stringValueOf,
  type TypedExtension,
} from './matcher-tree';

const INPUTS = 'envoy.extensions.matching.common_inputs.network.v3.';

function ipOf({ address }: SocketAddress): string | undefined {
  return address.startsWith('/') || address.startsWith('@') ? undefined : address;
}

function portOf(address: SocketAddress): string | undefined {
  return ipOf(address) === undefined ? undefined : String(address.port);
}

function textOrNone(value: string): string | undefined {
  return value === '' ? undefined : value;
}

/** envoyproxy/envoy source/extensions/matching/network/common/inputs.h */
const NETWORK_INPUTS: ReadonlyMap<string, MatcherInput<FilterChainInput>> = new Map([
  [`${INPUTS}DestinationIPInput`, ({ destination }: FilterChainInput) => ipOf(destination)],
  [`${INPUTS}DestinationPortInput`, ({ destination }: FilterChainInput) => portOf(destination)],
  [`${INPUTS}SourceIPInput`, ({ source }: FilterChainInput) => ipOf(source)],
  [`${INPUTS}SourcePortInput`, ({ source }: FilterChainInput) => portOf(source)],
  [`${INPUTS}DirectSourceIPInput`, ({ directSource }: FilterChainInput) => ipOf(directSource)],
  [`${INPUTS}SourceTypeInput`, (input: FilterChainInput) => (isSameIpOrLoopback(input) ? 'local' : undefined)],
  [`${INPUTS}ServerNameInput`, ({ serverName }: FilterChainInput) => textOrNone(serverName)],
  [`${INPUTS}TransportProtocolInput`, ({ transportProtocol }: FilterChainInput) => textOrNone(transportProtocol)],
  [
    `${INPUTS}ApplicationProtocolInput`,
    ({ applicationProtocols }: FilterChainInput) =>
      textOrNone(applicationProtocols.map((name) => `'${name}'`).join(',')),
  ],
]);

/** A listener's matcher; its actions name filter chains. */
// envoyproxy/envoy source/common/listener_manager/filter_chain_manager_impl.cc maybeConstructMatcher
export function compileFilterChainMatcher(json: JsonObject): CompiledMatcher<FilterChainInput, string> {
  const input = (extension: TypedExtension): MatcherInput<FilterChainInput> =>
    NETWORK_INPUTS.get(extension.type) ?? refuseExtension(extension);
  return compileMatcher(json, { input, action: stringValueOf });
}

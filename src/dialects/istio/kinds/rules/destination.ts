import type { ConfigPath } from '../../../../config';
import type { Destination } from '../destination';
import type { Check } from './check';
import { isDnsLabel, isWildcardDomain } from './names';

/** istio/istio pkg/config/validation/validation.go (validateDestination); the range of the port is stated by the schema. */
export function checkDestination(check: Check, destination: Destination, path: ConfigPath): void {
  const { host, subset = '', port } = destination;
  if (host === '*' || !isWildcardDomain(host)) check.report('host', [...path, 'host'], { value: host });
  if (subset !== '' && !isDnsLabel(subset)) check.report('subset-name', [...path, 'subset'], { value: subset });
  if (port !== undefined && port.number === undefined) check.report('port-range', [...path, 'port'], { value: 0 });
}

/** Not negative, and not all 0. */
export function checkWeights(
  check: Check,
  destinations: readonly { readonly weight?: number }[],
  path: ConfigPath,
): void {
  let total = 0;
  for (const [index, { weight = 0 }] of destinations.entries()) {
    if (weight < 0) check.report('negative', [...path, index, 'weight'], { value: weight });
    total += weight;
  }
  if (destinations.length > 1 && total === 0) check.report('weights-zero', path);
}

import { describe, expect, it } from 'vitest';
import { hasShared, listShared, missingShared, readShared } from '../../support/shared';
import { isIstioKind, read } from './support';

const BOOKINFO = ['samples', 'bookinfo'] as const;
const XDS = ['conformance', 'istio-xds'] as const;

/** One recorded input has a field that the custom resource definition does not have; istiod never saw it. */
const UNKNOWN_UPSTREAM_TOO = [
  'dr-zone-aware-error-codes/input.yaml:4 MW0201 DestinationRule has no field `routingEnabled` here.',
];

function errorsOf(path: readonly string[]): string[] {
  const { diagnostics } = read(readShared(...path), path.join('/'));
  return diagnostics
    .filter(({ severity, ref }) => severity === 'error' && isIstioKind(ref?.group ?? ''))
    .map(({ code, message, range }) => `${path.at(-2)}/${path.at(-1)}:${range?.start.line} ${code} ${message}`);
}

function countOf(path: readonly string[]): number {
  return read(readShared(...path)).resources.filter(({ ref }) => isIstioKind(ref.group)).length;
}

describe.skipIf(!hasShared(...BOOKINFO))('Bookinfo', () => {
  it('is read without an error', () => {
    const files = listShared(...BOOKINFO).filter((name) => name.endsWith('.yaml'));
    expect(files.flatMap((name) => errorsOf([...BOOKINFO, name]))).toEqual([]);
    expect(files.reduce((sum, name) => sum + countOf([...BOOKINFO, name]), 0)).toBeGreaterThan(30);
  });
});

describe.skipIf(!hasShared(...XDS))('inputs of recorded configurations', () => {
  it('are read without an error', () => {
    const folders = listShared(...XDS).filter((name) => hasShared(...XDS, name, 'input.yaml'));
    const errors = folders.flatMap((name) => errorsOf([...XDS, name, 'input.yaml']));
    expect(errors.filter((error) => !UNKNOWN_UPSTREAM_TOO.includes(error))).toEqual([]);
    expect(folders.length).toBeGreaterThan(50);
  });
});

it.runIf(!hasShared(...BOOKINFO) || !hasShared(...XDS))('samples are absent', () => {
  console.log(missingShared());
});

import type { CidrRange } from '../../../xds';

/** An address as bytes: 4 for IPv4, 16 for IPv6. */
export type AddressBytes = readonly number[];

function parseIpv4(text: string): AddressBytes | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes: number[] = [];
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    bytes.push(Number(part));
  }
  return bytes;
}

/** Sixteen-bit groups of one side of "::", with an embedded IPv4 address as the last two. */
function parseGroups(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes('.')) {
      const v4 = parseIpv4(part);
      if (v4 === undefined) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = v4;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function parseIpv6(text: string): AddressBytes | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '');
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '') : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return groups.flatMap((group) => [group >> 8, group & 0xff]);
}

/** Bytes of an IPv4 or IPv6 address; undefined for any other text. */
export function parseAddress(text: string): AddressBytes | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

export interface CompiledCidr {
  readonly source: CidrRange;
  /** Undefined: not an address, contains nothing. */
  readonly bytes: AddressBytes | undefined;
  readonly prefixLength: number;
}

export function compileCidr(source: CidrRange): CompiledCidr {
  const bytes = parseAddress(source.addressPrefix);
  const bits = (bytes?.length ?? 0) * 8;
  return { source, bytes, prefixLength: Math.min(source.prefixLen, bits) };
}

/** Whether the first `bits` bits agree. */
export function samePrefix(a: AddressBytes, b: AddressBytes, bits: number): boolean {
  if (a.length !== b.length) return false;
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (a[i] !== b[i]) return false;
  const rest = bits & 7;
  return rest === 0 || ((a[whole] ?? 0) ^ (b[whole] ?? 0)) >> (8 - rest) === 0;
}

// envoyproxy/envoy source/common/network/cidr_range.cc CidrRange::isInRange
export function cidrContains(cidr: CompiledCidr, address: string): boolean {
  const bytes = parseAddress(address);
  return bytes !== undefined && cidr.bytes !== undefined && samePrefix(bytes, cidr.bytes, cidr.prefixLength);
}

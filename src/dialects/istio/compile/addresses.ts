import type { CidrRange } from '../../../xds';

const IPV4 = /^(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;
const IPV6 = /^[0-9a-fA-F:]*:[0-9a-fA-F:.]*$/;

export function isIpv4Address(text: string): boolean {
  return IPV4.test(text);
}

export function isIpAddress(text: string): boolean {
  return isIpv4Address(text) || (text.length >= 2 && IPV6.test(text));
}

/** `10.0.0.0/8`; an address without a length is a range of itself. */
export function parseCidr(text: string): CidrRange | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  if (!isIpAddress(address)) return undefined;
  const full = isIpv4Address(address) ? 32 : 128;
  if (slash < 0) return { addressPrefix: address, prefixLen: full };
  const prefixLen = Number(text.slice(slash + 1));
  if (!Number.isInteger(prefixLen) || prefixLen < 0 || prefixLen > full) return undefined;
  return { addressPrefix: address, prefixLen };
}

export function isWholeAddress(range: CidrRange): boolean {
  return range.prefixLen === (isIpv4Address(range.addressPrefix) ? 32 : 128);
}

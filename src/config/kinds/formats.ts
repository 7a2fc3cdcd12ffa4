import { NS_PER_S, parseDuration } from '../../base';
import type { FormatName } from './schema';

/** A check on strings, and what it admits in words that finish the sentence "must be ...". */
export interface Format {
  readonly expected: string;
  check(text: string): boolean;
}

const QUANTITY = /^[+-]?(?:\d+|\d+\.\d*|\.\d+)(?:[eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/;
const DNS_LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const URL = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]+(?:[/?#]\S*)?$/i;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Whether `text` is an IPv4 address in dotted form, without leading zeros. */
export function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** Whether `text` is an IPv6 address, `::` and an IPv4 tail included. */
export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const head = groupsOf(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '', true) : 0;
  if (head === undefined || tail === undefined) return false;
  return halves.length === 2 ? head + tail <= 7 : head === 8;
}

/** Number of 16-bit groups in one side of `::`; undefined when it is malformed. */
function groupsOf(side: string, mayEndInIpv4: boolean): number | undefined {
  if (side === '') return 0;
  const groups = side.split(':');
  let count = 0;
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) count += 1;
    else if (mayEndInIpv4 && index === groups.length - 1 && isIpv4(group)) count += 2;
    else return undefined;
  }
  return count;
}

const MAX_SPAN_NS = 100 * 24 * 3600 * NS_PER_S;

/** A duration that simulated time can hold. */
function isSpan(text: string): boolean {
  const parsed = parseDuration(text);
  return parsed.ok && parsed.value >= 0 && parsed.value <= MAX_SPAN_NS;
}

function isIp(text: string): boolean {
  return isIpv4(text) || isIpv6(text);
}

function isCidr(text: string): boolean {
  const slash = text.indexOf('/');
  if (slash < 0) return false;
  const address = text.slice(0, slash);
  const length = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length)) return false;
  return (isIpv4(address) && Number(length) <= 32) || (isIpv6(address) && Number(length) <= 128);
}

/** kubernetes/apimachinery pkg/util/validation/validation.go (IsQualifiedName) */
function isLabelKey(text: string): boolean {
  const slash = text.indexOf('/');
  const name = text.slice(slash + 1);
  const prefix = slash < 0 ? undefined : text.slice(0, slash);
  if (prefix !== undefined && (prefix.length > 253 || !DNS_SUBDOMAIN.test(prefix))) return false;
  return name.length <= 63 && LABEL_NAME.test(name);
}

/** The checks by name. */
export const FORMATS: Readonly<Record<FormatName, Format>> = {
  duration: {
    expected: 'a length of time such as 250ms, 5s or 1h30m',
    check: (text) => parseDuration(text).ok,
  },
  span: { expected: 'a length of time such as 250ms, 5s or 1h30m, not negative, at most 100 days', check: isSpan },
  quantity: { expected: 'a quantity such as 100m, 0.5 or 128Mi', check: (text) => QUANTITY.test(text) },
  ip: { expected: 'an IP address', check: isIp },
  cidr: { expected: 'a range of addresses such as 10.0.0.0/8', check: isCidr },
  'ip-or-cidr': {
    expected: 'an IP address or a range such as 10.0.0.0/8',
    check: (text) => isIp(text) || isCidr(text),
  },
  'dns-label': {
    expected: 'at most 63 lower-case letters, digits and dashes, no dash at either end',
    check: (text) => text.length <= 63 && DNS_LABEL.test(text),
  },
  'dns-subdomain': {
    expected: 'lower-case letters, digits, dashes and dots, a letter or digit at either end, at most 253 characters',
    check: (text) => text.length <= 253 && DNS_SUBDOMAIN.test(text),
  },
  'label-key': {
    expected: 'a label key: at most 63 letters, digits, `-`, `_` and `.`, after an optional `domain/`',
    check: isLabelKey,
  },
  'label-value': {
    expected: 'a label value: at most 63 letters, digits, `-`, `_` and `.`, a letter or digit at either end',
    check: (text) => text === '' || (text.length <= 63 && LABEL_NAME.test(text)),
  },
  percentage: { expected: 'a percentage such as 25%', check: (text) => /^\d+%$/.test(text) },
  url: { expected: 'a URL such as http://reviews:9080/reviews/0', check: (text) => URL.test(text) },
  timestamp: { expected: 'a time such as 2026-01-31T12:00:00Z', check: (text) => TIMESTAMP.test(text) },
  base64: { expected: 'base64 text', check: (text) => BASE64.test(text.replaceAll(/\s/g, '')) },
};

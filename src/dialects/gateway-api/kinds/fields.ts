/** Sorts of field that the kinds of the Gateway API share. kubernetes-sigs/gateway-api apis/v1/shared_types.go */
import { type FieldNotes, type MapOptions, map, type Schema, text } from '../../../config';

export const GATEWAY_API_GROUP = 'gateway.networking.k8s.io';

const GROUP_PATTERN = '^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
const KIND_PATTERN = '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$';
const HOSTNAME_PATTERN = '^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
const DURATION_PATTERN = '^([0-9]{1,5}(h|m|s|ms)){1,4}$';
const HEADER_NAME_PATTERN = "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$";
const HEADER_VALUE_PATTERN = '^[!-~]+([\\t ]?[!-~]+)*$';
const CONTROLLER_PATTERN =
  "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$";

/** Group of an API; the empty string is Kubernetes' own. */
export function apiGroup(doc: string): Schema<string> {
  return text(doc, { pattern: GROUP_PATTERN, maxLength: 253 });
}

export function kindName(doc: string): Schema<string> {
  return text(doc, { pattern: KIND_PATTERN, minLength: 1, maxLength: 63 });
}

export function objectName(doc: string): Schema<string> {
  return text(doc, { minLength: 1, maxLength: 253 });
}

export function namespaceName(doc: string): Schema<string> {
  return text(doc, { format: 'dns-label', minLength: 1, maxLength: 63 });
}

/** Name of a part of an object: a listener, a rule, a port. */
export function sectionName(doc: string): Schema<string> {
  return text(doc, { format: 'dns-subdomain', minLength: 1, maxLength: 253 });
}

/** A host name that may begin with `*.`. */
export function hostname(doc: string): Schema<string> {
  return text(doc, { pattern: HOSTNAME_PATTERN, minLength: 1, maxLength: 253 });
}

/** A host name without a wildcard. */
export function preciseHostname(doc: string): Schema<string> {
  return text(doc, { format: 'dns-subdomain', minLength: 1, maxLength: 253 });
}

/** The API's own form of a duration: whole numbers of hours, minutes, seconds and milliseconds. */
export function gatewayDuration(doc: string, notes?: FieldNotes): Schema<string> {
  return text(doc, { pattern: DURATION_PATTERN, ...notes });
}

export function headerName(doc: string): Schema<string> {
  return text(doc, { pattern: HEADER_NAME_PATTERN, minLength: 1, maxLength: 256 });
}

export function headerValue(doc: string): Schema<string> {
  return text(doc, { pattern: HEADER_VALUE_PATTERN, minLength: 1, maxLength: 4096 });
}

export function controllerName(doc: string): Schema<string> {
  return text(doc, { pattern: CONTROLLER_PATTERN, minLength: 1, maxLength: 253 });
}

/** An object with free keys and string values. */
export function textMap(doc: string, options?: MapOptions): Schema<Readonly<Record<string, string>>> {
  return map(doc, text('Value of the entry.', { maxLength: 4096 }), options);
}

import { assert, NS_PER_S, type Ns } from '../base';
import {
  parseHostPort,
  type Resource,
  rateOf,
  type TrafficRate,
  type TrafficRequest,
  type TrafficSourceObject,
  type TrafficToken,
} from '../config';
import type { ArrivalModel, LoadModel, RateProfile, RequestModel } from '../engine';
import { requestTo } from './behaviors';
import { distributionOf, spanNs } from './distributions';

const GATEWAY_PORT = 80;
/** Seconds since the Unix epoch. A token that has not expired outlives any run. */
const EXPIRED_AT_S = 1;
const VALID_UNTIL_S = 4_000_000_000;
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** RFC 4648 section 5, without padding. The text must be ASCII; other characters are escaped by JSON before. */
function base64Url(text: string): string {
  let result = '';
  for (let index = 0; index < text.length; index += 3) {
    const bytes = [0, 1, 2].map((offset) => (index + offset < text.length ? text.charCodeAt(index + offset) : 0));
    const word = ((bytes[0] ?? 0) << 16) | ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0);
    const length = Math.min(4, Math.ceil(((text.length - index) * 4) / 3));
    for (let i = 0; i < length; i++) result += BASE64URL.charAt((word >>> (18 - 6 * i)) & 63);
  }
  return result;
}

function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A token made up for a request. Its signature is a word that the JWT filter of the model understands, not cryptography. */
export function tokenText(token: string | TrafficToken): string {
  if (typeof token === 'string') return token;
  const payload = {
    iss: token.issuer,
    ...(token.subject === undefined ? {} : { sub: token.subject }),
    ...(token.audiences === undefined ? {} : { aud: token.audiences }),
    exp: token.expired ? EXPIRED_AT_S : VALID_UNTIL_S,
    ...token.claims,
  };
  return `${base64Url(asciiJson({ alg: 'RS256', typ: 'JWT' }))}.${base64Url(asciiJson(payload))}.${base64Url(token.forged ? 'forged' : 'signed')}`;
}

/** A client outside has no search domain; a short name means the service of the source's own namespace. */
function qualified(request: RequestModel, namespace: string): RequestModel {
  if (request.host.includes('.')) return request;
  const authority = request.authority ?? `${request.host}:${request.port}`;
  return { ...request, host: `${request.host}.${namespace}`, authority };
}

function requestModel(request: TrafficRequest, via: string | undefined): RequestModel {
  const direct = requestTo(request.url, request);
  const headers =
    request.token === undefined
      ? direct.headers
      : [...direct.headers, ['authorization', `Bearer ${tokenText(request.token)}`] as const];
  if (via === undefined) return { ...direct, headers };
  const gateway = parseHostPort(via, GATEWAY_PORT);
  assert(gateway.ok, 'gateways are checked before they are used');
  return {
    ...direct,
    headers,
    host: gateway.value.host,
    port: gateway.value.port,
    authority: request.host ?? direct.host,
  };
}

function profileOf(rate: TrafficRate): RateProfile {
  if (rate.ramp !== undefined) {
    return {
      kind: 'ramp',
      fromPerSecond: rate.rps,
      toPerSecond: rate.ramp.to,
      durationNs: spanNs(rate.ramp.over, NS_PER_S),
    };
  }
  if (rate.spike !== undefined) {
    const { to, at, for: length } = rate.spike;
    return {
      kind: 'spike',
      basePerSecond: rate.rps,
      peakPerSecond: to,
      atNs: spanNs(at, 0),
      durationNs: spanNs(length, 0),
    };
  }
  if (rate.steps !== undefined) {
    const steps = rate.steps.map((step) => ({ atNs: spanNs(step.at, 0), perSecond: step.rps }));
    return { kind: 'steps', steps: [{ atNs: 0, perSecond: rate.rps }, ...steps.filter((step) => step.atNs > 0)] };
  }
  if (rate.wave !== undefined) {
    return {
      kind: 'wave',
      meanPerSecond: rate.rps,
      amplitudePerSecond: rate.wave.amplitude,
      periodNs: spanNs(rate.wave.period, NS_PER_S),
    };
  }
  return { kind: 'flat', perSecond: rate.rps };
}

function arrivalsOf(spec: TrafficSourceObject['spec']): ArrivalModel {
  if (spec.users !== undefined)
    return { kind: 'closed', users: spec.users.count, thinkTime: distributionOf(spec.users.thinkTime) };
  const rate = rateOf(spec.rate ?? 0);
  return { kind: 'open', process: rate.process, rate: profileOf(rate) };
}

/** A traffic source in the engine's words. Host names of a source in the mesh are resolved from its own namespace. */
export function loadModel(resource: Resource<TrafficSourceObject>): LoadModel {
  const { spec } = resource.object;
  const stopNs: Ns = spanNs(spec.stop, 0);
  return {
    name: resource.metadata.name,
    origin:
      spec.from === undefined
        ? { kind: 'external' }
        : {
            kind: 'workload',
            namespace: spec.from.namespace ?? resource.metadata.namespace,
            workload: spec.from.workload,
          },
    arrivals: arrivalsOf(spec),
    requests: spec.requests.map((entry) => {
      const request = requestModel(entry, spec.via);
      return {
        weight: entry.weight,
        request: spec.from === undefined ? qualified(request, resource.metadata.namespace) : request,
      };
    }),
    startNs: spanNs(spec.start, 0),
    stopNs,
    timeoutNs: spanNs(spec.timeout, 0),
  };
}

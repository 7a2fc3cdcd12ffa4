import { err, ok, type Result } from '../../base';
import type { Cluster, ClusterLoadAssignment } from '../clusters';
import type { HeaderValueOption } from '../headers';
import type { JsonValue } from '../json-value';
import type { Listener } from '../listeners';
import type { RouteConfiguration } from '../routes';
import { readCluster } from './decode-clusters';
import { readClusterLoadAssignment } from './decode-endpoints';
import { readListener } from './decode-listeners';
import { headerValueOptionsOf } from './decode-matchers';
import { readRouteConfiguration } from './decode-routes';
import { isJsonObject, toJsonValue } from './json-text';
import { DecodeLog, type DecodeProblem, MessageReader } from './reader';
import { TYPE } from './type-names';
import type { MessageName } from './upstream-fields';

/** A resource that was read. */
export interface Decoded<T> {
  readonly value: T;
  /** Paths of what the source says and nothing simulates; the value carries it along for the export. */
  readonly unsupported: readonly string[];
}

/** What reading a resource gives; every mistake of the source is in the list, not just the first. */
export type DecodeResult<T> = Result<Decoded<T>, readonly DecodeProblem[]>;

/** Reads any parsed JSON or YAML value as one message. */
export function decodeMessage<T>(
  source: unknown,
  name: MessageName | undefined,
  read: (reader: MessageReader) => T,
): DecodeResult<T> {
  const json = toJsonValue(source);
  if (!isJsonObject(json)) return err([{ path: '', message: 'is not an object' }]);
  const log = new DecodeLog();
  const value = read(new MessageReader(log, json, '', name));
  return log.problems.length === 0 ? ok({ value, unsupported: log.unsupported }) : err(log.problems);
}

/** The headers of a field that the representation keeps as it was written; what cannot be read of them is left out. */
export function decodeHeaderValueOptions(source: JsonValue | undefined): readonly HeaderValueOption[] {
  if (source === undefined) return [];
  return headerValueOptionsOf(new MessageReader(new DecodeLog(), { headers: source }, ''), 'headers');
}

/** Reads `envoy.config.listener.v3.Listener` from parsed protojson or YAML. */
export function decodeListener(source: unknown): DecodeResult<Listener> {
  return decodeMessage(source, TYPE.listener, readListener);
}

/** Where a route configuration stands decides what `validate_clusters` means when it is absent. */
export interface RouteDecodeOptions {
  /** true: part of a static configuration, whose clusters must exist. */
  readonly isStatic?: boolean;
}

/** Reads `envoy.config.route.v3.RouteConfiguration` from parsed protojson or YAML. */
export function decodeRouteConfiguration(
  source: unknown,
  options: RouteDecodeOptions = {},
): DecodeResult<RouteConfiguration> {
  const validate = options.isStatic ?? false;
  return decodeMessage(source, TYPE.routeConfiguration, (reader) => readRouteConfiguration(reader, validate));
}

/** Reads `envoy.config.cluster.v3.Cluster` from parsed protojson or YAML. */
export function decodeCluster(source: unknown): DecodeResult<Cluster> {
  return decodeMessage(source, TYPE.cluster, readCluster);
}

/** Reads `envoy.config.endpoint.v3.ClusterLoadAssignment` from parsed protojson or YAML. */
export function decodeClusterLoadAssignment(source: unknown): DecodeResult<ClusterLoadAssignment> {
  return decodeMessage(source, TYPE.clusterLoadAssignment, readClusterLoadAssignment);
}

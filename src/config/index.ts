/** From text to typed resources: YAML with ranges, kinds and their schemas, the Kubernetes object model, diagnostics. */
export type {
  ClusterView,
  ContainerPortView,
  ContainerView,
  EndpointAddressView,
  EndpointsView,
  LocalityView,
  NamespaceView,
  PodView,
  SidecarView,
} from './cluster-view';
export type { Diagnostic, Severity, TextPosition, TextRange } from './diagnostic';
export type { DiagnosticBag, KindDefinition, SimulationSupport } from './kind-definition';
export { apiVersionsOf, defineKind, type KindObject, type KindOutline, type ObjectOf } from './kinds/define-kind';
export { ANNOTATIONS, LABELS, OBJECT_METADATA, type ObjectMetadata } from './kinds/metadata-schema';
export {
  anything,
  bool,
  type ChoiceOptions,
  choice,
  cidr,
  type DefaultedSchema,
  described,
  duration,
  either,
  type FieldNotes,
  type FormatName,
  integer,
  intOrString,
  type ListOptions,
  list,
  type MapOptions,
  map,
  type NumberOptions,
  number,
  type ObjectOptions,
  type ObjectType,
  object,
  openObject,
  port,
  quantity,
  type Schema,
  type TextOptions,
  type TypeOf,
  text,
  withDefault,
} from './kinds/schema';
export { type ConfigPath, type ObjectRef, objectKey } from './object-ref';
export type { ObjectMeta, Resource, ResourceSource, SourceFile } from './resource';

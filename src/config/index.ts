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
export { type ConfigPath, type ObjectRef, objectKey } from './object-ref';
export type { ObjectMeta, Resource, ResourceSource, SourceFile } from './resource';

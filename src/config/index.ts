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
export { createBag, diagnosticOf, type Finding } from './diagnostics/bag';
export { type Catalogue, type CatalogueEntry, createCatalogue, type TemplateValues } from './diagnostics/catalogue';
export { CONFIG_ENTRIES } from './diagnostics/config-catalogue';
export { appendItem, type EditFailure, removeField, setField } from './edit/edit';
export type { DiagnosticBag, KindDefinition, SimulationSupport } from './kind-definition';
export { type Decoded, decode } from './kinds/decode';
export { apiVersionsOf, defineKind, type KindObject, type KindOutline, type ObjectOf } from './kinds/define-kind';
export { editorSchema, type JsonSchema } from './kinds/editor-schema';
export { isIpv4, isIpv6 } from './kinds/formats';
export type { Container, ContainerPort } from './kinds/kubernetes/container';
export {
  CONFIG_MAP,
  type ConfigMapObject,
  NAMESPACE,
  type NamespaceObject,
  NODE,
  type NodeObject,
  SECRET,
  SERVICE_ACCOUNT,
  type SecretObject,
  type ServiceAccountObject,
} from './kinds/kubernetes/core';
export {
  ENDPOINT_SLICE,
  ENDPOINTS,
  type EndpointSliceObject,
  type EndpointsObject,
} from './kinds/kubernetes/endpoints';
export { KUBERNETES_KINDS } from './kinds/kubernetes/kubernetes-kinds';
export { LABEL_SELECTOR, type LabelSelector } from './kinds/kubernetes/label-selector';
export type { PodSpec, PodTemplate } from './kinds/kubernetes/pod-spec';
export type { Probe } from './kinds/kubernetes/probe';
export { SERVICE, type ServiceObject, type ServicePort, type ServiceSpec } from './kinds/kubernetes/service';
export {
  DAEMON_SET,
  type DaemonSetObject,
  DEPLOYMENT,
  type DeploymentObject,
  type DeploymentStrategy,
  POD,
  type PodObject,
  REPLICA_SET,
  type ReplicaSetObject,
  STATEFUL_SET,
  type StatefulSetObject,
} from './kinds/kubernetes/workloads';
export {
  BEHAVIOR,
  type BehaviorBranch,
  type BehaviorCall,
  type BehaviorEndpoint,
  type BehaviorLeafStep,
  type BehaviorObject,
  type BehaviorResponse,
  type BehaviorSpec,
  type BehaviorStep,
  callOf,
} from './kinds/meshwork/behavior';
export {
  FAULT,
  type FaultKind,
  type FaultObject,
  type FaultPlace,
  type FaultSpec,
  type FaultTarget,
  faultKindOf,
} from './kinds/meshwork/fault';
export { MESHWORK_KINDS } from './kinds/meshwork/meshwork-kinds';
export { SCENARIO, type ScenarioObject, type ScenarioSpec } from './kinds/meshwork/scenario';
export { type ExactShare, parseShare } from './kinds/meshwork/shares';
export { parseHostPort, parseTargetUrl, type TargetUrl } from './kinds/meshwork/target-url';
export {
  rateOf,
  TRAFFIC_SOURCE,
  type TrafficRate,
  type TrafficRequest,
  type TrafficSourceObject,
  type TrafficSourceSpec,
  type TrafficToken,
} from './kinds/meshwork/traffic-source';
export type { DistributionForms, DistributionSpec, ShareSpec } from './kinds/meshwork/values';
export { ANNOTATIONS, LABELS, OBJECT_METADATA, type ObjectMetadata } from './kinds/metadata-schema';
export { createKindRegistry, type KindLookup, type KindRegistry, parseApiVersion } from './kinds/registry';
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
  nullable,
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
export { closest } from './kinds/similar';
export { pathText } from './kinds/words';
export { formatSelector, labelsMatch, selectorMatches } from './labels';
export { DEFAULT_NAMESPACE, NAMESPACE_NAME_LABEL } from './meta';
export { type ConfigPath, type ObjectRef, objectKey } from './object-ref';
export { type ParsedManifests, type ParseOptions, parseManifests } from './parse-manifests';
export { parseQuantity, scaleIntOrPercent } from './quantity';
export type { ObjectMeta, Resource, ResourceSource, SourceFile } from './resource';
export { isHeadless, resolveTargetPort, servingContainers, targetPortOf } from './service-ports';
export { ParseCache } from './yaml/parse-cache';
export { MAX_FILE_CHARACTERS, type ParsedFile, parseYamlFile } from './yaml/parse-file';
export { type Chunk, splitDocuments } from './yaml/split';
export { parseYamlMapping } from './yaml-mapping';

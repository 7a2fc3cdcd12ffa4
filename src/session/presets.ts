import {
  DAEMON_SET,
  DEPLOYMENT,
  type KindDefinition,
  type ObjectOf,
  POD,
  type Resource,
  STATEFUL_SET,
} from '../config';
import type { PresetTrigger } from './scenario';

const WITH_TEMPLATE: readonly KindDefinition[] = [DEPLOYMENT, STATEFUL_SET, DAEMON_SET];

function isOf(resource: Resource, kind: KindDefinition): boolean {
  return resource.ref.group === kind.group && resource.ref.kind === kind.kind;
}

function imagesOf(resource: Resource): readonly string[] {
  if (WITH_TEMPLATE.some((kind) => isOf(resource, kind))) {
    const object = resource.object as ObjectOf<typeof DEPLOYMENT>;
    return (object.spec?.template?.spec?.containers ?? []).map((container) => container.image ?? '');
  }
  if (!isOf(resource, POD)) return [];
  return ((resource.object as ObjectOf<typeof POD>).spec?.containers ?? []).map((container) => container.image ?? '');
}

function hasObject(resources: readonly Resource[], wanted: readonly string[]): boolean {
  return resources.some(({ ref }) => wanted.includes(`${ref.kind}.${ref.group}/${ref.name}`));
}

/** Whether manifests call for a preset. */
export function isCalledFor(trigger: PresetTrigger, resources: readonly Resource[]): boolean {
  const { images, kinds, objects, unlessObjects } = trigger;
  if (unlessObjects !== undefined && hasObject(resources, unlessObjects)) return false;
  if (objects !== undefined && !hasObject(resources, objects)) return false;
  if (kinds !== undefined && !resources.some(({ ref }) => kinds.includes(`${ref.kind}.${ref.group}`))) return false;
  if (images === undefined) return true;
  return resources.some((resource) => imagesOf(resource).some((image) => images.some((text) => image.includes(text))));
}

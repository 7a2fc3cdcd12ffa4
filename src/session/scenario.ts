import type { SourceFile } from '../config';
import type { DialectId } from '../dialects/mesh-dialect';

/** A world to start from. Plain data: a link, a file or a preset can carry it. */
export interface ScenarioDefinition {
  readonly id: string;
  readonly title: string;
  readonly dialect: DialectId;
  /** 32-bit unsigned. */
  readonly seed: number;
  /** Markdown. */
  readonly notes: string;
  /** Manifests that the editor shows, one tab each. */
  readonly files: readonly SourceFile[];
  /** What attaches to the manifests by itself; not shown as tabs. */
  readonly presets: readonly PresetDefinition[];
}

/**
 * Manifests that join those of the user when their trigger is met: behaviours and loads for well-known applications,
 * and infrastructure that an installation would have brought. An object that the user wrote stands above a preset's.
 */
export interface PresetDefinition {
  readonly id: string;
  readonly title: string;
  readonly trigger: PresetTrigger;
  readonly files: readonly SourceFile[];
}

/** Every given list must have at least one hit; no list at all: always. */
export interface PresetTrigger {
  /** Texts, one of which a container image of the manifests contains. */
  readonly images?: readonly string[];
  /** `<kind>.<group>` of which the manifests have an object: `Gateway.networking.istio.io`. */
  readonly kinds?: readonly string[];
  /** `<kind>.<group>/<name>` that the manifests must have in some namespace: `Service./productpage`. */
  readonly objects?: readonly string[];
  /** The same, but one hit keeps the preset away. */
  readonly unlessObjects?: readonly string[];
}

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
  /** Behaviours and loads attached by image or service name where the manifests bring none (presets); not shown as tabs unless opened. */
  readonly presets: readonly SourceFile[];
}

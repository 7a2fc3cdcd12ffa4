/** What a layout is asked and what it answers. Canvas units. */
export interface LayoutNode {
  readonly id: string;
  /** "" stands outside every box. */
  readonly namespace: string;
  readonly width: number;
  readonly height: number;
}

export interface LayoutRequest {
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly (readonly [string, string])[];
  /** The canvas on the screen, in CSS pixels: decides how wide the columns stand. */
  readonly room: { readonly width: number; readonly height: number };
}

/** Top left corners. */
export type Positions = Readonly<Record<string, readonly [number, number]>>;

/** Nodes above each other. */
export interface Column {
  readonly ids: readonly string[];
  readonly width: number;
}

/** Between two cards of a column. */
export const ROW_GAP = 56;

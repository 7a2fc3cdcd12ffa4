import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { LIMITS, resizePanel } from '../stores/layout-store';

interface SplitHandleProps {
  readonly panel: keyof typeof LIMITS;
  readonly name: string;
  readonly size: number;
  /** Which way the panel grows when the pointer moves right or down. */
  readonly grows: 1 | -1;
  readonly orientation: 'vertical' | 'horizontal';
}

const KEY_STEP = 24;

/** The edge of a panel: drag it, or move it by arrow keys. */
export function SplitHandle({ panel, name, size, grows, orientation }: SplitHandleProps) {
  const start = useRef<{ readonly at: number; readonly size: number }>(undefined);
  const vertical = orientation === 'vertical';
  const place = (event: PointerEvent): number => (vertical ? event.clientX : event.clientY);
  const move = (event: PointerEvent): void => {
    if (start.current === undefined) return;
    resizePanel(panel, start.current.size + (place(event) - start.current.at) * grows);
  };
  const step = (event: KeyboardEvent): void => {
    const keys = vertical ? { ArrowLeft: -1, ArrowRight: 1 } : { ArrowUp: -1, ArrowDown: 1 };
    const direction = Object.entries(keys).find(([key]) => key === event.key)?.[1];
    if (direction === undefined) return;
    event.preventDefault();
    resizePanel(panel, size + direction * grows * KEY_STEP);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule has neither focus nor value
    <div
      className={`split-handle split-${orientation}`}
      role="separator"
      tabIndex={0}
      aria-label={name}
      aria-orientation={orientation}
      aria-valuenow={size}
      aria-valuemin={LIMITS[panel].min}
      aria-valuemax={LIMITS[panel].max}
      onKeyDown={step}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { at: place(event), size };
      }}
      onPointerMove={move}
      onPointerUp={() => {
        start.current = undefined;
      }}
    />
  );
}

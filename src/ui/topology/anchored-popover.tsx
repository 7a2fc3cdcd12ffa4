import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { Icon } from '../parts/icon';
import { toScreen } from './camera';
import { useCameraStore } from './camera-store';
import type { Rect } from './geometry';
import { useGraphStore } from './graph-store';
import { placePopover } from './popover-placement';

/** What a popover hangs from: a rectangle of the picture, a point of the screen, or the canvas itself. */
export type PopoverTarget =
  | { readonly kind: 'picture'; readonly rect: Rect }
  | { readonly kind: 'screen'; readonly rect: Rect }
  | { readonly kind: 'canvas' };

interface AnchoredPopoverProps {
  readonly target: PopoverTarget;
  readonly width: number;
  readonly label: string;
  readonly title: ReactNode;
  readonly testId: string;
  readonly children: ReactNode;
  onClose(): void;
}

const MARGIN = 12;
/** What hangs from the canvas itself stays below its tools. */
const TOOLS_HEIGHT = 52;

/** Hangs beside its target, over no card if that can be, and moves with the picture. */
export function AnchoredPopover({ target, width, label, title, testId, children, onClose }: AnchoredPopoverProps) {
  const root = useRef<HTMLDialogElement>(null);
  usePlacement(root, target, width);
  useFocus(root);
  return (
    <dialog
      ref={root}
      open
      className="popover anchored"
      style={{ width }}
      aria-label={label}
      data-testid={testId}
      tabIndex={-1}
    >
      <div className="popover-head">
        {title}
        <button type="button" className="notice-close popover-close" aria-label="Close" onClick={onClose}>
          <Icon name="close" size="small" />
        </button>
      </div>
      <div className="popover-body">{children}</div>
    </dialog>
  );
}

function usePlacement(root: React.RefObject<HTMLDialogElement | null>, target: PopoverTarget, width: number): void {
  useLayoutEffect(() => {
    const element = root.current;
    const canvas = element?.closest('.topology');
    if (!element || !(canvas instanceof HTMLElement)) return;
    const move = (): void => place(element, canvas, target, width);
    move();
    const observer = new ResizeObserver(move);
    observer.observe(element);
    observer.observe(canvas);
    const stop = useCameraStore.subscribe(move);
    return () => {
      observer.disconnect();
      stop();
    };
  }, [root, target, width]);
}

function place(element: HTMLElement, canvas: HTMLElement, target: PopoverTarget, width: number): void {
  const size = { width: canvas.clientWidth, height: canvas.clientHeight };
  element.style.maxHeight = `${size.height - 2 * MARGIN}px`;
  element.style.maxWidth = `${size.width - 2 * MARGIN}px`;
  const own = { width: Math.min(width, size.width - 2 * MARGIN), height: element.offsetHeight };
  if (target.kind === 'canvas') {
    moveTo(element, size.width - own.width - MARGIN, Math.min(TOOLS_HEIGHT, size.height - own.height - MARGIN));
    delete element.dataset['side'];
    return;
  }
  const camera = useCameraStore.getState();
  const rect = target.kind === 'picture' ? toScreen(target.rect, camera) : target.rect;
  const cards = [...useGraphStore.getState().cards.values()].map((card) => toScreen(card, camera));
  const at = placePopover(rect, own, size, cards);
  moveTo(element, at.x, at.y);
  element.dataset['side'] = at.side;
  const notchX = clamp(rect.x + Math.min(rect.width / 2, 40) - at.x, 18, own.width - 18);
  const notchY = clamp(rect.y + Math.min(rect.height / 2, 30) - at.y, 18, own.height - 18);
  element.style.setProperty('--notch-x', `${notchX}px`);
  element.style.setProperty('--notch-y', `${notchY}px`);
}

function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, value));
}

function moveTo(element: HTMLElement, x: number, y: number): void {
  element.style.left = `${Math.round(x)}px`;
  element.style.top = `${Math.round(y)}px`;
}

/** The focus goes in, and back to where it was. */
function useFocus(root: React.RefObject<HTMLDialogElement | null>): void {
  useEffect(() => {
    const before = document.activeElement;
    root.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement || before instanceof SVGElement) before.focus({ preventScroll: true });
    };
  }, [root]);
}

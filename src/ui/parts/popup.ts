import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';

/** What opens below its button and closes when one clicks elsewhere. */
export interface Popup {
  readonly open: boolean;
  /** For the element that holds the button and what opens. */
  readonly root: RefObject<HTMLDivElement | null>;
  setOpen(open: boolean): void;
  /** Closes and gives the focus back to the button. */
  shut(): void;
}

export function usePopup(): Popup {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const close = (event: PointerEvent): void => {
      if (event.target instanceof Node && root.current?.contains(event.target) !== true) setOpen(false);
    };
    document.addEventListener('pointerdown', close);
    return () => document.removeEventListener('pointerdown', close);
  }, [open]);
  const shut = (): void => {
    setOpen(false);
    root.current?.querySelector('button')?.focus();
  };
  return { open, root, setOpen, shut };
}

/** Keys of a menu: arrows, Home and End walk its items, Escape and Tab close it. */
export function walkMenu(event: KeyboardEvent, list: HTMLElement | null, shut: () => void): void {
  const items = [...(list?.querySelectorAll('button') ?? [])];
  const at = items.findIndex((item) => item.matches(':focus'));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === 'Escape' || event.key === 'Tab') {
    event.stopPropagation();
    if (event.key === 'Escape') event.preventDefault();
    shut();
  } else if (to !== undefined) {
    event.preventDefault();
    items[(to + items.length) % items.length]?.focus();
  }
}

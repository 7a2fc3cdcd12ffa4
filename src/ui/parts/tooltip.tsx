import { useEffect, useRef, useState } from 'react';

interface Tip {
  readonly text: string;
  readonly key: string | undefined;
  readonly x: number;
  readonly y: number;
  readonly above: boolean;
}

const DELAY_MS = 350;
const GAP = 8;

function tipFor(element: HTMLElement): Tip | undefined {
  const text = element.dataset['tip'];
  if (text === undefined || text === '') return undefined;
  const { left, width, top, bottom } = element.getBoundingClientRect();
  const above = bottom + 48 > window.innerHeight;
  return { text, key: element.dataset['tipKey'], x: left + width / 2, y: above ? top - GAP : bottom + GAP, above };
}

/**
 * The one tooltip of the page: shown for whatever carries `data-tip`, under the pointer after a moment, and at once for the
 * keyboard. It repeats what the element's accessible name says, so readers are not told of it.
 */
export function TooltipHost() {
  const [tip, setTip] = useState<Tip>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    const find = (event: Event): HTMLElement | undefined => {
      const found = event.target instanceof Element ? event.target.closest('[data-tip]') : null;
      return found instanceof HTMLElement ? found : undefined;
    };
    const hide = (): void => {
      clearTimeout(timer.current);
      setTip(undefined);
    };
    const over = (event: PointerEvent): void => {
      const element = find(event);
      hide();
      if (element !== undefined && event.pointerType !== 'touch') {
        timer.current = setTimeout(() => setTip(tipFor(element)), DELAY_MS);
      }
    };
    const focus = (event: FocusEvent): void => {
      const element = find(event);
      hide();
      if (element?.matches(':focus-visible') === true) setTip(tipFor(element));
    };
    document.addEventListener('pointerover', over);
    document.addEventListener('pointerdown', hide);
    document.addEventListener('focusin', focus);
    document.addEventListener('focusout', hide);
    document.addEventListener('keydown', hide);
    return () => {
      clearTimeout(timer.current);
      document.removeEventListener('pointerover', over);
      document.removeEventListener('pointerdown', hide);
      document.removeEventListener('focusin', focus);
      document.removeEventListener('focusout', hide);
      document.removeEventListener('keydown', hide);
    };
  }, []);
  if (tip === undefined) return null;
  const x = Math.min(window.innerWidth - 90, Math.max(90, tip.x));
  return (
    <div
      className="tooltip"
      aria-hidden="true"
      style={{ transform: `translate(${x}px, ${tip.y}px) translate(-50%, ${tip.above ? '-100%' : '0'})` }}
    >
      {tip.text}
      {tip.key !== undefined && <kbd>{tip.key}</kbd>}
    </div>
  );
}

import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';

interface WindowListProps<T> {
  readonly name: string;
  readonly items: readonly T[];
  /** CSS pixels; every row is as high. */
  readonly rowHeight: number;
  readonly selected: string | undefined;
  /** Keeps the last row in sight while rows are added. */
  readonly follow: boolean;
  /** What stands above the rows and scrolls sideways with them. */
  readonly head?: ReactNode;
  keyOf(item: T): string;
  render(item: T): ReactNode;
  onSelect(key: string): void;
  /** Clicked, or Enter on the chosen row. */
  onOpen?(key: string): void;
  onFollow?(follow: boolean): void;
}

/** Rows drawn above and below what is seen, so that scrolling shows no gaps. */
const SPARE_ROWS = 6;
/** Closer to the end than this, the list counts as being at its end. */
const NEAR_END_PX = 12;

interface Window {
  readonly first: number;
  readonly last: number;
}

function windowOf(element: HTMLElement, rowHeight: number): Window {
  const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - SPARE_ROWS);
  return { first, last: first + Math.ceil(element.clientHeight / rowHeight) + 2 * SPARE_ROWS };
}

/** A long list that draws only the rows in sight. Arrows walk it; the chosen row stays in sight. */
export function WindowList<T>(props: WindowListProps<T>) {
  const { name, items, rowHeight, selected, follow, head, keyOf, render, onSelect, onOpen, onFollow } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState<Window>({ first: 0, last: 40 });
  const id = useId();

  const measure = (): void => {
    const element = scroller.current;
    if (element === null) return;
    const next = windowOf(element, rowHeight);
    setShown((last) => (last.first === next.first && last.last === next.last ? last : next));
  };

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    if (follow && items.length > 0) element.scrollTop = element.scrollHeight;
    const next = windowOf(element, rowHeight);
    setShown((last) => (last.first === next.first && last.last === next.last ? last : next));
  }, [items, follow, rowHeight]);

  const handleScroll = (): void => {
    measure();
    const element = scroller.current;
    if (element === null || onFollow === undefined) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    if (atEnd !== follow) onFollow(atEnd);
  };

  const walk = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && selected !== undefined) onOpen?.(selected);
    const at = items.findIndex((item) => keyOf(item) === selected);
    const page = Math.max(1, shown.last - shown.first - 2 * SPARE_ROWS - 1);
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? items.length - 1 : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: items.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const index = Math.min(items.length - 1, Math.max(0, to));
    const item = items[index];
    if (item === undefined) return;
    onFollow?.(false);
    onSelect(keyOf(item));
    keepInSight(scroller.current, index * rowHeight, rowHeight);
  };

  const visible = items.slice(shown.first, shown.last);
  const rowId = (key: string): string => `${id}-${encodeURIComponent(key)}`;
  // A row that is not drawn cannot be named.
  const drawn = selected !== undefined && visible.some((item) => keyOf(item) === selected);
  return (
    <div ref={scroller} className="window-list" onScroll={handleScroll}>
      {head}
      <div
        className="window-list-rows"
        role="listbox"
        aria-label={name}
        tabIndex={0}
        aria-activedescendant={drawn && selected !== undefined ? rowId(selected) : undefined}
        onKeyDown={walk}
        style={{ height: items.length * rowHeight }}
      >
        {visible.map((item, index) => {
          const key = keyOf(item);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys
            <div
              key={key}
              id={rowId(key)}
              role="option"
              tabIndex={-1}
              aria-selected={key === selected}
              aria-setsize={items.length}
              aria-posinset={shown.first + index + 1}
              className="window-list-row"
              style={{ transform: `translateY(${(shown.first + index) * rowHeight}px)`, height: rowHeight }}
              // A row that moves on before it is let go would not be clicked.
              onPointerDown={() => onFollow?.(false)}
              onClick={() => {
                onSelect(key);
                onOpen?.(key);
              }}
            >
              {render(item)}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function keepInSight(element: HTMLElement | null, top: number, height: number): void {
  if (element === null) return;
  if (top < element.scrollTop) element.scrollTop = top;
  const bottom = top + 2 * height;
  if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
}

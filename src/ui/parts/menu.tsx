import './menu.css';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Icon } from './icon';

export interface MenuOption {
  readonly id: string;
  readonly label: string;
  readonly detail?: string;
}

interface MenuProps {
  /** Accessible name of the button. */
  readonly name: string;
  readonly options: readonly MenuOption[];
  readonly selected: string | undefined;
  readonly children: ReactNode;
  readonly className: string;
  onSelect(id: string): void;
}

/** A button that opens a list to choose from. */
export function Menu({ name, options, selected, children, className, onSelect }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const listId = useId();
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
  const choose = (id: string): void => {
    shut();
    onSelect(id);
  };
  return (
    <div ref={root} className="menu">
      <button
        type="button"
        className={className}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? listId : undefined}
        aria-label={name}
        onClick={() => setOpen(!open)}
      >
        {children}
        <Icon name="chevron" size="small" />
      </button>
      {open && <MenuList id={listId} name={name} {...{ options, selected, choose, shut }} />}
    </div>
  );
}

interface MenuListProps {
  readonly id: string;
  readonly name: string;
  readonly options: readonly MenuOption[];
  readonly selected: string | undefined;
  choose(id: string): void;
  shut(): void;
}

function MenuList({ id, name, options, selected, choose, shut }: MenuListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const items = list.current?.querySelectorAll('button');
    const current = list.current?.querySelector<HTMLElement>('[aria-checked="true"]');
    (current ?? items?.[0])?.focus();
  }, []);
  const move = (event: KeyboardEvent): void => {
    const items = [...(list.current?.querySelectorAll('button') ?? [])];
    const active = document.activeElement;
    const at = active instanceof HTMLButtonElement ? items.indexOf(active) : -1;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.stopPropagation();
      if (event.key === 'Escape') event.preventDefault();
      shut();
    } else if (to !== undefined) {
      event.preventDefault();
      items[(to + items.length) % items.length]?.focus();
    }
  };
  return (
    <div ref={list} id={id} className="menu-list popover" role="menu" aria-label={name} tabIndex={-1} onKeyDown={move}>
      {options.map((option) => (
        <button
          key={option.id}
          type="button"
          role="menuitemradio"
          aria-checked={option.id === selected}
          tabIndex={-1}
          className="menu-item"
          onClick={() => choose(option.id)}
        >
          <span className="menu-check">{option.id === selected && <Icon name="check" size="small" />}</span>
          <span>
            {option.label}
            {option.detail !== undefined && <small>{option.detail}</small>}
          </span>
        </button>
      ))}
    </div>
  );
}

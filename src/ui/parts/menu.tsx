import './menu.css';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Icon } from './icon';
import { usePopup, walkMenu } from './popup';

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
  const { open, root, setOpen, shut } = usePopup();
  const listId = useId();
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
  return (
    <div
      ref={list}
      id={id}
      className="menu-list popover"
      role="menu"
      aria-label={name}
      tabIndex={-1}
      onKeyDown={(event) => walkMenu(event, list.current, shut)}
    >
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

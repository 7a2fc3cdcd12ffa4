import type { ReactNode } from 'react';
import { useApp } from '../app-context';
import { describeKey } from '../commands/keys';
import { Icon, type IconName } from './icon';

interface CommandButtonProps {
  readonly command: string;
  readonly icon?: IconName;
  /** Shown instead of the command's label; an icon button has none. */
  readonly children?: ReactNode;
  readonly look?: 'button' | 'icon';
  readonly className?: string;
  readonly pressed?: boolean;
  /** Accessible name when the label says too little. */
  readonly name?: string;
}

/** A button that runs a command: name, tooltip and key come from the command. */
export function CommandButton({
  command: id,
  icon,
  children,
  look = 'button',
  className = '',
  ...rest
}: CommandButtonProps) {
  const { commands } = useApp();
  const command = commands.find(id);
  if (command === undefined) return null;
  const key = command.keys?.[0];
  const name = rest.name ?? command.label;
  const pressed = rest.pressed === undefined ? {} : { 'aria-pressed': rest.pressed };
  const isIcon = look === 'icon';
  const pressedClass = rest.pressed === true ? (isIcon ? 'icon-button-pressed' : 'button-pressed') : '';
  return (
    <button
      type="button"
      className={`${isIcon ? 'icon-button' : 'button'} ${pressedClass} ${className}`}
      data-testid={`command-${id}`}
      data-tip={name}
      {...(key === undefined ? {} : { 'data-tip-key': describeKey(key) })}
      {...(isIcon ? { 'aria-label': name } : {})}
      {...pressed}
      onClick={() => commands.run(id)}
    >
      {icon !== undefined && <Icon name={icon} />}
      {!isIcon && (children ?? command.label)}
    </button>
  );
}

import { useApp } from '../app-context';
import { Icon, type IconName } from '../parts/icon';

interface RailProps {
  readonly side: 'left' | 'right';
  readonly icon: IconName;
  readonly label: string;
  readonly command: string;
}

/** A folded panel: one click unfolds it. */
export function Rail({ side, icon, label, command }: RailProps) {
  const { commands } = useApp();
  return (
    <div className={`rail rail-${side}`}>
      <button
        type="button"
        className="rail-button"
        aria-expanded="false"
        aria-label={`Unfold ${label}`}
        data-testid={`rail-${side}`}
        onClick={() => commands.run(command)}
      >
        <span className="icon-button">
          <Icon name={icon} />
        </span>
        <span className="rail-label">{label}</span>
      </button>
    </div>
  );
}

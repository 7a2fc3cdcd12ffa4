import { memo } from 'react';
import { Icon } from '../parts/icon';
import { useSelectionStore } from '../stores/selection-store';
import { useGraphStore } from './graph-store';
import { useHoverStore } from './hover-store';
import { type LabelLine, labelText } from './label-content';

/** All edge labels, above the cards (which they never cover, unless they are asked for by hovering). */
export function LabelLayer({ onPick }: { readonly onPick: (id: string, event: React.MouseEvent) => void }) {
  const places = useGraphStore((state) => state.places);
  return (
    <div className="label-layer">
      {[...places.keys()].map((id) => (
        <EdgeLabel key={id} id={id} onPick={onPick} />
      ))}
    </div>
  );
}

interface EdgeLabelProps {
  readonly id: string;
  readonly onPick: (id: string, event: React.MouseEvent) => void;
}

const EdgeLabel = memo(function EdgeLabel({ id, onPick }: EdgeLabelProps) {
  const place = useGraphStore((state) => state.places.get(id));
  const variants = useGraphStore((state) => state.labels.get(id));
  const hovered = useHoverStore((state) => state.edgeId === id);
  const faded = useSelectionStore(({ related }) => related !== undefined && !related.has(id));
  const variant = place?.variant ?? (hovered ? 0 : undefined);
  const lines = variant === undefined ? undefined : variants?.[variant];
  if (place === undefined || lines === undefined) return null;
  const classes = ['edge-label', 'nopan'];
  if (faded) classes.push('is-faded');
  if (place.variant === undefined) classes.push('is-floating');
  return (
    <button
      type="button"
      tabIndex={-1}
      className={classes.join(' ')}
      style={{ left: place.x, top: place.y }}
      aria-label={labelText(lines)}
      onClick={(event) => onPick(id, event)}
    >
      {lines.map((line) => (
        <LabelText key={labelText([line])} line={line} />
      ))}
    </button>
  );
});

function LabelText({ line }: { readonly line: LabelLine }) {
  return (
    <span className="edge-label-line">
      {line.icon !== undefined && <Icon name={line.icon} size="tiny" />}
      {line.parts.map(({ text, tone }) => (
        <span key={text} className={tone === 'plain' ? '' : `tone-${tone}`}>
          {text}
        </span>
      ))}
    </span>
  );
}

import '../inspector/inspector.css';
import './chaos.css';
import { Fragment } from 'react';
import { useApp } from '../app-context';
import { describeKey } from '../commands/keys';
import { useSelectionTarget } from '../inspector/inspector';
import { Icon } from '../parts/icon';
import { Segments } from '../parts/segments';
import { useActivityStore } from '../stores/activity-store';
import { openPanel, stepBack, useSelectionStore } from '../stores/selection-store';
import { AnchoredPopover } from '../topology/anchored-popover';
import { useChaosStore } from './chaos-store';
import { type FaultControl, type FaultKindInfo, type FaultTarget, kindsFor, targetOf } from './fault-kinds';

const WIDTH = 346;

/** Breaks the selected service, pod or edge, or the mesh. */
export default function ChaosPalette() {
  const selection = useSelectionStore((state) => state.selection);
  const anchor = useSelectionTarget();
  const target = targetOf(selection);
  const kinds = kindsFor(target);
  const wanted = useChaosStore((state) => state.kind);
  const current = kinds.find((info) => info.kind === wanted) ?? kinds[0];
  if (current === undefined) return null;
  return (
    <AnchoredPopover
      key={target.anchor}
      target={anchor}
      width={WIDTH}
      label={`Break ${target.title}`}
      testId="chaos"
      title={
        <>
          <span className="tone-accent">
            <Icon name="bolt" />
          </span>
          <h2>Break</h2>
          <span className="chaos-target mono">{target.title}</span>
        </>
      }
      onClose={close}
    >
      {target.kind === 'mesh' && <p className="hint">Select a service, a pod or an edge first to break only that.</p>}
      <FaultList kinds={kinds} current={current} />
      <Settings info={current} target={target} />
      <Actions />
    </AnchoredPopover>
  );
}

function close(): void {
  if (useSelectionStore.getState().selection.kind === 'mesh') openPanel('none');
  else stepBack();
}

function FaultList({ kinds, current }: { readonly kinds: readonly FaultKindInfo[]; readonly current: FaultKindInfo }) {
  return (
    <div className="fault-list" role="radiogroup" aria-label="What breaks">
      {kinds.map((info, index) => (
        <Fragment key={info.kind}>
          {info.group !== kinds[index - 1]?.group && <div className="fault-group">{info.group}</div>}
          <label className="fault-kind">
            <input
              type="radio"
              name="fault-kind"
              className="visually-hidden"
              checked={info.kind === current.kind}
              onChange={() => useChaosStore.setState({ kind: info.kind })}
            />
            <Icon name={info.icon} />
            <span>{info.label}</span>
            <em>{info.detail}</em>
          </label>
        </Fragment>
      ))}
    </div>
  );
}

const DURATIONS = [
  { value: '10', label: '10 s' },
  { value: '30', label: '30 s' },
  { value: '120', label: '2 min' },
  { value: '', label: 'Until mended' },
] as const;

const STATUSES = [
  { value: '503', label: '503' },
  { value: '500', label: '500' },
  { value: '429', label: '429' },
] as const;

function Settings({ info, target }: { readonly info: FaultKindInfo; readonly target: FaultTarget }) {
  const { sharePercent, status, factor, delayMs, durationS } = useChaosStore();
  const has = (control: FaultControl): boolean => info.controls.includes(control);
  return (
    <div className="fault-settings">
      {has('share') && (
        <Range
          name={shareName(info)}
          text={`${sharePercent}%`}
          min={1}
          max={100}
          value={sharePercent}
          onChange={(value) => useChaosStore.setState({ sharePercent: value })}
        />
      )}
      {has('factor') && (
        <Range
          name="Compute time"
          text={`×${factor}`}
          min={2}
          max={100}
          value={factor}
          onChange={(value) => useChaosStore.setState({ factor: value })}
        />
      )}
      {has('delay') && (
        <Range
          name={target.kind === 'edge' ? 'Delay of every message to the destination' : 'Delay of every message'}
          text={`+${delayMs} ms`}
          min={10}
          max={2000}
          step={10}
          value={delayMs}
          onChange={(value) => useChaosStore.setState({ delayMs: value })}
        />
      )}
      {has('status') && (
        <div className="fault-setting">
          <span>Answer</span>
          <Segments
            name="Answer"
            options={STATUSES}
            value={status === 500 ? '500' : status === 429 ? '429' : '503'}
            onChange={(value) =>
              useChaosStore.setState({ status: value === '500' ? 500 : value === '429' ? 429 : 503 })
            }
          />
        </div>
      )}
      <div className="fault-setting">
        <span>For</span>
        <Segments
          name="For"
          options={DURATIONS}
          value={DURATIONS.find(({ value }) => value === String(durationS ?? ''))?.value ?? ''}
          onChange={(value) => useChaosStore.setState({ durationS: value === '' ? undefined : Number(value) })}
        />
      </div>
    </div>
  );
}

function shareName(info: FaultKindInfo): string {
  if (info.kind === 'refuse') return 'Share of connections';
  return info.kind === 'networkLoss' ? 'Share of packets' : 'Share of requests';
}

interface RangeProps {
  readonly name: string;
  readonly text: string;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly value: number;
  onChange(value: number): void;
}

function Range({ name, text, min, max, step = 1, value, onChange }: RangeProps) {
  return (
    <label className="fault-range">
      <span>{name}</span>
      <b className="mono">{text}</b>
      <input
        type="range"
        className="slider"
        aria-valuetext={text}
        style={{ '--fill': `${(100 * (value - min)) / (max - min)}%`, '--slider-colour': 'var(--bad)' }}
        {...{ min, max, step, value }}
        onChange={(event) => onChange(Number(event.target.value))}
      />
    </label>
  );
}

function Actions() {
  const { commands } = useApp();
  const broken = useActivityStore((state) => state.faults.length);
  return (
    <div className="fault-acts">
      <button type="button" className="button button-small button-primary" onClick={() => commands.run('chaos.break')}>
        Break now <kbd>{describeKey('KeyB')}</kbd>
      </button>
      <button
        type="button"
        className="button button-small button-quiet"
        aria-disabled={broken === 0}
        data-tip={broken === 0 ? 'Nothing is broken on purpose' : 'Ends every fault'}
        onClick={() => commands.run('chaos.mend')}
      >
        Mend all <kbd>{describeKey('KeyM')}</kbd>
      </button>
    </div>
  );
}

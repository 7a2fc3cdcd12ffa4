import { useState } from 'react';
import { useApp } from '../app-context';
import { restartScenario } from '../client/scenario';
import { formatSpeed } from '../format/numbers';
import { nearestSpeed, SPEEDS } from '../model/speeds';
import { CommandButton } from '../parts/command-button';
import { Menu } from '../parts/menu';
import { useTransportStore } from '../stores/transport-store';
import { Clock } from './clock';

/** Restart, play, step, the simulated time, speed and seed. */
export function TransportBar() {
  return (
    <div className="transport" role="toolbar" aria-label="Simulation">
      <CommandButton command="transport.restart" look="icon" icon="restart" />
      <PlayButton />
      <CommandButton command="transport.step" look="icon" icon="step" />
      <Clock />
      <SpeedSlider />
      <SpeedMenu />
      <SeedField />
    </div>
  );
}

export function PlayButton() {
  const playing = useTransportStore((state) => state.playing);
  return (
    <CommandButton
      command="transport.toggle"
      look="icon"
      icon={playing ? 'pause' : 'play'}
      name={playing ? 'Pause' : 'Play'}
      className="icon-button-primary"
    />
  );
}

function SpeedSlider() {
  const { client } = useApp();
  const speed = useTransportStore((state) => state.speed);
  const index = nearestSpeed(speed);
  const fill = (100 * index) / (SPEEDS.length - 1);
  return (
    <input
      type="range"
      className="slider speed-slider"
      aria-label="Speed"
      aria-valuetext={formatSpeed(speed)}
      min={0}
      max={SPEEDS.length - 1}
      step={1}
      value={index}
      style={{ '--fill': `${fill}%` }}
      onChange={(event) => void client.setSpeed(SPEEDS[Number(event.target.value)] ?? 1)}
    />
  );
}

const SPEED_OPTIONS = SPEEDS.map((speed) => ({ id: String(speed), label: formatSpeed(speed) }));

export function SpeedMenu() {
  const { client } = useApp();
  const speed = useTransportStore((state) => state.speed);
  const reached = useTransportStore((state) => state.reachedSpeed);
  const text = formatSpeed(reached ?? speed);
  return (
    <Menu
      name={reached === undefined ? `Speed ${text}` : `Speed: ${formatSpeed(speed)} asked for, ${text} reached`}
      className={reached === undefined ? 'speed-chip' : 'speed-chip is-slow'}
      options={SPEED_OPTIONS}
      selected={String(SPEEDS[nearestSpeed(speed)])}
      onSelect={(id) => void client.setSpeed(Number(id))}
    >
      {text}
    </Menu>
  );
}

const MAX_SEED = 0xffff_ffff;

function parseSeed(text: string): number | undefined {
  if (!/^\d{1,10}$/.test(text.trim())) return undefined;
  const seed = Number(text);
  return seed <= MAX_SEED ? seed : undefined;
}

/** The seed; another one starts the run anew. */
function SeedField() {
  const { client } = useApp();
  const seed = useTransportStore((state) => state.seed);
  const playing = useTransportStore((state) => state.playing);
  const [draft, setDraft] = useState<string>();
  const wrong = draft !== undefined && parseSeed(draft) === undefined;
  const commit = (): void => {
    const wanted = draft === undefined ? undefined : parseSeed(draft);
    setDraft(undefined);
    if (wanted !== undefined && wanted !== seed) void restartScenario(client, playing, wanted);
  };
  const text = draft ?? String(seed);
  return (
    <label className="seed-field" data-tip="The same seed and the same acts give the same run">
      seed
      <input
        inputMode="numeric"
        aria-invalid={wrong}
        aria-label="Seed, a whole number up to 4294967295; Enter restarts the run with it"
        style={{ width: `${Math.max(2, text.length) + 1}ch` }}
        value={text}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={() => setDraft(undefined)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
          if (event.key === 'Escape') setDraft(undefined);
          if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur();
        }}
      />
    </label>
  );
}

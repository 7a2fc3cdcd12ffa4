import type { SimulationClient } from '../../worker';
import type { AppServices } from '../app-context';
import { restartScenario } from '../client/scenario';
import { nearestSpeed, SPEEDS } from '../model/speeds';
import { toast } from '../stores/notices-store';
import { simulationClock } from '../stores/simulation-clock';
import { useTransportStore } from '../stores/transport-store';
import type { Command } from './command';

const MAX_OFFERED = Math.max(...SPEEDS);

function isReady(): boolean {
  return useTransportStore.getState().ready;
}

/** A hash belongs to a moment, so time stands still for it. */
async function showTraceHash(client: SimulationClient): Promise<void> {
  if (useTransportStore.getState().playing) await client.pause();
  const hash = await client.traceHash();
  toast({
    tone: 'info',
    title: `Trace hash ${hash}`,
    detail: `Over every event up to ${simulationClock.nowNs} ns. The same scenario, seed and acts give the same hash everywhere.`,
  });
}

export function transportCommands({ client }: AppServices): readonly Command[] {
  const changeSpeed = (by: number) => (): Promise<void> => {
    const index = nearestSpeed(useTransportStore.getState().speed) + by;
    return client.setSpeed(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, index))] ?? 1);
  };
  return [
    {
      id: 'transport.toggle',
      label: 'Play or pause',
      group: 'Run',
      keys: ['Space'],
      keywords: 'stop start resume',
      when: isReady,
      run: () => (useTransportStore.getState().playing ? client.pause() : client.play()),
    },
    {
      id: 'transport.step',
      label: 'Step one event',
      group: 'Run',
      keys: ['Period'],
      keywords: 'next single forward',
      when: isReady,
      async run() {
        if (useTransportStore.getState().playing) await client.pause();
        await client.step();
      },
    },
    {
      id: 'transport.restart',
      label: 'Restart from 00:00',
      group: 'Run',
      keys: ['Shift+KeyR'],
      keywords: 'reset rewind again',
      when: isReady,
      run: () => restartScenario(client, useTransportStore.getState().playing),
    },
    {
      id: 'transport.slower',
      label: 'Run slower',
      group: 'Run',
      keys: ['BracketLeft'],
      keywords: 'speed',
      when: isReady,
      run: changeSpeed(-1),
    },
    {
      id: 'transport.faster',
      label: 'Run faster',
      group: 'Run',
      keys: ['BracketRight'],
      keywords: 'speed',
      when: isReady,
      run: changeSpeed(1),
    },
    {
      id: 'transport.realTime',
      label: 'Run at 1×',
      group: 'Run',
      keywords: 'speed normal real time',
      when: isReady,
      run: () => client.setSpeed(1),
    },
    {
      id: 'transport.fullSpeed',
      label: `Run at ${MAX_OFFERED}×`,
      group: 'Run',
      keywords: 'speed fast maximum',
      when: isReady,
      run: () => client.setSpeed(MAX_OFFERED),
    },
    {
      id: 'transport.traceHash',
      label: 'Show the trace hash',
      group: 'Run',
      keywords: 'determinism fingerprint same run compare command line',
      when: isReady,
      run: () => showTraceHash(client),
    },
  ];
}

import type { AppServices } from '../app-context';
import { useChaosStore } from '../chaos/chaos-store';
import { faultLabel, faultSpec, kindsFor, targetOf } from '../chaos/fault-kinds';
import { breakNow, mendAll } from '../client/faults';
import { useActivityStore } from '../stores/activity-store';
import { useLayoutStore } from '../stores/layout-store';
import { openPanel, useSelectionStore } from '../stores/selection-store';
import type { Command } from './command';

const NS_PER_S = 1_000_000_000;

/** Breaks the selected thing as the palette stands, or the first way that fits it. */
function breakSelected({ client }: AppServices): Promise<void> {
  const { durationS, ...settings } = useChaosStore.getState();
  const target = targetOf(useSelectionStore.getState().selection);
  const fitting = kindsFor(target);
  const kind = fitting.some((info) => info.kind === settings.kind)
    ? settings.kind
    : (fitting[0]?.kind ?? settings.kind);
  const chosen = { ...settings, kind };
  openPanel('none');
  return breakNow(client, {
    label: faultLabel(chosen, target),
    spec: faultSpec(chosen, target),
    anchor: chosen.kind === 'controlPlaneDown' ? '' : target.anchor,
    durationNs: durationS === undefined ? undefined : durationS * NS_PER_S,
  });
}

/** The palette hangs from the picture, so the picture is shown. */
function openChaos(): void {
  useLayoutStore.setState({ textView: false, singlePanel: 'graph' });
  openPanel('chaos');
}

export function chaosCommands(app: AppServices): readonly Command[] {
  return [
    {
      id: 'chaos.open',
      label: 'Chaos',
      group: 'Break and mend',
      keywords: 'fault break fail inject palette',
      run: () => (useSelectionStore.getState().panel === 'chaos' ? openPanel('none') : openChaos()),
    },
    {
      id: 'chaos.break',
      label: 'Break',
      group: 'Break and mend',
      keys: ['KeyB'],
      keywords: 'fault inject now',
      run: () => (useSelectionStore.getState().panel === 'chaos' ? breakSelected(app) : openChaos()),
    },
    {
      id: 'chaos.mend',
      label: 'Mend all',
      group: 'Break and mend',
      keys: ['KeyM'],
      keywords: 'fault clear heal repair',
      when: () => useActivityStore.getState().faults.length > 0,
      run: () => mendAll(app.client),
    },
  ];
}

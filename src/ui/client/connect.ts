import type { SimulationClient, WorkerEvent } from '../../worker';
import { formatTime } from '../format/numbers';
import { setActivity, useActivityStore } from '../stores/activity-store';
import { setMetrics } from '../stores/metrics-store';
import { dismissBanner, showBanner } from '../stores/notices-store';
import { relatedTo, useSelectionStore } from '../stores/selection-store';
import { simulationClock } from '../stores/simulation-clock';
import { setTopology } from '../stores/topology-store';
import { setStatus, useTransportStore } from '../stores/transport-store';
import { endDueFaults } from './faults';

/** A worker that died and one that cannot be brought back differ by what comes next: a status, or nothing for this long. */
const GIVE_UP_MS = 15_000;

/** Carries what the worker reports into the stores; returns the way to stop. */
export function connect(client: SimulationClient): () => void {
  const supervisor = new Supervisor();
  const stopEvents = client.onEvent((event) => receive(client, supervisor, event));
  const stopSelection = useSelectionStore.subscribe((state, before) => {
    if (state.selection !== before.selection) client.setSelection(state.selection).catch(() => undefined);
  });
  const stopSlow = useTransportStore.subscribe((state, before) => {
    if (state.reachedSpeed !== before.reachedSpeed) warnAboutSpeed(state.reachedSpeed, state.speed);
  });
  return () => {
    stopEvents();
    stopSelection();
    stopSlow();
    supervisor.stop();
  };
}

function receive(client: SimulationClient, supervisor: Supervisor, event: WorkerEvent): void {
  switch (event.kind) {
    case 'status':
      setStatus(event.status);
      supervisor.sawLife(event.status.nowNs);
      endDueFaults(client, event.status.nowNs);
      return;
    case 'topology': {
      setTopology(event.topology);
      const { selection } = useSelectionStore.getState();
      useSelectionStore.setState({ related: relatedTo(selection) });
      return;
    }
    case 'metrics':
      setMetrics(event.frame, event.series);
      return;
    case 'marks':
      setActivity(event.marks, event.faults);
      warnAboutControlPlane(client);
      return;
    case 'failed':
      supervisor.sawFailure(event.message);
      return;
    case 'autosave':
      return;
  }
}

/** Says that the worker died, and that it runs again from its last checkpoint. */
class Supervisor {
  #failedAtNs: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  sawFailure(message: string): void {
    this.#failedAtNs = simulationClock.nowNs;
    clearTimeout(this.#timer);
    showBanner({
      key: 'worker',
      tone: 'bad',
      icon: 'crash',
      title: 'The simulation stopped',
      detail: `The worker failed at ${formatTime(this.#failedAtNs)}: ${message} Your files are kept. It is being restarted from its last checkpoint.`,
      dismissible: false,
    });
    this.#timer = setTimeout(() => this.#giveUp(message), GIVE_UP_MS);
  }

  sawLife(nowNs: number): void {
    if (this.#failedAtNs === undefined) return;
    clearTimeout(this.#timer);
    showBanner({
      key: 'worker',
      tone: 'warn',
      icon: 'crash',
      title: 'The simulation was restarted from its last checkpoint',
      detail: `The worker failed at ${formatTime(this.#failedAtNs)} and runs again from ${formatTime(nowNs)}. Your files are kept.`,
      dismissible: true,
    });
    this.#failedAtNs = undefined;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #giveUp(message: string): void {
    showBanner({
      key: 'worker',
      tone: 'bad',
      icon: 'crash',
      title: 'The simulation stopped and could not be restarted',
      detail: `${message} Your files are kept. Reload the page to start again.`,
      action: { label: 'Reload', run: () => globalThis.location.reload() },
      dismissible: false,
    });
  }
}

function warnAboutSpeed(reachedSpeed: number | undefined, speed: number): void {
  if (reachedSpeed === undefined) {
    dismissBanner('speed');
    return;
  }
  showBanner({
    key: 'speed',
    tone: 'warn',
    icon: 'slow',
    title: `Running at ${reachedSpeed}×, not ${speed}×`,
    detail: 'This much traffic is more than this machine can simulate at the chosen speed. No request is dropped.',
    dismissible: true,
  });
}

const CONTROL_PLANE_BANNER = 'controlPlane';

function warnAboutControlPlane(client: SimulationClient): void {
  const { faults, injected } = useActivityStore.getState();
  const outage = faults.find((fault) => {
    const spec = injected.get(fault.id)?.spec;
    return spec?.scope === 'controlPlane' && spec.kind === 'down';
  });
  if (outage === undefined) {
    dismissBanner(CONTROL_PLANE_BANNER);
    return;
  }
  showBanner({
    key: CONTROL_PLANE_BANNER,
    tone: 'warn',
    icon: 'controlPlane',
    title: `Control plane is down since ${formatTime(outage.sinceNs)}`,
    detail: 'Proxies keep their last configuration. Edits wait until it is back.',
    action: {
      label: 'Mend',
      run: () => {
        client.execute({ kind: 'clearFault', id: outage.id }).catch(() => undefined);
      },
    },
    dismissible: false,
  });
}

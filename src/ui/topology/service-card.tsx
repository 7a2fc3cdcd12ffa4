import type { NodeProps } from '@xyflow/react';
import { memo, useMemo } from 'react';
import type { ServiceNodeView } from '../../worker';
import { cutMiddle } from '../format/numbers';
import { describeService } from '../model/describe';
import { type NodeState, nodeState, POD_WORDS, podMark, podNote, shownPods, sidecarBadge } from '../model/health';
import { NO_TRAFFIC, type ServiceDisplay } from '../model/traffic';
import { Icon, type IconName } from '../parts/icon';
import { useActivityStore } from '../stores/activity-store';
import { useMetricsStore } from '../stores/metrics-store';
import { select, useSelectionStore } from '../stores/selection-store';
import { useTopologyStore } from '../stores/topology-store';
import { cardSize } from './card-size';
import { useGraphStore } from './graph-store';
import { nameLines, nameWidth, useFontsLoaded } from './name-lines';
import { PodDetail } from './pod-detail';
import { ErrorRing, PodShape } from './shapes';

const ICONS: Readonly<Record<ServiceNodeView['kind'], IconName>> = {
  service: 'hexagon',
  gateway: 'gateway',
  client: 'users',
  external: 'globe',
};

function iconOf(service: ServiceNodeView): IconName {
  return service.protocol === 'tcp' && service.kind === 'service' ? 'database' : ICONS[service.kind];
}

interface CardProps {
  readonly service: ServiceNodeView;
  readonly traffic: ServiceDisplay | undefined;
  readonly state: NodeState;
}

/** A React Flow node: one service, gateway, client or outside host. */
export const ServiceCard = memo(function ServiceCard({ id }: NodeProps) {
  const service = useTopologyStore((state) => state.services.get(id));
  const traffic = useMetricsStore((state) => state.services.get(id));
  const idle = useMetricsStore((state) => state.idle.has(id));
  const level = useGraphStore((state) => state.level);
  const selected = useSelectionStore(({ selection }) => {
    if (selection.kind === 'pod') return useTopologyStore.getState().podOwners.get(selection.id) === id;
    return selection.kind === 'service' && selection.id === id;
  });
  const faded = useSelectionStore(({ related }) => related !== undefined && !related.has(id));
  const broken = useActivityStore((state) => state.anchors.has(id));
  if (service === undefined) return null;
  const state = nodeState(service, traffic, idle);
  const classes = ['service-card', `level-${level}`, `state-${state}`, `kind-${service.kind}`];
  if (selected) classes.push('is-selected');
  if (faded) classes.push('is-faded');
  return (
    <div className={classes.join(' ')} data-testid={`service-${service.name}`} data-state={state}>
      <button
        type="button"
        className="card-button"
        data-service={id}
        aria-pressed={selected}
        data-tip={level === 'near' || level === 'pods' ? '' : service.name}
        aria-label={describeService(service, traffic, state)}
        onClick={() => select({ kind: 'service', id })}
      />
      <CardContent service={service} traffic={traffic} state={state} />
      {broken && (
        <span className="card-fault" title="A fault is active here">
          <Icon name="bolt" size="tiny" />
        </span>
      )}
    </div>
  );
});

function CardContent(props: CardProps) {
  const level = useGraphStore((state) => state.level);
  switch (level) {
    case 'namespaces':
    case 'far':
      return <FarCard {...props} />;
    case 'mid':
      return <MidCard {...props} />;
    case 'near':
      return <NearCard {...props} />;
    case 'pods':
      return <PodDetail service={props.service} title={<CardTitle {...props} />} />;
  }
}

function FarCard({ service, traffic, state }: CardProps) {
  return (
    <div className="card-far">
      <ErrorRing ratio={traffic?.errorRatio ?? 0} idle={state === 'idle' || traffic === undefined} size={124} />
      <span className="card-far-icon">
        <Icon name={iconOf(service)} />
      </span>
      <span className="card-far-name">{cutMiddle(service.name, 18)}</span>
    </div>
  );
}

function MidCard({ service, traffic, state }: CardProps) {
  const { rate, errors, health, ratePerS } = traffic ?? NO_TRAFFIC;
  const scale = useGraphStore((state) => Math.min(1, state.restZoom));
  const room = cardSize(service).width * scale - MID_SURROUND_PX;
  const fonts = useFontsLoaded();
  const lines = useMemo(
    () => ({ fonts, texts: nameLines(service.name, (text) => nameWidth(text) <= room) }),
    [service.name, room, fonts],
  );
  return (
    <div className="card-scaled card-mid">
      {lines.texts.map((line) => (
        <div key={line} className="card-mid-name">
          {line}
        </div>
      ))}
      <div className="card-mid-numbers">
        <ErrorRing ratio={traffic?.errorRatio ?? 0} idle={state === 'idle' || ratePerS === 0} size={14} />
        <span>
          {rate}
          {ratePerS > 0 && <i>/s</i>}
        </span>
        <span className={errorTone(health)}>{errors}</span>
      </div>
      {service.pods.length > 0 && (
        <div className="card-mid-pods">
          {shownPods(service.pods).shown.map((pod) => (
            <PodShape key={pod.id} mark={podMark(pod)} />
          ))}
        </div>
      )}
    </div>
  );
}

/** What a small card's width has besides its name: padding and border. */
const MID_SURROUND_PX = 18;

function errorTone(health: ServiceDisplay['health']): string {
  if (health === 'failing') return 'tone-bad';
  return health === 'degraded' ? 'tone-warn' : '';
}

function NearCard(props: CardProps) {
  const { rate, errors, p95, health } = props.traffic ?? NO_TRAFFIC;
  return (
    <div className="card-scaled card-near">
      <CardTitle {...props} />
      <div className="card-numbers">
        <div>
          {rate}
          <span>req/s</span>
        </div>
        <div className={errorTone(health)}>
          {errors}
          <span>errors</span>
        </div>
        <div>
          {p95}
          <span>p95 ms</span>
        </div>
      </div>
      <PodRow service={props.service} />
      <Badge service={props.service} />
    </div>
  );
}

/** What a card's width has besides its name and chips: padding and icon. What the name does not need, chips may have. */
const TITLE_SURROUND_PX = 48;
const SHORT_NAME_PX = 48;
const NAME_CHARACTER_PX = 6.7;
const CHIP_CHARACTER_PX = 6.6;
const CHIP_PADDING_PX = 13;

function versionChips({ versions, kind }: ServiceNodeView, percents: readonly number[] | undefined): readonly string[] {
  if (kind === 'gateway') return ['gw'];
  if (kind !== 'service') return [];
  const named = versions.filter((version) => version.name !== '' && version.name !== 'latest');
  if (named.length < 2) return named.map((version) => version.name);
  const texts = versions.map((version, index) => {
    const percent = percents?.[index];
    return percent === undefined ? version.name : `${version.name} ${percent}`;
  });
  return texts.length > 3 ? [...texts.slice(0, 2), `+${texts.length - 2}`] : texts;
}

function chipsWidth(chips: readonly string[]): number {
  return chips.reduce((sum, chip) => sum + chip.length * CHIP_CHARACTER_PX + CHIP_PADDING_PX, 0);
}

/** As many chips as leave the name readable. The only version of a service says little: it gives way to a long name. */
function fitChips(chips: readonly string[], name: string, titlePx: number): readonly string[] {
  const wanted = name.length * NAME_CHARACTER_PX;
  const fits = (some: readonly string[], namePx: number): boolean => chipsWidth(some) + namePx <= titlePx;
  if (fits(chips, chips.length > 1 ? Math.min(wanted, SHORT_NAME_PX) : wanted)) return chips;
  const [first, ...rest] = chips;
  if (first === undefined || rest.length === 0) return [];
  const short = [first, `+${rest.length}`];
  return fits(short, Math.min(wanted, SHORT_NAME_PX)) ? short : [];
}

function CardTitle({ service, traffic }: CardProps) {
  const scale = useGraphStore((state) => Math.min(1, state.labelZoom));
  const title = cardSize(service).width * scale - TITLE_SURROUND_PX;
  const chips = fitChips(versionChips(service, traffic?.versionPercents), service.name, title);
  const room = Math.max(40, title - chipsWidth(chips));
  return (
    <div className="card-title">
      <span className="card-icon">
        <Icon name={iconOf(service)} size="small" />
      </span>
      <span className="card-name">{cutMiddle(service.name, Math.floor(room / NAME_CHARACTER_PX))}</span>
      {chips.length > 0 && (
        <span className="card-chips">
          {chips.map((chip) => (
            <span key={chip} className="chip">
              {chip}
            </span>
          ))}
        </span>
      )}
    </div>
  );
}

function PodRow({ service }: { readonly service: ServiceNodeView }) {
  const selected = useSelectionStore(({ selection }) => (selection.kind === 'pod' ? selection.id : undefined));
  if (service.pods.length === 0) return null;
  const { shown, more } = shownPods(service.pods);
  const note = podNote(service);
  return (
    <div className="card-pods">
      {shown.map((pod) => (
        <button
          key={pod.id}
          type="button"
          tabIndex={-1}
          className={pod.id === selected ? 'pod-button nodrag is-selected' : 'pod-button nodrag'}
          aria-label={`Pod ${pod.name}, ${POD_WORDS[pod.state]}`}
          data-tip={`${pod.name} · ${POD_WORDS[pod.state]}`}
          onClick={() => select({ kind: 'pod', id: pod.id })}
        >
          <PodShape mark={podMark(pod)} />
        </button>
      ))}
      {more > 0 && <span className="pod-more">+{more}</span>}
      <em className={note.tone === 'none' ? '' : `tone-${note.tone}`}>{note.text}</em>
    </div>
  );
}

const BADGE_NAMES = {
  envoy: 'Envoy sidecar, in step with the control plane',
  partial: 'Some pods have an Envoy sidecar, some have none',
  stale: 'Envoy sidecar, runs on an older configuration',
  none: 'No sidecar',
} as const;

function Badge({ service }: { readonly service: ServiceNodeView }) {
  const badge = sidecarBadge(service);
  if (badge === undefined) return null;
  return (
    <span className={`sidecar-badge sidecar-${badge}`} role="img" aria-label={BADGE_NAMES[badge]}>
      {badge === 'stale' ? <Icon name="clock" size="tiny" /> : badge === 'none' ? '–' : badge === 'partial' ? '½' : 'E'}
    </span>
  );
}

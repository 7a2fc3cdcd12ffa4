import type { ReactNode } from 'react';
import type { ServiceNodeView } from '../../worker';
import { cutMiddle } from '../format/numbers';
import { POD_WORDS, podMark, shownPods } from '../model/health';
import { select } from '../stores/selection-store';
import { PodShape } from './shapes';

/** Rows that a card has room for. */
const MAX_ROWS = 4;
const NAME_LENGTH = 26;

/** The card from close up: every pod as a box of application and sidecar. */
export function PodDetail({ service, title }: { readonly service: ServiceNodeView; readonly title: ReactNode }) {
  const { shown } = shownPods(service.pods);
  const rows = shown.slice(0, MAX_ROWS);
  const rest = service.pods.length - rows.length;
  return (
    <div className="card-detail">
      {title}
      <ul>
        {rows.map((pod) => (
          <li key={pod.id}>
            <button
              type="button"
              tabIndex={-1}
              className="pod-box nodrag"
              onClick={() => select({ kind: 'pod', id: pod.id })}
            >
              <PodShape mark={podMark(pod)} />
              <span className="pod-box-name">{cutMiddle(pod.name, NAME_LENGTH)}</span>
              <span className="visually-hidden">{POD_WORDS[pod.state]}</span>
              <span className="pod-box-part">app {pod.version}</span>
              <span className={pod.sidecar ? 'pod-box-part pod-box-proxy' : 'pod-box-part pod-box-missing'}>
                {pod.sidecar ? 'Envoy' : 'no proxy'}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {rest > 0 && <span className="pod-more">+{rest} pods</span>}
    </div>
  );
}

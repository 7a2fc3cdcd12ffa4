import './dock.css';
import { useState } from 'react';
import type { AccessLogEntry } from '../../worker';
import { useApp } from '../app-context';
import { formatClock, formatLatency } from '../format/numbers';
import { LogDetail } from './log-detail';
import { podName, useScope } from './scope';
import { selectRequest } from './select-request';
import { keyOfSelection, usePoll } from './use-poll';
import { WindowList } from './window-list';

/** Newest lines that are looked at; older ones have left the proxies' rings soon anyway. */
const LINES = 400;
const ROW_HEIGHT = 26;

/** Two lines of one proxy about one request differ by their try or their moment. */
export function keyOfEntry({ requestId, reporter, startNs }: AccessLogEntry): string {
  return `${requestId} ${reporter.pod} ${reporter.side} ${startNs}`;
}

export function toneOfStatus(status: number): string {
  if (status === 0 || status >= 500) return 'badge badge-bad';
  if (status === 401 || status === 403) return 'badge badge-deny';
  if (status >= 400) return 'badge';
  return 'badge badge-ok';
}

function Row({ entry }: { readonly entry: AccessLogEntry }) {
  const { whole, fraction } = formatClock(entry.startNs);
  return (
    <div className="log-row">
      <span>
        {whole}
        <i>.{fraction}</i>
      </span>
      <span className="log-status">
        <span className={entry.protocol === 'TCP' ? 'badge badge-idle' : toneOfStatus(entry.status)}>
          {entry.protocol === 'TCP' ? 'TCP' : entry.status}
        </span>
      </span>
      <span className="log-flags">
        {entry.flags.map((flag) => (
          <span key={flag} className="badge badge-bad">
            {flag}
          </span>
        ))}
      </span>
      <span className="log-number">{formatLatency(entry.durationNs)}</span>
      <span className="log-pod" title={entry.reporter.pod}>
        {podName(entry.reporter.pod)}
      </span>
      <span className="log-text">{entry.text}</span>
    </div>
  );
}

const HEAD = (
  <div className="log-row log-head" aria-hidden="true">
    <span>start</span>
    <span>code</span>
    <span>flags</span>
    <span className="log-number">took</span>
    <span>proxy of</span>
    <span>line</span>
  </div>
);

function Empty({ onlyFailures }: { readonly onlyFailures: boolean }) {
  return (
    <div className="dock-empty">
      <b>{onlyFailures ? 'No failures' : 'No lines yet'}</b>
      <p>
        {onlyFailures
          ? 'Nothing that these proxies remember has failed. Show all lines, or break something.'
          : 'Proxies write one line when a request ends. Pods without a sidecar write none.'}
      </p>
    </div>
  );
}

/** The newest lines of the proxies, oldest on top. */
export function LogTab() {
  const { client } = useApp();
  const { selection, name } = useScope();
  const [onlyFailures, setOnlyFailures] = useState(false);
  const [follow, setFollow] = useState(true);
  const [chosen, setChosen] = useState<AccessLogEntry>();
  const entries = usePoll(
    async () => (await client.accessLog({ selection, limit: LINES, onlyFailures })).toReversed(),
    `${keyOfSelection(selection)} ${onlyFailures}`,
    // Lines that somebody reads do not move away under the reader's eyes.
    !follow,
  );
  const find = (key: string): AccessLogEntry | undefined =>
    entries?.find((candidate) => keyOfEntry(candidate) === key) ?? chosen;
  const choose = (key: string): void => {
    setFollow(false);
    setChosen(find(key));
  };
  const open = (key: string): void => {
    const entry = find(key);
    if (entry !== undefined) selectRequest(entry);
  };
  return (
    <div className="log-tab">
      <div className="dock-tools">
        <span className="dock-scope">{name}</span>
        <label className="dock-check">
          <input type="checkbox" checked={onlyFailures} onChange={(event) => setOnlyFailures(event.target.checked)} />
          Failures only
        </label>
        <label className="dock-check">
          <input type="checkbox" checked={follow} onChange={(event) => setFollow(event.target.checked)} />
          Follow
        </label>
        <span className="dock-count" data-testid="log-count">
          {entries === undefined ? '' : follow ? `${entries.length} newest lines` : `${entries.length} lines, held`}
        </span>
      </div>
      <div className="log-body">
        {entries !== undefined && entries.length === 0 ? (
          <Empty onlyFailures={onlyFailures} />
        ) : (
          <WindowList
            name="Access log, newest line last"
            items={entries ?? []}
            rowHeight={ROW_HEIGHT}
            selected={chosen === undefined ? undefined : keyOfEntry(chosen)}
            follow={follow}
            head={HEAD}
            keyOf={keyOfEntry}
            render={(entry) => <Row entry={entry} />}
            onSelect={choose}
            onOpen={open}
            onFollow={setFollow}
          />
        )}
        {chosen !== undefined && <LogDetail entry={chosen} leadsToTrace onClose={() => setChosen(undefined)} />}
      </div>
    </div>
  );
}

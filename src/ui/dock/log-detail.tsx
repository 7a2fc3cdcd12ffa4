import { Fragment } from 'react';
import type { AccessLogEntry } from '../../worker';
import { Flags } from '../inspector/parts';
import { Icon } from '../parts/icon';
import { showDockTab } from '../stores/layout-store';
import { type LogField, readLogLine } from './log-line';
import { podName } from './scope';
import { openTrace } from './trace-store';

/** The line itself, with each part saying what it is. */
function Line({ text, fields }: { readonly text: string; readonly fields: readonly LogField[] }) {
  if (fields.length === 0) return <code className="log-line">{text}</code>;
  const pieces = fields.map((field, index) => (
    <Fragment key={field.start}>
      {text.slice(fields[index - 1]?.end ?? 0, field.start)}
      <span
        className={`log-part${field.name === 'flags' && field.value !== '-' ? ' is-flag' : ''}`}
        data-tip={`${field.name}: ${field.meaning}`}
      >
        {text.slice(field.start, field.end)}
      </span>
    </Fragment>
  ));
  return <code className="log-line">{pieces}</code>;
}

interface LogDetailProps {
  readonly entry: AccessLogEntry;
  /** Whether it leads to the trace that the line belongs to. */
  readonly leadsToTrace: boolean;
  /** Absent: it cannot be closed. */
  onClose?(): void;
}

/** One line explained: its flags in sentences, every field by name. */
export function LogDetail({ entry, leadsToTrace, onClose }: LogDetailProps) {
  const fields = readLogLine(entry.text);
  const { traceId, reporter } = entry;
  return (
    <section className="log-detail" aria-label="Access log line" data-testid="log-detail">
      <div className="log-detail-head">
        <h3>
          Line of <span className="mono">{podName(reporter.pod)}</span>
        </h3>
        <span className="tone-3">{reporter.side === 'source' ? 'the caller’s proxy' : 'the called one’s proxy'}</span>
        {leadsToTrace && traceId !== '' && (
          <button
            type="button"
            className="button button-small"
            onClick={() => {
              openTrace(traceId);
              showDockTab('traces');
            }}
          >
            Trace
          </button>
        )}
        {onClose !== undefined && (
          <button type="button" className="icon-button" aria-label="Close the line" onClick={onClose}>
            <Icon name="close" size="small" />
          </button>
        )}
      </div>
      <Line text={entry.text} fields={fields} />
      {entry.flags.length > 0 && (
        <div className="log-flag-notes" data-testid="log-flags">
          <Flags flags={entry.flags.map((name) => ({ name }))} />
        </div>
      )}
      {entry.transportFailureReason !== '' && <p className="tone-bad mono">{entry.transportFailureReason}</p>}
      {fields.length > 0 && (
        <dl className="log-fields">
          {fields.map(({ name, value, meaning, start }) => (
            <div key={start} data-tip={meaning}>
              <dt>{name}</dt>
              <dd className="mono">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

import './dock.css';
import { useState } from 'react';
import type { Span, TraceSummary } from '../../worker';
import { useApp } from '../app-context';
import { formatClock, formatLatency } from '../format/numbers';
import { ParticleShape } from '../topology/shapes';
import { LogDetail } from './log-detail';
import { toneOfStatus } from './log-tab';
import { useScope } from './scope';
import { buildTrace, shortOperation, shortTraceId, statusText, type Trace } from './trace-model';
import { mostTelling, openTrace, useTraceStore } from './trace-store';
import { keyOfSelection, usePoll, usePollKept } from './use-poll';
import { Waterfall } from './waterfall';
import { WindowList } from './window-list';

const LISTED = 100;
const ROW_HEIGHT = 46;
const FIRST_SERVER_ERROR = 500;

function shapeOf({ status, tries }: TraceSummary): 'failure' | 'denied' | 'retry' | 'success' {
  if (status === 401 || status === 403) return 'denied';
  if (status === 0 || status >= FIRST_SERVER_ERROR) return 'failure';
  return tries > 1 ? 'retry' : 'success';
}

function detailOf({ name, tries, spans, status, flags }: TraceSummary): string {
  const failed = status === 0 || status >= FIRST_SERVER_ERROR;
  const end = failed ? `${statusText(status, flags) || 'no answer'}${tries > 1 ? ` after ${tries} tries` : ''}` : '';
  return `${end || (tries > 1 ? `${tries} tries` : `${spans} spans`)} · ${shortOperation(name)}`;
}

function Item({ trace }: { readonly trace: TraceSummary }) {
  const shape = shapeOf(trace);
  return (
    <div className="trace-item">
      <ParticleShape kind={shape} size={12} />
      <span>
        <span className="mono">{shortTraceId(trace.traceId)}</span>
        <small>{detailOf(trace)}</small>
        <span className="visually-hidden">, {shape}</span>
      </span>
      <span className="trace-item-took">{formatLatency(trace.durationNs)}</span>
    </div>
  );
}

function Legend() {
  return (
    <ul className="trace-legend" aria-label="Bars">
      <li>
        <i className="trace-bar-proxy" /> proxy
      </li>
      <li>
        <i className="trace-bar-application" /> application
      </li>
      <li>
        <i className="trace-bar-ok" /> try
      </li>
      <li>
        <i className="trace-bar-bad" /> failed
      </li>
      <li>
        <i className="trace-bar-back-off" /> back-off
      </li>
      <li>
        <i className="is-critical" /> critical path
      </li>
    </ul>
  );
}

function Head({ trace }: { readonly trace: Trace }) {
  const { root, services, spans, startNs, endNs } = trace;
  if (root === undefined) return null;
  const { whole, fraction } = formatClock(startNs);
  return (
    <div className="trace-head">
      <h3>
        <b>{root.service}</b> {shortOperation(root.name)}
      </h3>
      <span className={toneOfStatus(root.status)}>{statusText(root.status, root.flags) || 'no answer'}</span>
      <span className="trace-facts">
        {services} services · {spans} spans · {formatLatency(endNs - startNs)} · {whole}.{fraction}
      </span>
    </div>
  );
}

/** Log lines of one request, the caller's first. */
function Lines({ span }: { readonly span: Span }) {
  const { client } = useApp();
  const entries = usePollKept(
    () => client.accessLog({ selection: { kind: 'mesh' }, limit: 20, onlyFailures: false, requestId: span.requestId }),
    `request ${span.requestId}`,
  );
  const own = entries?.filter((entry) => entry.reporter.pod === span.pod) ?? [];
  const shown = own[0] ?? entries?.find((entry) => entry.reporter.side === 'source') ?? entries?.[0];
  if (shown === undefined) {
    return <p className="trace-hint">{entries === undefined ? '' : 'No proxy remembers a line about this request.'}</p>;
  }
  return <LogDetail entry={shown} leadsToTrace={false} />;
}

function Details({ traceId }: { readonly traceId: string }) {
  const { client } = useApp();
  const spanId = useTraceStore((state) => state.spanId);
  const spans = usePollKept(() => client.spans(traceId), `trace ${traceId}`);
  if (spans === undefined) return <div className="trace-view" />;
  if (spans.length === 0) {
    return (
      <div className="dock-empty">
        <b>This trace is gone</b>
        <p>Only the newest traces are kept. Choose another one.</p>
      </div>
    );
  }
  const trace = buildTrace(spans);
  const chosen = spans.find((span) => span.spanId === spanId) ?? trace.root;
  return (
    <>
      <section className="trace-view" data-testid="trace-view" aria-label="Trace">
        <Head trace={trace} />
        <Legend />
        <Waterfall trace={trace} compact={false} selected={chosen?.spanId} onSelect={(id) => openTrace(traceId, id)} />
      </section>
      {chosen !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className="trace-lines" tabIndex={0} aria-label="Access log of the span">
          <Lines key={chosen.requestId} span={chosen} />
        </section>
      )}
    </>
  );
}

/** The newest traces, and one of them over time. */
export function TracesTab() {
  const { client } = useApp();
  const { selection, name } = useScope();
  const [follow, setFollow] = useState(false);
  // A list that somebody points at does not move away under the pointer.
  const [pointed, setPointed] = useState(false);
  const wanted = useTraceStore((state) => state.traceId);
  const traces = usePoll(
    async () => {
      const found = await client.traceSummaries(selection, LISTED);
      // One is opened and stays, while the list goes on.
      const telling = mostTelling(found);
      if (telling !== undefined && useTraceStore.getState().traceId === undefined) openTrace(telling.traceId);
      return found;
    },
    keyOfSelection(selection),
    pointed,
  );
  const shown = wanted;
  if (traces !== undefined && traces.length === 0 && wanted === undefined) {
    return (
      <div className="dock-empty">
        <b>No traces of {name} yet</b>
        <p>A trace appears when a request through the mesh has ended.</p>
      </div>
    );
  }
  return (
    <div className="traces-tab">
      <div className="trace-list" onPointerEnter={() => setPointed(true)} onPointerLeave={() => setPointed(false)}>
        <div className="dock-tools">
          <span className="dock-scope">{name}</span>
          <span className="dock-count">{pointed ? 'held' : 'newest first'}</span>
        </div>
        <WindowList
          name="Traces, newest first"
          items={traces ?? []}
          rowHeight={ROW_HEIGHT}
          selected={shown}
          follow={follow}
          keyOf={(trace) => trace.traceId}
          render={(trace) => <Item trace={trace} />}
          onSelect={(traceId) => openTrace(traceId)}
          onFollow={() => setFollow(false)}
        />
      </div>
      {shown !== undefined && <Details key={shown} traceId={shown} />}
    </div>
  );
}

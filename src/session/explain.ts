import { describeFlag, describeReason } from '../analysis';
import type { Decision, ProbeResult } from '../engine';
import type { ConfigOrigin } from '../xds';
import type { DecisionView, ExplainView, SourceLink } from './view';

type Locate = (origin: ConfigOrigin) => SourceLink | undefined;

function sourceOf(origin: ConfigOrigin | undefined, locate: Locate): { readonly source?: SourceLink } {
  const source = origin === undefined ? undefined : locate(origin);
  return source === undefined ? {} : { source };
}

function decisionView(decision: Decision, locate: Locate): DecisionView {
  return {
    atNs: decision.atNs,
    proxy: decision.proxy,
    stage: decision.stage,
    sentence: describeReason(decision.stage, decision.reason),
    chosen: decision.chosen,
    ...sourceOf(decision.origin, locate),
    rejected: decision.rejected.map((rejected) => ({
      name: rejected.name,
      sentence: describeReason(decision.stage, rejected.reason),
      ...sourceOf(rejected.origin, locate),
    })),
  };
}

/** What there is to say of a request whose sender is gone. */
export const NOT_SENT: ExplainView = {
  requestId: 0,
  finished: true,
  status: 0,
  flags: [],
  details: 'The pod that was to send the request is gone.',
  durationNs: 0,
  decisions: [],
};

/** A probe's record in words, each decision with the line of YAML behind it. */
export function explainProbe(result: ProbeResult, locate: Locate): ExplainView {
  return {
    requestId: result.requestId,
    finished: result.finished,
    status: result.status,
    flags: result.flags.map((name) => ({ name, sentence: describeFlag(name) })),
    details: result.details,
    durationNs: result.durationNs,
    decisions: result.decisions.map((decision) => decisionView(decision, locate)),
  };
}

import { describeFlag } from '../analysis';
import { editorSchema } from '../config';
import { importFiles } from '../scenarios';
import { createRegistry, describeProxyConfig, overlayFiles } from '../session';
import { accessLogOf } from './access-log';
import type { Host } from './host';
import type { RequestMessage, WorkerMethods } from './protocol';
import { traceSummariesOf } from './trace-summaries';

/** Answers one question or order. The table is the protocol's; a method that is missing here does not compile. */
function methodsOf(host: Host): WorkerMethods {
  return {
    load: (scenario) => host.load(scenario),
    play: () => host.play(),
    pause: () => host.pause(),
    setSpeed: (speed) => host.setSpeed(speed),
    step: () => host.step(),
    seek: (toNs) => host.seek(toNs),
    restart: (options) => host.restart(options),
    check: (files) => host.session.check(files),
    applyFiles: (files) => {
      const result = host.session.applyFiles(files);
      host.handleCommandDone();
      return result;
    },
    overlay: (added, base) => overlayFiles(base ?? host.session.files, importFiles(added), host.session.registry),
    editorSchema: () => editorSchema(createRegistry()),
    flagSentences: (names) => Object.fromEntries(names.map((name) => [name, describeFlag(name)])),
    execute: (command) => {
      host.session.execute(command);
      host.handleCommandDone();
    },
    setSelection: (selection) => host.setSelection(selection),
    series: (selection, points) => host.session.series(selection, points),
    totals: (selection, since) => host.session.totals(selection, since),
    clusterEvents: (limit) => host.session.clusterEvents(limit),
    accessLog: (filter) => accessLogOf(host.session, filter),
    recentTraces: (limit) => host.session.engine.recentTraces(limit),
    traceSummaries: (selection, limit) => traceSummariesOf(host.session, selection, limit),
    spans: (traceId) => host.session.engine.spans(traceId),
    pods: () => host.session.engine.pods(),
    proxyStatistics: (pod) => host.session.engine.proxyStatistics(pod),
    proxyConfig: (pod, as) => {
      const config = describeProxyConfig(host.session, pod);
      return config === undefined ? '' : JSON.stringify(config[as], null, 2);
    },
    explain: (request) => host.session.explain(request),
    locate: (origin) => host.session.locate(origin),
    traceHash: () => host.session.traceHash(),
    saveState: () => host.saveState(),
    restoreState: (state) => host.restoreState(state),
  };
}

/** A function that carries requests out on a host; it throws what the method throws. */
export function createDispatcher(host: Host): (request: RequestMessage) => unknown {
  const methods = methodsOf(host);
  return (request) => {
    // The protocol ties the arguments to the method's name; the call cannot express that union.
    const method = methods[request.method] as (...args: readonly unknown[]) => unknown;
    return method(...request.args);
  };
}

// Drives a session the way a user does: apply changed text, let simulated time pass, read the numbers.
import { expect } from 'vitest';
import { NS_PER_S } from '../../../src/base';
import type { Diagnostic, SourceFile } from '../../../src/config';
import type { AccessLogEntry } from '../../../src/engine';
import { importFiles, PRESETS, SCENARIOS } from '../../../src/scenarios';
import {
  type ApplyResult,
  overlayFiles,
  type PodStatusView,
  type ScenarioDefinition,
  Session,
  type SessionCommand,
} from '../../../src/session';
import { Measurement, takeSample } from './measurement';

const MAX_LOG = 1_000_000;
/** Pushes are debounced by 100 ms and acknowledged within another 20; in-flight requests under the old configuration end soon after. */
const SETTLE_S = 2;

export interface OpenOptions {
  readonly seed?: number;
  /** Files by path that replace those of the scenario before it starts. */
  readonly files?: Readonly<Record<string, string>>;
}

/** One line per finding, for messages of failed expectations. */
export function describeDiagnostics(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(
    ({ code, file, range, message }) => `${code} ${file ?? '?'}:${range?.start.line ?? '?'} ${message}`,
  );
}

export class Mesh {
  private constructor(readonly session: Session) {}

  static openScenario(id: string, options: OpenOptions = {}): Mesh {
    const scenario = SCENARIOS.find((candidate) => candidate.id === id);
    if (scenario === undefined) throw new Error(`there is no scenario ${id}`);
    const files = replaceFiles(scenario.files, options.files ?? {});
    return Mesh.open({ ...scenario, seed: options.seed ?? scenario.seed, files });
  }

  /** What a user gets who drops files onto an empty page. */
  static openFiles(files: readonly SourceFile[], seed = 1): Mesh {
    return Mesh.open({
      id: 'manifests',
      title: 'Manifests',
      dialect: 'istio',
      seed,
      notes: '',
      files: importFiles(files),
      presets: PRESETS,
    });
  }

  private static open(scenario: ScenarioDefinition): Mesh {
    const { session, diagnostics } = Session.open(scenario);
    if (session === undefined) throw new Error(`refused:\n${describeDiagnostics(diagnostics).join('\n')}`);
    return new Mesh(session);
  }

  /** The text of a file as it is applied. */
  text(path: string): string {
    const file = this.session.files.find((candidate) => candidate.path === path);
    if (file === undefined) throw new Error(`there is no file ${path}`);
    return file.text;
  }

  run(seconds: number): void {
    const untilNs = this.session.nowNs + Math.round(seconds * NS_PER_S);
    const { reached } = this.session.advanceTo(untilNs, Number.MAX_SAFE_INTEGER);
    expect(reached).toBe(true);
  }

  /** Replaces files (new paths are added) and applies; throws when the apply is refused. Then waits until every proxy runs it. */
  apply(texts: Readonly<Record<string, string>>): ApplyResult {
    const result = this.applyAtOnce(texts);
    this.run(SETTLE_S);
    const late = this.pods().filter((pod) => pod.sidecar && !pod.synced);
    expect(late.map((pod) => pod.name)).toEqual([]);
    return result;
  }

  /** The same without waiting. */
  applyAtOnce(texts: Readonly<Record<string, string>>): ApplyResult {
    const result = this.session.applyFiles(replaceFiles(this.session.files, texts));
    if (!result.accepted) throw new Error(`refused:\n${describeDiagnostics(result.diagnostics).join('\n')}`);
    return result;
  }

  /** Lays manifests over the applied ones, object by object, as `kubectl apply -f` does. */
  overlay(files: readonly SourceFile[]): ApplyResult {
    const result = this.session.applyFiles(overlayFiles(this.session.files, files, this.session.registry));
    if (!result.accepted) throw new Error(`refused:\n${describeDiagnostics(result.diagnostics).join('\n')}`);
    this.run(SETTLE_S);
    return result;
  }

  execute(command: SessionCommand): void {
    this.session.execute(command);
  }

  /** `kubectl rollout restart deployment/NAME`, and waits until it is through. */
  restart(namespace: string, names: readonly string[], seconds = 60): void {
    for (const name of names) {
      this.execute({ kind: 'restartWorkload', ref: { group: 'apps', kind: 'Deployment', namespace, name } });
    }
    this.run(seconds);
  }

  /** Pods of a service (`namespace/name`) that are there to stay; of every service without an argument. */
  pods(service?: string): readonly PodStatusView[] {
    return this.session
      .topology()
      .services.filter((candidate) => service === undefined || candidate.id === service)
      .flatMap((candidate) => candidate.pods)
      .filter((pod) => pod.state !== 'terminating');
  }

  /** Requests that each pod's application has completed since the start, by pod name. */
  completedByPod(service: string): Readonly<Record<string, number>> {
    const observed = new Map(this.session.engine.pods().map((pod) => [pod.id, pod.completed]));
    return Object.fromEntries(this.pods(service).map((pod) => [pod.name, observed.get(pod.id) ?? 0]));
  }

  /** What happens in the next simulated seconds. The text of the log takes its time: who measures often does without. */
  measure(seconds: number, options: { readonly log: boolean } = { log: true }): Measurement {
    const before = takeSample(this.session.engine);
    const startNs = this.session.nowNs;
    this.run(seconds);
    const after = takeSample(this.session.engine);
    const entries = options.log ? this.session.engine.accessLog(MAX_LOG) : [];
    const log = entries.filter((entry) => entry.startNs >= startNs);
    return new Measurement(seconds, before, after, log);
  }

  /** Lines of one side, newest runs only as far back as the engine keeps them. */
  log(side: AccessLogEntry['reporter']['side']): readonly AccessLogEntry[] {
    return this.session.engine.accessLog(MAX_LOG).filter((entry) => entry.reporter.side === side);
  }
}

function replaceFiles(files: readonly SourceFile[], texts: Readonly<Record<string, string>>): readonly SourceFile[] {
  const known = new Set(files.map((file) => file.path));
  return [
    ...files.map((file) => ({ path: file.path, text: texts[file.path] ?? file.text })),
    ...Object.entries(texts)
      .filter(([path]) => !known.has(path))
      .map(([path, text]) => ({ path, text })),
  ];
}

/** Replaces a part of a text that must be there. */
export function change(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the text has no ${JSON.stringify(from)}`);
  return text.replace(from, to);
}

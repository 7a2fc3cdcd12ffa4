import type { MessageTable, StringTable } from '../core';
import type { Kernel } from '../kernel';
import { type NewSpan, SPAN_APPLICATION, type Spans } from '../telemetry';
import type { Frames } from './frames';
import type { Process } from './process';

/** The spans of the requests that applications serve. */
export class TaskSpans {
  readonly #kernel: Kernel;
  readonly #messages: MessageTable;
  readonly #strings: StringTable;
  readonly #spans: Spans;
  readonly #frames: Frames;
  readonly #pathTexts: (number | undefined)[] = [];
  readonly #span: NewSpan = {
    traceId: 0,
    id: 0,
    parentId: 0,
    requestId: 0,
    kind: SPAN_APPLICATION,
    name: 0,
    pod: 0,
    service: 0,
    startNs: 0,
    status: 0,
    flags: 0,
    flagCount: 0,
  };

  // biome-ignore lint/complexity/useMaxParams: a component is given its collaborators once.
  constructor(kernel: Kernel, messages: MessageTable, strings: StringTable, spans: Spans, frames: Frames) {
    this.#kernel = kernel;
    this.#messages = messages;
    this.#strings = strings;
    this.#spans = spans;
    this.#frames = frames;
  }

  end(frame: number, process: Process, response: number): void {
    const f = this.#frames.table.arrays;
    const span = this.#span;
    span.traceId = f.traceId[frame] ?? 0;
    span.id = f.span[frame] ?? 0;
    span.parentId = f.parentSpan[frame] ?? 0;
    span.requestId = f.requestId[frame] ?? 0;
    span.name = this.#pathNumber(f.served[frame] ?? 0);
    span.pod = process.podText;
    span.service = process.serviceText;
    span.startNs = f.startNs[frame] ?? 0;
    span.status = this.#messages.status(response);
    this.#spans.end(span, this.#kernel.nowNs);
  }

  /** Number of the path of a request head. */
  #pathNumber(request: number): number {
    const known = this.#pathTexts[request];
    if (known !== undefined) return known;
    const number = this.#strings.numberOf(this.#messages.request(request).path);
    this.#pathTexts[request] = number;
    return number;
  }
}

import { useEffect, useRef, useState } from 'react';
import { simulationClock } from '../stores/simulation-clock';

/** Wall time between two questions to the worker. */
const INTERVAL_MS = 1_000;

/**
 * The answer to a question that is asked once a second while simulated time passes and the page is seen, and at once
 * when `key` changes. An answer that comes late, for a key that is gone, is dropped; so is a question whose worker died.
 * While it is held, an answer stays as it is, until time has gone back behind it.
 */
export function usePoll<T>(ask: () => Promise<T>, key: string, held = false): T | undefined {
  const [answer, setAnswer] = useState<{ readonly key: string; readonly value: T }>();
  const question = useRef(ask);
  const hold = useRef(held);
  useEffect(() => {
    question.current = ask;
    hold.current = held;
  });
  useEffect(() => {
    let gone = false;
    let askedAtNs = Number.NaN;
    let waiting = false;
    let answered = false;
    const poll = (): void => {
      const { nowNs } = simulationClock;
      if (waiting || document.hidden || nowNs === askedAtNs) return;
      const wanted = !answered || nowNs < askedAtNs;
      if (hold.current && !wanted) return;
      waiting = true;
      askedAtNs = nowNs;
      question
        .current()
        .then((value) => {
          // It may have been held while the question was on its way.
          if (gone || (hold.current && !wanted)) return;
          answered = true;
          setAnswer({ key, value });
        })
        .catch(() => {
          askedAtNs = Number.NaN;
        })
        .finally(() => {
          waiting = false;
        });
    };
    poll();
    const timer = setInterval(poll, INTERVAL_MS);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [key]);
  return answer?.key === key ? answer.value : undefined;
}

/**
 * Like `usePoll`, for lists of which the simulation forgets the oldest: what was found once stays on the screen, until
 * time has gone back. The component must belong to one key.
 */
export function usePollKept<T>(ask: () => Promise<readonly T[]>, key: string): readonly T[] | undefined {
  const kept = useRef<{ readonly atNs: number; readonly found: readonly T[] }>({ atNs: 0, found: [] });
  return usePoll(async () => {
    const found = await ask();
    const atNs = simulationClock.nowNs;
    const back = atNs < kept.current.atNs;
    kept.current = { atNs, found: back || found.length >= kept.current.found.length ? found : kept.current.found };
    return kept.current.found;
  }, key);
}

/** A selection as a key: equal selections are equal texts. */
export function keyOfSelection(selection: { readonly kind: string; readonly id?: string }): string {
  return `${selection.kind} ${selection.id ?? ''}`;
}

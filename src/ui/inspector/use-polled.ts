import { useEffect, useEffectEvent, useState } from 'react';

/** Asks again and again while shown, one question at a time; what could not be answered leaves the last answer. */
export function usePolled<T>(ask: () => Promise<T>, key: string, intervalMs: number): T | undefined {
  const [answer, setAnswer] = useState<{ readonly key: string; readonly value: T }>();
  const askNow = useEffectEvent(ask);
  useEffect(() => {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout>;
    const next = (): void => {
      timer = setTimeout(poll, intervalMs);
    };
    const poll = (): void => {
      askNow()
        .then((value) => {
          if (!stopped) setAnswer({ key, value });
        })
        .catch(() => undefined)
        .finally(() => {
          if (!stopped) next();
        });
    };
    poll();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [key, intervalMs]);
  return answer?.key === key ? answer.value : undefined;
}

import { useEffect, useState } from 'react';
import { useApp } from '../app-context';

/** Without a picture by then (an empty scenario, a browser that draws nothing), what waits for it starts anyway. */
const PATIENCE_MS = 2_500;

let seen = false;

/**
 * true once traffic has moved on the screen. Large code that would keep the first picture waiting is loaded after that.
 */
export function useAfterGraph(): boolean {
  const { renderer } = useApp();
  const [ready, setReady] = useState(seen);
  useEffect(() => {
    if (ready) return;
    const start = (): void => {
      seen = true;
      setReady(true);
    };
    const stop = renderer.onCount((flights) => {
      if (flights > 0) start();
    });
    const timer = setTimeout(start, PATIENCE_MS);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [ready, renderer]);
  return ready;
}

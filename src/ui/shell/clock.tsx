import { useEffect, useRef } from 'react';
import { formatClock } from '../format/numbers';
import { simulationClock } from '../stores/simulation-clock';
import { useTransportStore } from '../stores/transport-store';

/** Simulated time, written into the document once a frame, past React. */
export function Clock({ digits = 3 }: { readonly digits?: number }) {
  const whole = useRef<HTMLSpanElement>(null);
  const fraction = useRef<HTMLElement>(null);
  const playing = useTransportStore((state) => state.playing);
  useEffect(() => {
    let frame = 0;
    const write = (): void => {
      const text = formatClock(simulationClock.nowNs);
      if (whole.current !== null && whole.current.textContent !== text.whole) whole.current.textContent = text.whole;
      if (fraction.current !== null) fraction.current.textContent = `.${text.fraction.slice(0, digits)}`;
      if (playing) frame = requestAnimationFrame(write);
    };
    write();
    // While time stands still, it changes only by steps and jumps, which the store does not tell: look now and then.
    const timer = playing ? undefined : setInterval(write, 100);
    return () => {
      cancelAnimationFrame(frame);
      clearInterval(timer);
    };
  }, [playing, digits]);
  return (
    <span className="clock" role="timer" aria-label="Simulated time" data-testid="clock">
      <span ref={whole}>00:00</span>
      <i ref={fraction}>.000</i>
    </span>
  );
}

/** The speeds the transport offers, simulated seconds per second. */
export const SPEEDS: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50];

/** The offered speed nearest to any speed. */
export function nearestSpeed(speed: number): number {
  let best = 0;
  SPEEDS.forEach((candidate, index) => {
    const distance = Math.abs(Math.log(candidate / speed));
    if (distance < Math.abs(Math.log((SPEEDS[best] ?? 1) / speed))) best = index;
  });
  return best;
}

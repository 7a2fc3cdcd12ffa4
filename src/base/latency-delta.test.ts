import { describe, expect, it } from 'vitest';
import { deltaQuantiles, latencyDelta } from './latency-delta';
import { LatencySketch } from './latency-sketch';
import { Rng } from './prng';

describe('latency deltas', () => {
  it('give the quantiles of what was recorded in between', () => {
    const rng = new Rng(7);
    const whole = new LatencySketch();
    for (let i = 0; i < 5_000; i++) whole.record(1_000_000 + rng.nextBelow(1_000_000));
    const earlier = whole.save();
    const later = new LatencySketch();
    later.restore(earlier);
    const only = new LatencySketch();
    for (let i = 0; i < 5_000; i++) {
      const value = 50_000_000 + rng.nextBelow(90_000_000);
      later.record(value);
      only.record(value);
    }
    const delta = latencyDelta(earlier, later.save());
    expect(delta.count).toBe(5_000);
    for (const quantile of [0.5, 0.95, 0.99]) {
      const [seen] = deltaQuantiles([delta], [quantile]) ?? [];
      const expected = only.quantile(quantile) ?? 0;
      expect(Math.abs((seen ?? 0) - expected) / expected).toBeLessThan(0.011);
    }
  });

  it('add up', () => {
    const sketch = new LatencySketch();
    sketch.record(2_000_000);
    const first = sketch.save();
    sketch.record(8_000_000);
    const parts = [latencyDelta(undefined, first), latencyDelta(first, sketch.save())];
    expect(parts.map((part) => part.count)).toEqual([1, 1]);
    expect(deltaQuantiles(parts, [1])?.[0]).toBeGreaterThan(7_900_000);
  });

  it('are undefined without traffic', () => {
    const empty = latencyDelta(undefined, new LatencySketch().save());
    expect(deltaQuantiles([empty], [0.5])).toBeUndefined();
  });
});

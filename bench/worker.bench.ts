// The engine where the page runs it: in a Web Worker of a real Chromium.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { findBrowser } from '../scripts/lib/browser.mjs';
import { bundle } from '../scripts/lib/bundle.mjs';
import type { Bench, BenchContext, BenchResult } from './bench';
import type { EngineRates } from './engine-rates';

const ORIGIN = 'http://127.0.0.1';
const WORKER = '/engine.worker.js';

async function workerSource(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'meshwork-bench-'));
  try {
    const target = join(folder, 'engine.worker.mjs');
    await bundle('bench/engine.worker.ts', target);
    return readFileSync(target, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rates by the wall clock, which is all that a worker has. */
async function measure(smoke: boolean): Promise<EngineRates> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error('no Chromium to measure the worker in');
  const source = await workerSource();
  const browser = await chromium.launch({
    ...(executablePath === '' ? {} : { executablePath }),
    args: ['--no-sandbox', '--disable-background-networking', '--no-first-run'],
  });
  try {
    const page = await browser.newPage();
    // No server: the browser's requests are answered here, from an origin that may start workers.
    await page.route(`${ORIGIN}/**`, (route) =>
      route.request().url().endsWith(WORKER)
        ? route.fulfill({ contentType: 'text/javascript', body: source })
        : route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Benchmark</title>' }),
    );
    await page.goto(`${ORIGIN}/`);
    return await page.evaluate(
      ([path, short]) =>
        new Promise<EngineRates>((resolve, reject) => {
          const worker = new Worker(path, { type: 'module' });
          worker.addEventListener('error', (event) => reject(new Error(event.message)));
          worker.addEventListener('message', (event: MessageEvent<EngineRates>) => resolve(event.data));
          worker.postMessage(short);
        }),
      [WORKER, smoke] as const,
    );
  } finally {
    await browser.close();
  }
}

export const workerBench: Bench = {
  name: 'worker',
  run: async ({ smoke, calibrationPerS }: BenchContext): Promise<readonly BenchResult[]> => {
    const { twoTierPerS, hopsPerS } = await measure(smoke);
    return [
      { name: 'worker-two-tier-requests-per-s', value: twoTierPerS, unit: 'requests/s' },
      { name: 'worker-two-tier-per-calibration', value: twoTierPerS / calibrationPerS, unit: 'ratio' },
      { name: 'worker-sidecar-hops-per-s', value: hopsPerS, unit: 'hops/s' },
      { name: 'worker-sidecar-hops-per-calibration', value: hopsPerS / calibrationPerS, unit: 'ratio' },
    ];
  },
};

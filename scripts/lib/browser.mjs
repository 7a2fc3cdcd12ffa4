import { execFileSync } from 'node:child_process';
import { ROOT } from './root.mjs';

/** The path of a Chromium, '' for Playwright's own, undefined when none could be had. */
export function findBrowser() {
  try {
    return execFileSync('bash', ['scripts/ensure-browser.sh'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }).trim();
  } catch {
    process.stderr.write('No Chromium was found, and none could be installed.\n');
    return undefined;
  }
}

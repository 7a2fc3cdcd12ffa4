// Runs the project's tools as child processes.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './root.mjs';

/** Exit code of a command that was stopped because its time was up, as coreutils' `timeout` has it. */
export const TIMED_OUT = 124;

/**
 * The JavaScript entry of an installed package's command, which needs neither a shell nor npx.
 * @param {string} path inside node_modules
 */
export function tool(path) {
  return join(ROOT, 'node_modules', path);
}

/**
 * Runs Node with the arguments in the repository's folder, output shared, and resolves to the exit code.
 * When the time is up the whole process group ends, browsers and workers included.
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, timeoutMs?: number, toStderr?: boolean }} [options]
 * @returns {Promise<number>}
 */
export function runNode(args, options = {}) {
  return runCommand(process.execPath, args, options);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, timeoutMs?: number, toStderr?: boolean }} options
 * @returns {Promise<number>}
 */
function runCommand(command, args, { env = {}, timeoutMs, toStderr = false }) {
  const ownGroup = timeoutMs !== undefined && process.platform !== 'win32';
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', toStderr ? 2 : 'inherit', 'inherit'],
    detached: ownGroup,
  });
  const stop = () => {
    if (child.pid === undefined || child.exitCode !== null) return;
    process.kill(ownGroup ? -child.pid : child.pid, 'SIGKILL');
  };
  let timedOut = false;
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          process.stderr.write(`stopped after ${Math.round(timeoutMs / 1000)} s: ${args.join(' ')}\n`);
          stop();
        }, timeoutMs);
  // A group of its own does not hear the terminal's Ctrl-C.
  const handleInterrupt = () => {
    stop();
    process.exit(130);
  };
  if (ownGroup) {
    process.once('SIGINT', handleInterrupt);
    process.once('SIGTERM', handleInterrupt);
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      process.removeListener('SIGINT', handleInterrupt);
      process.removeListener('SIGTERM', handleInterrupt);
      resolve(timedOut ? TIMED_OUT : (code ?? 1));
    });
  });
}

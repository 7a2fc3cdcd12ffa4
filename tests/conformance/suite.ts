// What a conformance suite is, and how it counts.
import { findSkip, type SkipEntry } from './skips';

/** One case that did not do what upstream's data says. */
export interface CaseFailure {
  readonly caseId: string;
  readonly message: string;
}

/** The outcome of one suite. `cases` = passed + failed + skipped. */
export interface SuiteResult {
  readonly suite: string;
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly CaseFailure[];
  /** Entries of the skip table that no failing case needed: they must be removed from it. */
  readonly staleSkips: readonly SkipEntry[];
}

/** A suite in the registry (suites.ts). */
export interface ConformanceSuite {
  readonly suite: string;
  /** Where its data lies in the shared folder; the runner skips the suite aloud where that is absent. */
  readonly data: readonly string[];
  /** Fewer passed cases than this fail the run, so that the suite cannot quietly lose ground. Raise it with every gain. */
  readonly minimumPassed: number;
  readonly runSuite: () => SuiteResult | Promise<SuiteResult>;
}

/**
 * Counts the cases of one suite. Every case runs, also those of the skip table: a failure listed there counts as skipped,
 * and a listed case that passes makes its entry stale, which the runner reports as an error.
 */
export class CaseRecorder {
  readonly #suite: string;
  readonly #skips: readonly SkipEntry[];
  readonly #seen = new Set<string>();
  readonly #usedSkips = new Set<SkipEntry>();
  readonly #failures: CaseFailure[] = [];
  #passed = 0;
  #skipped = 0;

  constructor(suite: string, skips: readonly SkipEntry[]) {
    this.#suite = suite;
    this.#skips = skips.filter((entry) => entry.suite === suite);
  }

  /** Runs one case. `body` returns nothing or an empty list when all is well, else the messages; a throw is a failure too. */
  run(caseId: string, body: () => readonly string[] | undefined): void {
    if (this.#seen.has(caseId)) throw new Error(`${this.#suite}: two cases are called ${caseId}`);
    this.#seen.add(caseId);
    const problems = runBody(body);
    if (problems.length === 0) {
      this.#passed += 1;
      return;
    }
    const skip = findSkip(this.#skips, caseId);
    if (skip === undefined) {
      this.#failures.push({ caseId, message: problems.join('\n') });
      return;
    }
    this.#usedSkips.add(skip);
    this.#skipped += 1;
  }

  result(): SuiteResult {
    const failed = this.#failures.length;
    return {
      suite: this.#suite,
      cases: this.#passed + failed + this.#skipped,
      passed: this.#passed,
      failed,
      skipped: this.#skipped,
      failures: this.#failures,
      staleSkips: this.#skips.filter((entry) => !this.#usedSkips.has(entry)),
    };
  }
}

function runBody(body: () => readonly string[] | undefined): readonly string[] {
  try {
    return body() ?? [];
  } catch (error) {
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

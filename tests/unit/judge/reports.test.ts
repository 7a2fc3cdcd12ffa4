import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { missingTool } from '../../envoy/certificates';
import { judgedTwice, type Report, remarksOn, tallyOf, toJson, toTable } from '../../envoy/reports';
import { formatJudgements } from '../../envoy/table';
import { findEnvoy } from '../../envoy/virtual-env';

function report(name: string, init: Partial<Report> = {}): Report {
  return { scenario: { name, topic: 'retries', claim: 'retries' }, problems: [], seconds: 1, ...init };
}

const REPORTS = [
  report('good'),
  report('late', { atFirst: ['1000 ms in Envoy, 300 ms in the engine'] }),
  report('bad', { atFirst: ['503'], problems: ['503 again'] }),
  report('mtls', { skipped: 'there is no openssl' }),
];

describe('what a run says', () => {
  it('names the scenarios that needed a second verdict, and what the first one was', () => {
    expect(judgedTwice(REPORTS)).toEqual(['late', 'bad']);
    expect(toTable(REPORTS)).toContain('judged a second time, alone: late, bad\n2 passed, 1 failed, 1 skipped');
    expect(toTable(REPORTS)).toMatch(/^late +agrees \(second verdict\)/m);
    expect(remarksOn(REPORTS)).toBe(
      'AT FIRST late: 1000 ms in Envoy, 300 ms in the engine\nAT FIRST bad: 503\nFAILED bad: 503 again\n' +
        'SKIPPED mtls: there is no openssl\n',
    );
    const parsed: unknown = JSON.parse(toJson(REPORTS));
    expect(parsed).toMatchObject({
      judgedTwice: ['late', 'bad'],
      scenarios: [{}, { atFirst: [expect.any(String)] }, {}, {}],
    });
    const table = formatJudgements(REPORTS);
    expect(table).toContain('alone, because the first verdict of this run disagreed: `late`, `bad`.');
    expect(table).toContain('| retries | `late` | retries | agrees (second verdict) |');
    expect(formatJudgements([report('good')])).toContain('Each was judged once.');
  });

  it('counts what was skipped as neither passed nor failed', () => {
    expect(tallyOf(REPORTS)).toEqual({ passed: 2, failed: 1, skipped: 1 });
  });
});

describe('what a run needs', () => {
  it('is named where it is missing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'meshwork-judge-'));
    vi.stubEnv('PATH', folder);
    try {
      expect(missingTool()).toMatch(/^there is no openssl: .*ENOENT/);
      expect(findEnvoy(join(folder, 'envoy'))).toMatchObject({
        kind: 'missing',
        reason: expect.stringMatching(/cannot be installed: .*python3.*ENOENT/),
      });
    } finally {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

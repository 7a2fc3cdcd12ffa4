import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALL_SCENARIOS, EXPORTS } from '../../envoy/all';
import { requireUniqueNames } from '../../envoy/reports';
import { rowHead } from '../../envoy/table';
import { repositoryRoot } from '../../support/shared';

function rowsOfTheDocument(): readonly string[] {
  const text = readFileSync(join(repositoryRoot(), 'docs', 'SEMANTICS.md'), 'utf8');
  const table = text.slice(text.indexOf('<!-- judge: begin -->'), text.indexOf('<!-- judge: end -->'));
  return table.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| topic |'));
}

const withoutResult = (row: string) => row.slice(0, row.lastIndexOf('|', row.length - 2) + 1);

describe('the scenarios of the judge', () => {
  it('have names of their own', () => {
    expect(() => requireUniqueNames([...ALL_SCENARIOS, { name: EXPORTS }])).not.toThrow();
    expect(() => requireUniqueNames([{ name: 'same' }, { name: 'other' }, { name: 'same' }])).toThrow('called same');
  });

  it('are exactly those that the documentation lists, with the same words', () => {
    const rows = rowsOfTheDocument();
    const isExports = (row: string) => row.startsWith(`| ${EXPORTS} | \`${EXPORTS}\` |`);
    expect(rows.filter(isExports)).toHaveLength(1);
    const listed = rows.filter((row) => !isExports(row)).map(withoutResult);
    expect(listed.toSorted()).toEqual(ALL_SCENARIOS.map(rowHead).toSorted());
  });

  it('agreed when the documentation was written', () => {
    for (const row of rowsOfTheDocument()) expect(row).toMatch(/\| agrees( \(second verdict\))? \|$/);
  });
});

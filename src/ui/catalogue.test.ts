import { expect, test } from 'vitest';
import { CATALOGUE, summaryOf } from './catalogue';

test('a summary is the first sentence below the heading', () => {
  expect(summaryOf('# Title\n\nOne **bold** thing. Another.\n')).toBe('One bold thing.');
  expect(summaryOf('# Title\n\nA shop: with `parts`; and more\nlines')).toBe('A shop.');
  expect(summaryOf('')).toBe('');
});

test('every scenario opens, unknown ones do not', async () => {
  for (const { id, title, summary } of CATALOGUE.list) {
    expect((await CATALOGUE.open(id)).title).toBe(title);
    expect(summary).not.toBe('');
  }
  await expect(CATALOGUE.open('none')).rejects.toThrow('There is no scenario none.');
});

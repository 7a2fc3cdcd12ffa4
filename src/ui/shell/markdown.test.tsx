// @vitest-environment jsdom
import { render } from '@testing-library/react';
import { expect, test } from 'vitest';
import { Markdown } from './markdown';

function html(text: string): string {
  return render(<Markdown text={text} />).container.innerHTML.replace(/^<div class="markdown">|<\/div>$/g, '');
}

test('draws headings, paragraphs, lists and code', () => {
  expect(html('# Title\n\nTwo\nlines of `code` and **weight** and *stress*.')).toBe(
    '<h2>Title</h2><p>Two lines of <code>code</code> and <strong>weight</strong> and <em>stress</em>.</p>',
  );
  expect(html('1. one\n   goes on\n2. two')).toBe('<ol><li>one goes on</li><li>two</li></ol>');
  expect(html('- a\n- b\n\n```yaml\nkind: X\n```')).toBe(
    '<ul><li>a</li><li>b</li></ul><pre tabindex="0"><code>kind: X</code></pre>',
  );
  expect(html('> said\n> so')).toBe('<blockquote>said so</blockquote>');
});

test('never makes elements of what is written', () => {
  expect(html('<img src=x onerror=alert(1)>')).toBe('<p>&lt;img src=x onerror=alert(1)&gt;</p>');
  expect(html('[x](javascript:alert(1)) [y](data:text/html,z)')).toBe('<p>x) y</p>');
});

test('follows only addresses of pages', () => {
  expect(html('[docs](https://istio.io/latest)')).toBe(
    '<p><a href="https://istio.io/latest" target="_blank" rel="noreferrer noopener">docs</a></p>',
  );
});

test('takes any text', () => {
  for (const text of ['', '#', '```', '- ', '**', '[](', '> ', '`a', '1)']) expect(() => html(text)).not.toThrow();
});

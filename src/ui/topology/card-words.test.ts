import { describe, expect, test } from 'vitest';
import { boxCaption, captionOf } from './box-caption';
import { nameLines } from './service-card';

describe('the name on a small card', () => {
  test('stands on one line when it fits', () => {
    expect(nameLines('auth', 12)).toEqual(['auth']);
  });

  test('breaks after a hyphen and before the word that many end in', () => {
    expect(nameLines('hero-registry-api', 14)).toEqual(['hero-registry-', 'api']);
    expect(nameLines('istio-ingressgateway', 13)).toEqual(['istio-ingress', 'gateway']);
    expect(nameLines('paymentservice', 13)).toEqual(['payment', 'service']);
  });

  test('is cut in the middle where a part is still too long', () => {
    expect(nameLines('recommendationservice', 11)).toEqual(['recom…ation', 'service']);
    expect(nameLines('averylongnamewithoutanybreak', 9)).toEqual(['aver…reak']);
  });
});

describe('the label of a namespace', () => {
  const box = { name: 'heroes', injection: 'on', rect: { x: 0, y: 100, width: 500, height: 200 } } as const;

  test('is as long as its box allows', () => {
    expect(boxCaption('heroes', 'on', 500)).toBe('namespace heroes · sidecar injection on');
    expect(boxCaption('heroes', 'on', 240)).toBe('heroes · injection on');
    expect(boxCaption('heroes', 'on', 80)).toBe('heroes');
  });

  test('gives way to a line that runs through it', () => {
    expect(captionOf(box, 1, []).text).toBe('namespace heroes · sidecar injection on');
    expect(captionOf(box, 1, [[240, 200, 240, 150, 240, 50, 240, 0]]).text).toBe('heroes · injection on');
    expect(captionOf(box, 1, [[400, 200, 400, 150, 400, 50, 400, 0]]).text).toBe(
      'namespace heroes · sidecar injection on',
    );
  });
});

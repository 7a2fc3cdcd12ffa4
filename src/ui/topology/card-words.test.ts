import { describe, expect, test } from 'vitest';
import type { Cubic } from './bezier';
import { boxCaption, captionOf, summaryRoom } from './box-caption';
import { nameLines } from './name-lines';

const upTo = (characters: number) => (text: string) => text.length <= characters;

describe('the name on a small card', () => {
  test('stands on one line when it fits', () => {
    expect(nameLines('auth', upTo(12))).toEqual(['auth']);
  });

  test('breaks after a hyphen and before the word that many end in', () => {
    expect(nameLines('hero-registry-api', upTo(14))).toEqual(['hero-registry-', 'api']);
    expect(nameLines('istio-ingressgateway', upTo(13))).toEqual(['istio-ingress', 'gateway']);
    expect(nameLines('paymentservice', upTo(13))).toEqual(['payment', 'service']);
  });

  test('is cut in the middle where a part is still too long', () => {
    expect(nameLines('recommendationservice', upTo(11))).toEqual(['recom…ation', 'service']);
    expect(nameLines('api.quantum.example', upTo(11))).toEqual(['api.q…ntum.', 'example']);
    expect(nameLines('averylongnamewithoutanybreak', upTo(9))).toEqual(['aver…reak']);
  });
});

describe('the label of a namespace', () => {
  const box = { name: 'heroes', injection: 'on', rect: { x: 0, y: 100, width: 500, height: 200 } } as const;

  test('is as long as its box allows', () => {
    expect(boxCaption('heroes', 'on', 500).text).toBe('namespace heroes · sidecar injection on');
    expect(boxCaption('heroes', 'on', 240).text).toBe('heroes · injection on');
    expect(boxCaption('heroes', 'on', 80).text).toBe('heroes');
  });

  test('gives way to a line that runs through it, and moves when none of its forms is free', () => {
    const at = (x: number): Cubic => [x, 200, x, 150, x, 50, x, 0];
    expect(captionOf(box, 1, []).text).toBe('namespace heroes · sidecar injection on');
    expect(captionOf(box, 1, [at(240)]).text).toBe('heroes · injection on');
    expect(captionOf(box, 1, [at(400)]).text).toBe('namespace heroes · sidecar injection on');
    expect(captionOf(box, 1, [at(40)])).toMatchObject({ text: 'heroes', left: 42, rect: { x: 42 } });
  });
});

test('a namespace seen from far away says what its box has room for', () => {
  const box = (width: number, height: number) => ({ name: 'istio-system', rect: { x: 0, y: 0, width, height } });
  expect(summaryRoom(box(600, 300), 4)).toEqual({ name: 'istio-system', numbers: true });
  expect(summaryRoom(box(600, 200), 4)).toEqual({ name: 'istio-system', numbers: false });
  expect(summaryRoom(box(240, 300), 4)).toEqual({ name: 'ist…tem', numbers: false });
  expect(summaryRoom(box(100, 100), 4)).toEqual({ name: '', numbers: false });
});

import { describe, expect, it } from 'vitest';
import { readRounds } from './faults/rounds.js';

describe('the rounds of a long test', () => {
  it('are all of them without a word, and never fewer than one', () => {
    expect(readRounds({}).of(200)).toBe(200);
    expect(readRounds({ TESSERA_TEST_SHARE: '0.1' }).of(200)).toBe(20);
    expect(readRounds({ TESSERA_TEST_SHARE: '0.000001' }).of(20)).toBe(1);
    expect(readRounds({ TESSERA_TEST_SEED: '7' }).seed).toBe(7);
  });

  it.each(['', ' ', '0', '0.0', '00', '-1', 'NaN', 'half', '1e3', 'Infinity', '0x1', '.5', '0.1 '])(
    'are refused as "%s" of them',
    (share) => {
      expect(() => readRounds({ TESSERA_TEST_SHARE: share })).toThrow(
        `TESSERA_TEST_SHARE is a number above 0, not "${share}"`,
      );
    },
  );

  it('are refused with a seed that is none', () => {
    for (const seed of ['', 'x', '1.5'])
      expect(() => readRounds({ TESSERA_TEST_SEED: seed })).toThrow('is a whole number');
  });
});

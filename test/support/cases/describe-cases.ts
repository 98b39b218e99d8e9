import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixturesFolder } from '../shared.js';
import { runCase } from './run-case.js';

export const casesFolder = path.join(fixturesFolder, 'cases');

/** Cases that do not hold yet, each with why. One that holds fails its test until it is taken off. */
const PENDING: Readonly<Record<string, string>> = {
  '15-stripe-payments': 'payments with a refunded amount',
  '31-only-refunded-customer': 'who keeps nothing is not among the best',
  '34-contact-export': 'contacts without an id',
};

/** The folders of cases below one, by their path in `test/fixtures/cases`. */
export function casesBelow(folder: string): string[] {
  const whole = path.join(casesFolder, folder);
  if (!existsSync(whole)) return [];
  if (existsSync(path.join(whole, 'expected.json'))) return [folder];
  return readdirSync(whole, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => casesBelow(path.posix.join(folder, name)))
    .sort();
}

/** A test a case. */
export function describeCases(title: string, cases: readonly string[]): void {
  describe(title, () => {
    it.each(cases)('%s', async (name) => {
      const folder = path.join(casesFolder, name);
      expect(readFileSync(path.join(folder, 'case.md'), 'utf8'), 'case.md says who does what').toMatch(/^# /);
      const short = await runCase(folder);
      const reason = PENDING[name];
      if (reason === undefined) expect(short).toEqual([]);
      else expect(short, `it holds now: take it off the list of pending cases (${reason})`).not.toEqual([]);
    });
  });
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixturesFolder } from '../shared.js';
import { runCase } from './run-case.js';

export const casesFolder = path.join(fixturesFolder, 'cases');

/** Cases that do not hold yet, each with why. One that holds fails its test until it is taken off. */
const PENDING: Readonly<Record<string, string>> = {
  '01-shopify-multicurrency-lines': 'rows of one order inherit its currency',
  '02-shopify-order-discount': 'discounts beside the price are taken off',
  '03-magento-closed': "a platform's own status words",
  '06-gift-card': 'a gift card sold is a liability',
  '07-email-case-guest-account': 'placeholders are nobody; guests go by their address',
  '08-excel-ids': 'rounded ids are refused',
  '11-thousands-and-zero-decimal': 'thousands points and currency words',
  '15-stripe-payments': 'payments with a refunded amount',
  '17-future-dated-order': 'future moments are kept out of the run',
  '18-first-row-in-quarantine': 'an order waits as a whole',
  '19-square-items': 'signs, brackets and weights in cells',
  '24-date-forms': 'dates in the forms of other platforms',
  '30-order-edited-later': 'a later export replaces an order',
  '31-only-refunded-customer': 'who keeps nothing is not among the best',
  '34-contact-export': 'contacts without an id',
  '35-negative-row-and-status': 'one refund told twice',
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

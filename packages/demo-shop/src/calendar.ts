import type { Chance } from './chance.js';

export const FIRST_MOMENT = Date.UTC(2019, 0, 10);
/** The moment of extraction, at the end of 2025-08-27: nothing in the files is later. */
export const LAST_MOMENT = Date.UTC(2025, 7, 27, 23, 59, 59);

export const DAY = 86_400_000;
export const YEAR = 365.25 * DAY;

/** Demand by month, January first; the holidays sell most. */
export const MONTH_DEMAND = [0.9, 0.8, 0.88, 0.92, 1.0, 1.0, 0.95, 0.9, 0.95, 1.05, 1.45, 1.6];

export const monthOf = (moment: number): number => new Date(moment).getUTCMonth();
export const wholeSecond = (moment: number): number => Math.floor(moment / 1000) * 1000;

/** Moments of sign-up, oldest first, denser from year to year and before the holidays; constant memory for any count. */
export function* signUpMoments(chance: Chance, customerCount: number): Generator<number> {
  const months: { start: number; end: number; weight: number }[] = [];
  for (let start = FIRST_MOMENT; start < LAST_MOMENT; ) {
    const date = new Date(start);
    const end = Math.min(LAST_MOMENT, Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1));
    const growth = 1 + (1.9 * (start - FIRST_MOMENT)) / (LAST_MOMENT - FIRST_MOMENT);
    months.push({ start, end, weight: (end - start) * growth * MONTH_DEMAND[date.getUTCMonth()] });
    start = end;
  }
  const total = months.reduce((sum, month) => sum + month.weight, 0);
  let month = 0;
  let before = 0;
  for (let index = 0; index < customerCount; index++) {
    const target = ((index + chance.unit()) / customerCount) * total;
    while (month < months.length - 1 && before + months[month].weight < target) before += months[month++].weight;
    const { start, end, weight } = months[month];
    yield wholeSecond(Math.min(end - 1000, start + ((target - before) / weight) * (end - start)));
  }
}

import type { CustomerFeatures, FeatureName } from '../customers/customer-features.js';
import type { SegmentDistance } from '../model.js';
import { copyRow } from './next-steps.js';
import { type RfmFitted, type RowScores, rowScorer, rulesOf } from './rfm-fitted.js';
import { comparisonsOf, type SegmentRule } from './segment-rules.js';

/** The smallest step of money as the features round it. */
const SMALLEST_AMOUNT = 0.0001;
/** A bound in whole cents that is never below the exact one: who is above it is above that too. */
const upToCents = (amount: number) => Math.ceil(amount * 100 - 1e-6) / 100;

/** The largest values on the near side of every bound that the rules set to a feature itself, where more passes it. */
function boundsBelow(rules: readonly SegmentRule[], field: FeatureName, smallestStep: number): number[] {
  return rules
    .flatMap(({ when }) => comparisonsOf(when))
    .filter((comparison) => comparison.field === field)
    .flatMap(({ gte, gt, lte, lt }) => [
      ...[gte, lt].flatMap((bound) => (bound === undefined ? [] : [bound - smallestStep])),
      ...[gt, lte].flatMap((bound) => bound ?? []),
    ]);
}

const ascending = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);
const known = (cutOffs: readonly (number | null)[]) => cutOffs.flatMap((cutOff) => cutOff ?? []);

/**
 * Every segment within reach, nearest first: by an order today, by more orders, by more spend, or by letting time pass. Only
 * steps that a customer can take are named; nobody becomes less recent by acting.
 *
 * An order today sets the days since the last one to 0 and adds to orders and, where the sentence says so, to net spend; the
 * value an order follows. Everything else that a rule may ask for is taken to stay as it is.
 */
export function nearestSegments(
  fitted: RfmFitted,
  { columns }: CustomerFeatures,
  row: number,
  scores: RowScores,
): SegmentDistance[] {
  const rules = rulesOf(fitted);
  const scoreOf = rowScorer(fitted);
  const found = new Map<string, string>();
  const note = (index: number, text: string) => {
    const key = rules[index]!.key;
    if (index !== scores.segment && !found.has(key)) found.set(key, text);
  };
  const orderCount = columns.orders[row]!;
  const spend = columns.netRevenue[row]!;
  const segmentAfter = (changes: Partial<Record<FeatureName, number>>) => {
    const changed = copyRow({ columns }, row).columns;
    for (const [name, value] of Object.entries(changes)) changed[name as FeatureName][0] = value;
    return scoreOf(changed, 0)!.segment;
  };
  const segmentAfterOrders = (more: number, netRevenue = spend) =>
    segmentAfter({
      recencyDays: 0,
      orders: orderCount + more,
      netRevenue,
      averageOrderValue: netRevenue / (orderCount + more),
    });

  const next = segmentAfterOrders(1);
  note(next, `one more order now moves to ${rules[next]!.title}`);
  for (const bound of ascending([...known(fitted.frequency), ...boundsBelow(rules, 'orders', 1)])) {
    if (bound < orderCount) continue;
    const needed = Math.floor(bound) + 1 - orderCount;
    const reached = segmentAfterOrders(needed);
    note(
      reached,
      `${needed} more order${needed === 1 ? '' : 's'} move${needed === 1 ? 's' : ''} to ${rules[reached]!.title}`,
    );
  }
  for (const exact of ascending([...known(fitted.monetary), ...boundsBelow(rules, 'netRevenue', SMALLEST_AMOUNT)])) {
    if (exact < spend) continue;
    const bound = upToCents(exact);
    const reached = segmentAfterOrders(1, bound + SMALLEST_AMOUNT);
    note(
      reached,
      `one more order that brings net spend above ${bound.toFixed(2)} (now ${spend.toFixed(2)}) moves to ${rules[reached]!.title}`,
    );
  }
  const recencyDays = columns.recencyDays[row]!;
  const tenureDays = columns.tenureDays[row]!;
  // Without an order only time passes. A cut-off is the first day that scores less; a bound below is the last one before it.
  const turns = ascending([
    ...known(fitted.recency).map((cutOff) => -cutOff),
    ...boundsBelow(rules, 'recencyDays', 1).map((last) => Math.floor(last) + 1),
    ...boundsBelow(rules, 'tenureDays', 1).map((last) => Math.floor(last) + 1 + recencyDays - tenureDays),
  ]);
  for (const day of turns) {
    if (!(day > recencyDays)) continue;
    const reached = segmentAfter({ recencyDays: day, tenureDays: tenureDays + day - recencyDays });
    if (reached === scores.segment) continue;
    note(
      reached,
      `without an order, moves to ${rules[reached]!.title} after ${day} ${day === 1 ? 'day' : 'days'} since the last one`,
    );
    break;
  }
  return [...found].map(([segmentKey, text]) => ({ segmentKey, text }));
}

import type { CustomerFeatures } from '../../customers/customer-features.js';
import type { FeatureName } from '../../customers/features.js';
import type { SegmentDistance } from '../../model.js';
import { type Named, type Said, said } from '../../words/reasons.js';
import { copyRow, MOST_ORDERS, setOrders, usualOrderValue } from '../next-steps.js';
import { comparisonsOf } from '../rules/rule-condition.js';
import type { SegmentRule } from '../rules/segment-rules.js';
import { type RfmFitted, type RowScores, rowScorer, rulesOf } from './rfm-fitted.js';

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

/** One way into a segment, and what it costs the customer. */
interface Way {
  readonly segment: number;
  readonly cost: number;
  readonly told: Said;
}

/**
 * Every segment within reach, nearest first: by an order today, by more spend in it or more orders, whichever costs less, or
 * by letting time pass. Only steps that a customer can take are named; nobody becomes less recent by acting.
 *
 * Orders are of the usual size, and the sentence says so wherever their size matters (`next-steps.ts`): an order that were
 * taken to bring nothing would promise too little. Everything else that a rule may ask for is taken to stay as it is.
 */
export function nearestSegments(
  fitted: RfmFitted,
  { columns }: CustomerFeatures,
  row: number,
  scores: RowScores,
): SegmentDistance[] {
  const rules = rulesOf(fitted);
  const scoreOf = rowScorer(fitted);
  const found = new Map<string, Said>();
  const named = (index: number): Named => ({ key: rules[index]!.key, title: rules[index]!.title });
  const note = (index: number, told: Said) => {
    const key = rules[index]!.key;
    if (index !== scores.segment && !found.has(key)) found.set(key, told);
  };
  const spend = columns.netRevenue[row]!;
  const usual = usualOrderValue(columns, row);
  const segmentAfterOrders = (more: number, netRevenue?: number) => {
    const changed = copyRow({ columns }, row);
    setOrders(changed, { columns }, row, more);
    if (netRevenue !== undefined) {
      changed.columns.netRevenue[0] = netRevenue;
      changed.columns.averageOrderValue[0] = netRevenue / changed.columns.orders[0]!;
    }
    return scoreOf(changed.columns, 0)!.segment;
  };

  const larger: Way[] = ascending([...known(fitted.monetary), ...boundsBelow(rules, 'netRevenue', SMALLEST_AMOUNT)])
    .filter((exact) => exact >= spend)
    .map((exact) => {
      const bound = upToCents(exact);
      const segment = segmentAfterOrders(1, bound + SMALLEST_AMOUNT);
      const told = said('spend-moves', { bound, now: spend, segment: named(segment) });
      return { segment, cost: bound - spend, told };
    });
  const next = segmentAfterOrders(1);
  const whateverItBrings = [segmentAfterOrders(1, spend), ...larger.map(({ segment }) => segment)];
  const isSizeAll = whateverItBrings.every((segment) => segment === next);
  note(next, said('order-moves', { orders: 1, size: isSizeAll ? 'any' : 'usual', segment: named(next) }));
  const more = Array.from({ length: MOST_ORDERS - 1 }, (_, index): Way => {
    const orders = index + 2;
    const segment = segmentAfterOrders(orders);
    const told = said('order-moves', { orders, size: 'usual', segment: named(segment) });
    return { segment, cost: orders * usual, told };
  });
  for (const { segment, told } of [...larger, ...more].sort((a, b) => a.cost - b.cost)) note(segment, told);

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
    const changed = copyRow({ columns }, row).columns;
    changed.recencyDays[0] = day;
    changed.tenureDays[0] = tenureDays + day - recencyDays;
    const reached = scoreOf(changed, 0)!.segment;
    if (reached === scores.segment) continue;
    note(reached, said('silence-moves', { days: day, segment: named(reached) }));
    break;
  }
  return [...found].map(([segmentKey, told]) => ({ segmentKey, ...told }));
}

import { type CustomerFeatures, emptyFeatures } from '../customers/customer-features.js';
import { FEATURE_NAMES, type FeatureName } from '../customers/features.js';
import { type Named, type Said, said } from '../words/reasons.js';

/** Steps that are tried: further ones are not advice. */
export const MOST_ORDERS = 12;
const MOST_DAYS = 730;

type Columns = CustomerFeatures['columns'];
type OwnRow = CustomerFeatures & { columns: Record<FeatureName, Float64Array> };

/** One row's columns on their own, to be changed. */
export function copyRow({ columns }: Pick<CustomerFeatures, 'columns'>, row: number): OwnRow {
  const copy = emptyFeatures(1);
  for (const name of FEATURE_NAMES) copy.columns[name][0] = columns[name][row]!;
  return copy;
}

/**
 * What an order of the usual size brings: net spend an order, or, where everything so far was sent back, what an order was
 * before that; 0 where neither is known.
 */
export function usualOrderValue({ averageOrderValue, grossRevenue, orders }: Columns, row: number): number {
  const kept = averageOrderValue[row]!;
  const placed = grossRevenue[row]! / orders[row]!;
  return [kept, placed].find((amount) => Number.isFinite(amount) && amount > 0) ?? 0;
}

/** Makes a row that of the customer after more orders of the usual size, the last one today. */
export function setOrders(
  { columns: target }: OwnRow,
  { columns }: Pick<CustomerFeatures, 'columns'>,
  row: number,
  steps: number,
): void {
  target.orders[0] = columns.orders[row]! + steps;
  target.netRevenue[0] = columns.netRevenue[row]! + steps * usualOrderValue(columns, row);
  target.averageOrderValue[0] = target.netRevenue[0]! / target.orders[0]!;
  target.recencyDays[0] = 0;
  target.spanDays[0] = columns.tenureDays[row]!;
  target.elapsedSpanDays[0] = columns.tenureDays[row]!;
}

/** Makes a row that of the customer after days without an order. */
function setDays({ columns: target }: OwnRow, { columns }: CustomerFeatures, row: number, steps: number): void {
  target.recencyDays[0] = columns.recencyDays[row]! + steps;
  target.tenureDays[0] = columns.tenureDays[row]! + steps;
}

/** Where a customer would go, and how. */
export interface NextStep {
  readonly segment: number;
  readonly told: (segment: Named) => Said;
}

/** The first move that a kind of step leads to, on one row that is changed from step to step. */
function firstMove(
  features: CustomerFeatures,
  row: number,
  set: (changed: OwnRow, features: CustomerFeatures, row: number, steps: number) => void,
  most: number,
  segmentOf: (changed: CustomerFeatures) => number,
  isMove: (segment: number) => boolean,
) {
  const changed = copyRow(features, row);
  for (let steps = 1; steps <= most; steps++) {
    set(changed, features, row, steps);
    const segment = segmentOf(changed);
    if (isMove(segment)) return { segment, steps };
  }
  return null;
}

/**
 * The segment that the fewest more orders of the usual size lead to, of at most twelve; null where none does.
 * @param segmentOf the segment of the only row of its features @param isMove whether a segment is one to name
 */
export function stepByOrders(
  features: CustomerFeatures,
  row: number,
  segmentOf: (changed: CustomerFeatures) => number,
  isMove: (segment: number) => boolean,
): NextStep | null {
  const move = firstMove(features, row, setOrders, MOST_ORDERS, segmentOf, isMove);
  if (move === null) return null;
  return {
    segment: move.segment,
    told: (segment) => said('order-moves', { orders: move.steps, size: 'usual', segment }),
  };
}

/** The segment that the fewest days without an order lead to, of at most two years; see `stepByOrders`. */
export function stepByWaiting(
  features: CustomerFeatures,
  row: number,
  segmentOf: (changed: CustomerFeatures) => number,
  isMove: (segment: number) => boolean,
): NextStep | null {
  const move = firstMove(features, row, setDays, MOST_DAYS, segmentOf, isMove);
  if (move === null) return null;
  return { segment: move.segment, told: (segment) => said('waiting-moves', { days: move.steps, segment }) };
}

import { InvalidInputError } from '../../errors.js';
import { groupRows } from '../../numerics/weighted-patterns.js';

/**
 * What the buy-till-you-die models know of customers, one entry a customer, times in one unit of the caller's choice.
 * Purchases on one day count as one. These words are the models' own: RFM's frequency counts all orders, its recency
 * looks back from today.
 */
export interface PurchaseHistories {
  /** Purchases after the first: `x` in the papers. Whole, 0 for a one-time buyer. */
  readonly repeatPurchases: Float64Array;
  /** Time from the first to the last purchase: `t_x`. 0 to `observedTime`; not read where there was no repeat. */
  readonly recencyAtLastPurchase: Float64Array;
  /** Time from the first purchase to the moment of observation: `T`. 0 or more. */
  readonly observedTime: Float64Array;
}

/** The distinct histories with their weights, and the sums that every likelihood here needs. */
export interface GroupedHistories extends PurchaseHistories {
  readonly weights: Float64Array;
  /** Customers counted, and those left out because their row is no purchase history. */
  readonly customers: number;
  readonly leftOut: number;
  /** Entry k: how many customers have more than k repeat purchases. Its length is the largest count. */
  readonly customersAbove: Float64Array;
  readonly meanObservedTime: number;
}

/** More purchases than one a minute for two years: not a person's history. Bounds the tables of the likelihoods. */
const MOST_PURCHASES = 1_000_000;

/** Whether a row can be a purchase history: NaN, negative, fractional or contradictory rows cannot. */
export function isPurchaseHistory(histories: PurchaseHistories, row: number): boolean {
  const repeats = histories.repeatPurchases[row]!;
  const last = histories.recencyAtLastPurchase[row]!;
  const observed = histories.observedTime[row]!;
  if (!(repeats >= 0 && repeats <= MOST_PURCHASES && Number.isInteger(repeats))) return false;
  if (!(observed >= 0 && observed < Number.POSITIVE_INFINITY)) return false;
  return repeats === 0 || (last >= 0 && last <= observed);
}

/**
 * Groups equal histories; rows that are none are left out and counted.
 * @throws InvalidInputError when the columns differ in length
 * O(customers).
 */
export function groupHistories(histories: PurchaseHistories): GroupedHistories {
  const rows = histories.repeatPurchases.length;
  if (histories.recencyAtLastPurchase.length !== rows || histories.observedTime.length !== rows) {
    throw new InvalidInputError(
      `groupHistories requires columns of equal length, got ${rows}, ${histories.recencyAtLastPurchase.length} and ` +
        `${histories.observedTime.length}`,
    );
  }
  const kept = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)] as const;
  let customers = 0;
  let observedSum = 0;
  let most = 0;
  for (let row = 0; row < rows; row++) {
    if (!isPurchaseHistory(histories, row)) continue;
    const repeats = histories.repeatPurchases[row]!;
    kept[0][customers] = repeats;
    kept[1][customers] = repeats === 0 ? 0 : histories.recencyAtLastPurchase[row]!;
    kept[2][customers] = histories.observedTime[row]!;
    observedSum += histories.observedTime[row]!;
    if (repeats > most) most = repeats;
    customers++;
  }
  const { columns, weights } = groupRows(kept.map((column) => column.subarray(0, customers)));
  const [repeatPurchases, recencyAtLastPurchase, observedTime] = columns as [Float64Array, Float64Array, Float64Array];
  const customersAbove = new Float64Array(most);
  for (let pattern = 0; pattern < weights.length; pattern++) {
    const repeats = repeatPurchases[pattern]!;
    if (repeats > 0) customersAbove[repeats - 1]! += weights[pattern]!;
  }
  for (let k = most - 2; k >= 0; k--) customersAbove[k]! += customersAbove[k + 1]!;
  return {
    repeatPurchases,
    recencyAtLastPurchase,
    observedTime,
    weights,
    customers,
    leftOut: rows - customers,
    customersAbove,
    meanObservedTime: customers === 0 ? 0 : observedSum / customers,
  };
}

import { InvalidInputError } from '../errors.js';

export interface DiscountOptions {
  /** In the time unit of the purchase model. */
  readonly periodLength: number;
  /** The horizon is periodLength x periodCount. */
  readonly periodCount: number;
  /** A period, 0 or more: 0.01 a month is 12.7 % a year. */
  readonly discountRate: number;
}

/** Value today of 1 at the end of every period. */
export function annuity({ periodCount, discountRate }: DiscountOptions): number {
  let value = 0;
  for (let period = 1; period <= periodCount; period++) value += (1 + discountRate) ** -period;
  return value;
}

/**
 * Value of each customer's future orders today: what is expected in each period, discounted from its end
 * (the sum over i of [E(i) - E(i - 1)] x order value / (1 + rate)^i).
 * @param purchasesWithin expected purchases of each customer from now until the given time
 * @param orderValue expected value of one order of each customer; NaN gives NaN
 * @returns 0 or more where purchases and order value are
 * @throws InvalidInputError for a period that is not positive, a count that is not whole and positive, a negative rate
 */
export function discountedValue(
  purchasesWithin: (horizon: number) => Float64Array,
  orderValue: Float64Array,
  { periodLength, periodCount, discountRate }: DiscountOptions,
): Float64Array {
  if (!(periodLength > 0 && Number.isInteger(periodCount) && periodCount > 0 && discountRate >= 0)) {
    throw new InvalidInputError(
      `discountedValue requires periodLength > 0, a whole periodCount > 0 and discountRate >= 0, got ${periodLength}, ` +
        `${periodCount} and ${discountRate}`,
    );
  }
  const value = new Float64Array(orderValue.length);
  let before: Float64Array = new Float64Array(orderValue.length);
  for (let period = 1; period <= periodCount; period++) {
    const within = purchasesWithin(period * periodLength);
    const factor = (1 + discountRate) ** -period;
    for (let row = 0; row < value.length; row++) {
      // Rounding can make a difference of two nearly equal expectations negative; an expectation never falls.
      value[row]! += Math.max(0, within[row]! - before[row]!) * orderValue[row]! * factor;
    }
    before = within;
  }
  return value;
}

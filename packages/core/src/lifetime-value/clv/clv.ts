import type { CustomerFeatures } from '../../customers/customer-features.js';
import type { BasisStatus, Explanation, FittedSummary, Model, Reason, Scores } from '../../model.js';
import { fitPercentiles, percentileOf } from '../../numerics/quantiles/percentile-table.js';
import { notes, said, type Wording } from '../../words/reasons.js';
import { annuity } from '../discounted-value.js';
import { buyersOfWindow, SCORE_WINDOW, takeCustomers } from '../labelled-rows.js';
import { predictPurchases } from '../purchase-models/purchase-model.js';
import { explainTweedieModel, predictTweedieModel } from '../tweedie/tweedie-model.js';
import { type ClvFitted, type ClvOptions, discountOf, fitClv, HORIZON_DAYS, tweedieInputs } from './clv-fit.js';
import { keptShareOf } from './kept-share.js';
import { predictionInterval, untestedInterval } from './prediction-interval.js';

/** What `clv.score` gives; money in the shop's currency, NaN where there is none. */
export const CLV_COLUMNS = [
  /** Revenue expected in the next 90 days, before returns; 0 or more. */
  'predicted90Days',
  /** The range that 9 of 10 customers with such a prediction fell into in the back-test; before there was one, by their orders. */
  'predicted90DaysLow',
  'predicted90DaysHigh',
  /** What of `predicted90Days` is expected to be kept after returns. */
  'netOfReturns90Days',
  /** Share of buyers with at most this prediction, 0 to 1, ties averaged; NaN until ranks are fitted. */
  'percentile',
  /** 1 is the best tenth. */
  'decile',
  'expectedOrders90Days',
  /** 0 to 1. */
  'probabilityAlive',
  'expectedOrderValue',
  /** 1 where the order value is the average of repeat buyers because this customer bought once, else 0. */
  'orderValueIsGroupAverage',
  /**
   * Discounted revenue over the lifetime horizon of the options, net of expected returns: `predicted90Days` carried on as
   * the purchase model sees the days after compare with the next 90.
   */
  'lifetimeValue',
] as const;

export type ClvColumn = (typeof CLV_COLUMNS)[number];

export interface ClvScores extends Scores {
  readonly columns: Readonly<Record<ClvColumn, Float64Array>>;
}

/** The lifetime value model: a regression on behaviour and a purchase model, judged against plain rankings. */
export const clv: Model<ClvOptions, ClvFitted, ClvScores> = {
  key: 'clv',
  title: said('model-title', { model: 'clv' }),
  version: '2',
  method: said('model-method', { model: 'clv' }),
  defaults: { lifetimePeriods: 12, yearlyDiscountRate: 0.1, demographics: [] },
  fit: (features, options, random) => withOwnRanks(fitClv(features, options, random), features),
  score,
  explain,
  summarise,
};

/** Ranks among the customers that are scored now; none where the fit saw labelled windows only. */
function withOwnRanks(fitted: ClvFitted, features: CustomerFeatures): ClvFitted {
  const buyers = buyersOfWindow(features, SCORE_WINDOW);
  return buyers.count === 0 ? fitted : withValueRanks(fitted, score(fitted, buyers).columns.predicted90Days);
}

/**
 * Adds the percentile table of the buyers' predictions: the second fit, once they are scored. No table where the verdict
 * offers no ranking.
 * @param predicted90Days of all buyers, any order; NaN is left out
 */
export function withValueRanks(fitted: ClvFitted, predicted90Days: Float64Array): ClvFitted {
  return { ...fitted, ranks: fitted.verdict.ranks ? fitPercentiles(predicted90Days) : null };
}

/** 1 for the best tenth to 10 for the last, out of a percentile rank of 0 to 1. */
function decileOf(percentile: number): number {
  return Number.isNaN(percentile) ? percentile : Math.max(1, Math.min(10, 11 - Math.ceil(10 * percentile - 1e-9)));
}

function score(fitted: ClvFitted, features: CustomerFeatures): ClvScores {
  const { method, options, tweedie, purchases, bands, ranks, keptShare } = fitted;
  const { count } = features;
  const columns = Object.fromEntries(CLV_COLUMNS.map((name) => [name, new Float64Array(count).fill(Number.NaN)]));
  const out = columns as Record<ClvColumn, Float64Array>;
  const statuses = new Array<BasisStatus>(count);
  const discount = discountOf(options);
  const buys = purchases && predictPurchases(purchases, features, HORIZON_DAYS, discount);
  /** What 1 in the next 90 days is worth over the lifetime of somebody who goes on at that pace. */
  const steadyLifetime = (annuity(discount) * discount.periodLength) / HORIZON_DAYS;
  const { numeric, categories } = tweedieInputs(features, options);
  const regression = method === 'TWEEDIE' && tweedie ? predictTweedieModel(tweedie, count, numeric, categories) : null;
  for (let row = 0; row < count; row++) {
    if (!(features.columns.orders[row]! >= 1)) {
      statuses[row] = 'NOT_APPLICABLE';
      continue;
    }
    if (buys === null) {
      statuses[row] = 'NOT_ENOUGH_DATA';
      continue;
    }
    const orders = buys.expectedOrders[row]!;
    const value = buys.expectedOrderValue[row]!;
    const purchases90 = orders * value;
    const predicted = regression ? regression[row]! : purchases90;
    const lifetimePerPurchases = purchases90 > 0 ? buys.lifetimeValue[row]! / purchases90 : steadyLifetime;
    const percentile = ranks ? percentileOf(ranks, predicted) : Number.NaN;
    const kept = keptShareOf(keptShare, features.columns.grossRevenue[row]!, features.columns.netRevenue[row]!);
    out.predicted90Days[row] = predicted;
    out.netOfReturns90Days[row] = predicted * kept;
    if (!Number.isNaN(predicted)) {
      const { low, high } = bands ? predictionInterval(bands, predicted) : untestedInterval(predicted, orders);
      out.predicted90DaysLow[row] = low;
      out.predicted90DaysHigh[row] = high;
    }
    out.percentile[row] = percentile;
    out.decile[row] = decileOf(percentile);
    out.expectedOrders90Days[row] = orders;
    out.probabilityAlive[row] = buys.probabilityAlive[row]!;
    out.expectedOrderValue[row] = value;
    out.orderValueIsGroupAverage[row] = buys.statuses[row] === 'MODELLED' ? 0 : 1;
    out.lifetimeValue[row] = predicted * lifetimePerPurchases * kept;
    statuses[row] = regression ? 'MODELLED' : Number.isNaN(predicted) ? 'NOT_ENOUGH_DATA' : buys.statuses[row]!;
  }
  return { columns: out, statuses };
}

/** Factors this near to 1 move nothing that anybody would see. */
const VISIBLE = 0.01;

/** Effects that multiply to the prediction: with the regression the base and its factors, else orders and order value. */
function explain(fitted: ClvFitted, features: CustomerFeatures, row: number): Explanation {
  const own = takeCustomers(features, [row]);
  const { columns, statuses } = score(fitted, own);
  if (statuses[0] === 'NOT_APPLICABLE') {
    return {
      reasons: [{ ...said('nothing-to-predict', {}), feature: 'orders' }],
      nearest: [],
    };
  }
  if (Number.isNaN(columns.predicted90Days[0]!)) {
    const reason = { ...said('too-little-known', {}), feature: 'orders', value: own.columns.orders[0]! };
    return { reasons: [reason], nearest: [] };
  }
  const reasons = fitted.method === 'TWEEDIE' ? regressionReasons(fitted, own) : purchaseReasons(fitted, columns);
  return { reasons, nearest: [] };
}

function regressionReasons(fitted: ClvFitted, own: CustomerFeatures): Reason[] {
  const { numeric, categories } = tweedieInputs(own, fitted.options);
  const { base, multipliers } = explainTweedieModel(fitted.tweedie!, numeric, categories);
  const strongest = multipliers
    .filter(({ factor }) => Math.abs(Math.log(factor)) > VISIBLE)
    .sort((left, right) => Math.abs(Math.log(right.factor)) - Math.abs(Math.log(left.factor)));
  const rest = multipliers
    .filter(({ factor }) => Math.abs(Math.log(factor)) <= VISIBLE)
    .reduce((product, { factor }) => product * factor, 1);
  const reasons: Reason[] = [
    { ...said('average-base', { amount: base }), feature: 'predicted90Days', value: base, effect: base },
    ...strongest.map(({ name, factor }): Reason => {
      const value = numeric[name]?.[0];
      if (value === undefined) return { ...levelReason(name, factor), feature: name, effect: factor };
      const isKnown = !Number.isNaN(value);
      const told = said('factor', { feature: name, value: isKnown ? value : null, factor });
      return isKnown ? { ...told, feature: name, value, effect: factor } : { ...told, feature: name, effect: factor };
    }),
  ];
  if (rest !== 1) {
    reasons.push({ ...said('everything-else', { factor: rest }), feature: 'predicted90Days', effect: rest });
  }
  return reasons;
}

/** Of a level of a category, by the name that the encoding gives it: `name=label`. */
function levelReason(name: string, factor: number) {
  const [category = '', ...label] = name.split('=');
  return said('category-factor', { category, label: label.join('='), factor });
}

function purchaseReasons(fitted: ClvFitted, columns: ClvScores['columns']): Reason[] {
  const orders = columns.expectedOrders90Days[0]!;
  const value = columns.expectedOrderValue[0]!;
  const alive = columns.probabilityAlive[0]!;
  const average = columns.orderValueIsGroupAverage[0] === 1;
  const repeaters = fitted.purchases?.repeatBuyers ?? 0;
  const reasons: Reason[] = [
    {
      ...said('expected-orders', { orders }),
      feature: 'expectedOrders90Days',
      value: orders,
      effect: orders,
    },
    {
      ...said(average ? 'group-order-value' : 'expected-order-value', { amount: value }),
      feature: 'expectedOrderValue',
      value,
      effect: value,
    },
  ];
  if (!Number.isNaN(alive)) {
    reasons.push({ ...said('still-customer', { probability: alive }), feature: 'probabilityAlive', value: alive });
  } else {
    reasons.push({ ...said('few-repeat-buyers', { buyers: repeaters }), feature: 'orders', value: repeaters });
  }
  return reasons;
}

function summarise(fitted: ClvFitted): FittedSummary {
  const { tweedie, purchases, method, verdict, backtest } = fitted;
  const clipped = tweedie?.regression.clippedTargets ?? 0;
  const others: (Wording | null | undefined)[] = [
    clipped > 0 ? said('returned-more', { customers: clipped }) : null,
    purchases?.bgNbd.note,
    purchases?.gammaGamma.note,
  ];
  return {
    parameters: { method, tweedie, purchases },
    metrics: { verdict, backtest },
    converged:
      (tweedie?.regression.converged ?? true) &&
      (purchases === null || (purchases.bgNbd.converged && purchases.gammaGamma.converged)),
    note: notes([verdict.sentence, ...others.flatMap((note) => note ?? [])]),
  };
}

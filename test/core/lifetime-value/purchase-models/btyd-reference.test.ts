import { discountedValue } from '@tessera/core/lifetime-value/discounted-value.js';
import {
  type BgNbdParameters,
  fitBgNbd,
  predictBgNbdAlive,
  predictBgNbdNewCustomer,
  predictBgNbdPurchases,
} from '@tessera/core/lifetime-value/purchase-models/bg-nbd.js';
import {
  fitGammaGamma,
  type GammaGammaParameters,
  meanOrderValueOfGroup,
  predictOrderValues,
} from '@tessera/core/lifetime-value/purchase-models/gamma-gamma.js';
import {
  fitParetoNbd,
  type ParetoNbdParameters,
  predictParetoNbdAlive,
  predictParetoNbdNewCustomer,
  predictParetoNbdPurchases,
} from '@tessera/core/lifetime-value/purchase-models/pareto-nbd.js';
import { describe, expect, test } from 'vitest';
import { sharedJson } from '../../../support/shared.js';
import {
  dayOf,
  readCdnow,
  readCdnowSummary,
  type SummaryRow,
  summarisePurchases,
  toHistories,
  worstRelative,
} from '../purchase-data.js';

/** Tolerances of the reference's README: parameters and predictions after one's own fit; formulae at given parameters. */
const AFTER_FIT = 0.005;
const FORMULA = 1e-6;
const LOG_LIKELIHOOD = 0.01;

type Sample = {
  customer_id: number;
  x: number;
  tx: number;
  T: number;
  z: number;
  clv?: Record<string, number>;
} & Record<string, number>;
interface View {
  customers: number;
  sum_x: number;
  bgnbd: BgNbdParameters & Expectations;
  pnbd: ParetoNbdParameters & Expectations;
  gamma_gamma: GammaGammaParameters & {
    log_likelihood: number;
    customers: number;
    population_mean: number;
    correlation_x_z: number;
    mean_conditional_over_all: number;
    left_out_zero_value: number;
  };
  customers_sample: Sample[];
  'holdout_1997-10-01_to_1998-06-30'?: {
    horizon: number;
    bgnbd_total: number;
    by_x: Record<string, { customers: number; bgnbd_mean: number }>;
  };
}
interface Expectations {
  log_likelihood: number;
  expected_purchases_random_customer: Record<string, number>;
  sum_conditional_expected: Record<string, number>;
  mean_p_alive: number;
}

const reference = sharedJson<Record<string, View>>('reference', 'btyd-cdnow.json');
const calibrationEnd = dayOf('1997-09-30');
const historyEnd = dayOf('1998-06-30');
const sample = readCdnow('cdnow_sample');
const master = readCdnow('cdnow_master');
const views: Record<string, SummaryRow[]> = {
  summary_file_weeks: readCdnowSummary(),
  sample_from_transactions_weeks: summarisePurchases(sample, calibrationEnd, 7),
  sample_full_history_days: summarisePurchases(sample, historyEnd, 1),
  master_from_transactions_weeks: summarisePurchases(master, calibrationEnd, 7),
  master_full_history_days: summarisePurchases(master, historyEnd, 1),
};

/** What the file's names of discounting options mean. */
const DISCOUNTS: Record<string, { periodLength: number; periodCount: number; discountRate: number }> = {
  '12_periods_of_4.345_weeks_at_1pct': { periodLength: 4.345, periodCount: 12, discountRate: 0.01 },
  '52_weeks_undiscounted': { periodLength: 52, periodCount: 1, discountRate: 0 },
  '12_periods_of_30_days_at_1pct': { periodLength: 30, periodCount: 12, discountRate: 0.01 },
  '90_days_undiscounted': { periodLength: 90, periodCount: 1, discountRate: 0 },
  '365_days_undiscounted': { periodLength: 365, periodCount: 1, discountRate: 0 },
};

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
const valuesOf = (rows: readonly SummaryRow[]) => ({
  repeatPurchases: Float64Array.from(rows, (row) => row.x),
  meanOrderValue: Float64Array.from(rows, (row) => row.z),
});

describe.each(Object.keys(views))('on CDNOW, view %s,', (name) => {
  const view = reference[name]!;
  const rows = views[name]!;
  const histories = toHistories(rows);
  const values = valuesOf(rows);
  const sampled = view.customers_sample;
  const sampleHistories = toHistories(sampled);
  const sampleValues = valuesOf(sampled.map((row) => ({ ...row, customer: row.customer_id })));

  test('the histories are those of the reference', () => {
    expect(rows.length).toBe(view.customers);
    expect(sum(histories.repeatPurchases)).toBe(view.sum_x);
  });

  test('fitBgNbd finds the reference optimum', () => {
    const fit = fitBgNbd(histories);
    expect(fit).toMatchObject({ converged: true, degenerate: false, note: null, leftOut: 0 });
    expect(fit.logLikelihood).toBeGreaterThan(view.bgnbd.log_likelihood - LOG_LIKELIHOOD);
    const { r, alpha, a, b } = fit.parameters!;
    expect(worstRelative([r, alpha, a, b], [view.bgnbd.r, view.bgnbd.alpha, view.bgnbd.a, view.bgnbd.b])).toBeLessThan(
      AFTER_FIT,
    );
  });

  test('fitParetoNbd finds the reference optimum', () => {
    const fit = fitParetoNbd(histories);
    expect(fit).toMatchObject({ converged: true, degenerate: false, note: null, leftOut: 0 });
    expect(fit.logLikelihood).toBeGreaterThan(view.pnbd.log_likelihood - LOG_LIKELIHOOD);
    const { r, alpha, s, beta } = fit.parameters!;
    expect(
      worstRelative([r, alpha, s, beta], [view.pnbd.r, view.pnbd.alpha, view.pnbd.s, view.pnbd.beta]),
    ).toBeLessThan(AFTER_FIT);
  });

  test('fitGammaGamma finds the reference optimum', () => {
    const fit = fitGammaGamma(values);
    const expected = view.gamma_gamma;
    expect(fit).toMatchObject({ converged: true, degenerate: false, note: null, customers: expected.customers });
    expect(fit.logLikelihood).toBeGreaterThan(expected.log_likelihood - LOG_LIKELIHOOD);
    const { p, q, v } = fit.parameters!;
    expect(worstRelative([p, q, v], [expected.p, expected.q, expected.v])).toBeLessThan(AFTER_FIT);
    expect(fit.correlation).toBeCloseTo(expected.correlation_x_z, 8);
  });

  test('BG/NBD predictions agree with the reference at its own parameters', () => {
    const expectations = view.bgnbd;
    const actual = [sum(predictBgNbdAlive(view.bgnbd, histories)) / rows.length];
    const expected = [expectations.mean_p_alive];
    for (const [horizon, value] of Object.entries(expectations.expected_purchases_random_customer)) {
      actual.push(predictBgNbdNewCustomer(view.bgnbd, Number(horizon)));
      expected.push(value);
      actual.push(sum(predictBgNbdPurchases(view.bgnbd, histories, Number(horizon))));
      expected.push(expectations.sum_conditional_expected[horizon]!);
      actual.push(...predictBgNbdPurchases(view.bgnbd, sampleHistories, Number(horizon)));
      expected.push(...sampled.map((row) => row[`bgnbd_expected_${horizon}`]!));
    }
    actual.push(...predictBgNbdAlive(view.bgnbd, sampleHistories));
    expected.push(...sampled.map((row) => row.bgnbd_p_alive!));
    expect(worstRelative(actual, expected)).toBeLessThan(FORMULA);
  });

  test('Pareto/NBD predictions agree with the reference at its own parameters', () => {
    const expectations = view.pnbd;
    const actual = [sum(predictParetoNbdAlive(view.pnbd, histories)) / rows.length];
    const expected = [expectations.mean_p_alive];
    for (const [horizon, value] of Object.entries(expectations.expected_purchases_random_customer)) {
      actual.push(predictParetoNbdNewCustomer(view.pnbd, Number(horizon)));
      expected.push(value);
      actual.push(sum(predictParetoNbdPurchases(view.pnbd, histories, Number(horizon))));
      expected.push(expectations.sum_conditional_expected[horizon]!);
      actual.push(...predictParetoNbdPurchases(view.pnbd, sampleHistories, Number(horizon)));
      expected.push(...sampled.map((row) => row[`pnbd_expected_${horizon}`]!));
    }
    actual.push(...predictParetoNbdAlive(view.pnbd, sampleHistories));
    expected.push(...sampled.map((row) => row.pnbd_p_alive!));
    expect(worstRelative(actual, expected)).toBeLessThan(FORMULA);
  });

  test('order values and discounted values agree with the reference at its own parameters', () => {
    const parameters = view.gamma_gamma;
    const all = predictOrderValues(parameters, values).orderValue;
    const { orderValue } = predictOrderValues(parameters, sampleValues);
    const actual = [meanOrderValueOfGroup(parameters), sum(all) / rows.length, ...orderValue];
    const expected = [
      parameters.population_mean,
      parameters.mean_conditional_over_all,
      ...sampled.map((row) => row.gg_expected_spend!),
    ];
    const purchasesWithin = (horizon: number) => predictBgNbdPurchases(view.bgnbd, sampleHistories, horizon);
    for (const label of Object.keys(sampled[0]!.clv ?? {})) {
      actual.push(...discountedValue(purchasesWithin, orderValue, DISCOUNTS[label]!));
      expected.push(...sampled.map((row) => row.clv![label]!));
    }
    expect(worstRelative(actual, expected)).toBeLessThan(FORMULA);
  });

  const holdout = view['holdout_1997-10-01_to_1998-06-30'];
  if (holdout === undefined) return;
  test('expected purchases of the holdout agree with the reference group by group', () => {
    const expected = predictBgNbdPurchases(view.bgnbd, histories, holdout.horizon);
    expect(worstRelative([sum(expected)], [holdout.bgnbd_total])).toBeLessThan(FORMULA);
    for (const [group, { customers, bgnbd_mean }] of Object.entries(holdout.by_x)) {
      const inGroup = expected.filter((_, row) =>
        group === '7+' ? rows[row]!.x >= 7 : rows[row]!.x === Number(group),
      );
      expect(inGroup.length).toBe(customers);
      expect(worstRelative([sum(inGroup) / customers], [bgnbd_mean])).toBeLessThan(FORMULA);
    }
  });
});

describe('on the published CDNOW summary,', () => {
  const rows = readCdnowSummary();
  const histories = toHistories(rows);
  const bgnbd = fitBgNbd(histories);
  const gamma = fitGammaGamma(valuesOf(rows));

  test('the fits are the published ones', () => {
    const { r, alpha, a, b } = bgnbd.parameters!;
    expect(worstRelative([r, alpha, a, b], [0.2426, 4.4135, 0.7929, 2.4258])).toBeLessThan(2e-4);
    expect(bgnbd.logLikelihood).toBeCloseTo(-9582.43, 2);
    const pareto = fitParetoNbd(histories);
    const { r: rate, alpha: scale, s, beta } = pareto.parameters!;
    expect(worstRelative([rate, scale, s, beta], [0.5533, 10.578, 0.6062, 11.668])).toBeLessThan(2e-4);
    expect(pareto.logLikelihood).toBeCloseTo(-9594.97, 2);
    const { p, q, v } = gamma.parameters!;
    expect(worstRelative([p, q, v], [6.249, 3.745, 15.448])).toBeLessThan(2e-4);
  });

  test('the first customer gets the published predictions', () => {
    const first = toHistories(rows.slice(0, 1));
    const within = (horizon: number) => predictBgNbdPurchases(bgnbd.parameters!, first, horizon);
    const { orderValue } = predictOrderValues(gamma.parameters!, valuesOf(rows.slice(0, 1)));
    const value = discountedValue(within, orderValue, { periodLength: 4.345, periodCount: 12, discountRate: 0.01 });
    expect(predictBgNbdAlive(bgnbd.parameters!, first)[0]).toBeCloseTo(0.72661, 5);
    expect(within(39)[0]).toBeCloseTo(1.22591, 5);
    expect(orderValue[0]).toBeCloseTo(24.6586, 4);
    expect(value[0]).toBeCloseTo(36.2785, 3);
  });
});

describe('the lifetimes library', () => {
  interface Lifetimes {
    customer_ids: number[];
    bgnbd: BgNbdParameters & { p_alive: number[]; expected_39: number[] };
    pnbd: ParetoNbdParameters & { p_alive: number[]; expected_39: number[] };
    gamma_gamma: GammaGammaParameters & { log_likelihood: number; expected_spend: number[] };
    clv_12_months_1pct_freq_W: number[];
  }
  const lifetimes = sharedJson<Lifetimes>('reference', 'btyd-cdnow-lifetimes.json');
  const byId = new Map(readCdnowSummary().map((row) => [row.customer, row]));
  const rows = lifetimes.customer_ids.map((id) => byId.get(id)!);
  const histories = toHistories(rows);

  test('gives the same predictions at its own parameters', () => {
    const spend = predictOrderValues(lifetimes.gamma_gamma, valuesOf(rows)).orderValue;
    const clv = discountedValue((horizon) => predictBgNbdPurchases(lifetimes.bgnbd, histories, horizon), spend, {
      periodLength: 4.345,
      periodCount: 12,
      discountRate: 0.01,
    });
    expect(worstRelative(predictBgNbdAlive(lifetimes.bgnbd, histories), lifetimes.bgnbd.p_alive)).toBeLessThan(FORMULA);
    expect(
      worstRelative(predictBgNbdPurchases(lifetimes.bgnbd, histories, 39), lifetimes.bgnbd.expected_39),
    ).toBeLessThan(FORMULA);
    expect(worstRelative(predictParetoNbdAlive(lifetimes.pnbd, histories), lifetimes.pnbd.p_alive)).toBeLessThan(
      FORMULA,
    );
    expect(
      worstRelative(predictParetoNbdPurchases(lifetimes.pnbd, histories, 39), lifetimes.pnbd.expected_39),
    ).toBeLessThan(FORMULA);
    expect(worstRelative(spend, lifetimes.gamma_gamma.expected_spend)).toBeLessThan(FORMULA);
    expect(worstRelative(clv, lifetimes.clv_12_months_1pct_freq_W)).toBeLessThan(FORMULA);
  });
});

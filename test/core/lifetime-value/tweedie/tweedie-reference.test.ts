import { captureAt } from '@tessera/core/lifetime-value/judging/gains.js';
import { devianceExplained, fitTweedie, predictTweedie } from '@tessera/core/lifetime-value/tweedie/tweedie.js';
import { describe, expect, test } from 'vitest';
import { sharedJson } from '../../../support/shared.js';
import { worstRelative } from '../purchase-data.js';
import { referenceMatrix, SHOPS, standardised, type WindowRow, windowRows } from '../windows-data.js';

interface ReferenceFit {
  power: number;
  alpha: number;
  features: 'raw' | 'log';
  intercept: number;
  coef: Record<string, number> | number[];
  objective_half_mean_deviance_plus_penalty: number;
  scaler_mean: number[];
  scaler_var: number[];
  d2_train: number;
  d2_test: number;
  predicted_mean: number;
  first_predictions: number[];
  top10pct_capture: number;
  top20pct_capture: number;
}
interface Section {
  S?: string;
  S1?: string;
  S2?: string;
  train_customers: number;
  test_customers: number;
  label_total: number;
  tweedie: Record<string, ReferenceFit>;
}
interface Clv90 {
  in_time: Section;
  holdout_ids: Section;
  out_of_time: Section;
  first_rows_in_time: Record<string, number>[];
}

/** Tolerances of the reference's README. */
const OBJECTIVE = 1e-6;
const ABSOLUTE = 1e-3;
const CAPTURE = 0.003;

describe.each(SHOPS)('on $name,', ({ file, read }) => {
  const reference = sharedJson<Clv90>('reference', file);
  const orders = read();
  const rowsAt = new Map<string, WindowRow[]>();
  const at = (moment: string) => {
    const known = rowsAt.get(moment) ?? windowRows(orders, moment);
    rowsAt.set(moment, known);
    return known;
  };
  const inTime = at(reference.in_time.S!);
  const sections: [string, Section, WindowRow[], WindowRow[]][] = [
    ['in time', reference.in_time, inTime, inTime],
    [
      'on held-out customers',
      reference.holdout_ids,
      inTime.filter((_, i) => i % 10 < 7),
      inTime.filter((_, i) => i % 10 >= 7),
    ],
    ['out of time', reference.out_of_time, at(reference.out_of_time.S1!), at(reference.out_of_time.S2!)],
  ];

  test('the rows are those of the reference', () => {
    for (const [i, expected] of reference.first_rows_in_time.entries()) {
      const row = inTime[i]!;
      const actual = [row.customer, row.recencyDays, row.frequency, row.tenureDays, row.monetary, row.aov, row.label];
      const wanted = ['customer_id', 'recency_days', 'frequency', 'tenure_days', 'monetary', 'aov', 'label'];
      expect(
        worstRelative(
          actual,
          wanted.map((name) => expected[name]!),
        ),
      ).toBeLessThan(1e-8);
    }
    for (const [, section, train, judged] of sections) {
      expect([train.length, judged.length]).toEqual([section.train_customers, section.test_customers]);
      const total = judged.reduce((sum, { label }) => sum + label, 0);
      expect(worstRelative([total], [section.label_total])).toBeLessThan(1e-9);
    }
  });

  describe.each(sections)('%s,', (_, section, train, judged) => {
    test.each(Object.entries(section.tweedie))('the fit %s is scikit-learn’s', (_, expected) => {
      const target = Float64Array.from(train, ({ label }) => label);
      const matrix = standardised(referenceMatrix(train, expected.features), expected);
      const fit = fitTweedie(matrix, target, { power: expected.power, ridge: expected.alpha });
      expect(fit).toMatchObject({ converged: true, degenerate: false, clippedTargets: 0 });
      expect(fit.gradientMax).toBeLessThan(1e-6);
      expect(fit.objective).toBeLessThan(expected.objective_half_mean_deviance_plus_penalty + OBJECTIVE);
      expect(Math.abs(fit.intercept - expected.intercept)).toBeLessThan(ABSOLUTE);
      Object.values(expected.coef).forEach((coefficient, j) => {
        expect(Math.abs(fit.coefficients[j]! - coefficient)).toBeLessThan(ABSOLUTE);
      });
      const trained = devianceExplained(target, predictTweedie(fit, matrix), expected.power);
      expect(Math.abs(trained - expected.d2_train)).toBeLessThan(ABSOLUTE);
      const actual = Float64Array.from(judged, ({ label }) => label);
      const predicted = predictTweedie(fit, standardised(referenceMatrix(judged, expected.features), expected));
      expect(Math.abs(devianceExplained(actual, predicted, expected.power) - expected.d2_test)).toBeLessThan(ABSOLUTE);
      expect(Math.abs(captureAt(predicted, actual, 0.1) - expected.top10pct_capture)).toBeLessThan(CAPTURE);
      expect(Math.abs(captureAt(predicted, actual, 0.2) - expected.top20pct_capture)).toBeLessThan(CAPTURE);
    });
  });
});

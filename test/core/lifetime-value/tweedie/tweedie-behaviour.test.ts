import { encodedNames, encodeFeatures, fitEncoding } from '@tessera/core/lifetime-value/tweedie/feature-encoding.js';
import {
  devianceExplained,
  fitTweedie,
  halfMeanDeviance,
  predictTweedie,
} from '@tessera/core/lifetime-value/tweedie/tweedie.js';
import {
  explainTweedieModel,
  fitTweedieModel,
  predictTweedieModel,
} from '@tessera/core/lifetime-value/tweedie/tweedie-model.js';
import { fitDispersion, tweedieLogDensity } from '@tessera/core/lifetime-value/tweedie/tweedie-power.js';
import type { DesignMatrix } from '@tessera/core/numerics/linear-algebra/design-matrix.js';
import { type Random, seededRandom } from '@tessera/core/numerics/random.js';
import { describe, expect, test } from 'vitest';
import { gamma, normal, poisson } from '../simulation.js';

/** A Tweedie draw: a Poisson number of gamma amounts (Jorgensen, 1987). */
function draw(mean: number, dispersion: number, power: number, random: Random): number {
  const count = poisson(mean ** (2 - power) / (dispersion * (2 - power)), random);
  const shape = (2 - power) / (power - 1);
  return count === 0 ? 0 : gamma(count * shape, random) * dispersion * (power - 1) * mean ** (power - 1);
}

function simulate(rows: number, coefficients: readonly number[], power: number, random: Random) {
  const columns = coefficients.length;
  const values = Float64Array.from({ length: rows * columns }, () => normal(random));
  const target = Float64Array.from({ length: rows }, (_, row) => {
    const eta = coefficients.reduce((sum, value, j) => sum + value * values[row * columns + j]!, 1);
    return draw(Math.exp(eta), 2, power, random);
  });
  return { matrix: { rows, columns, values } as DesignMatrix, target };
}

/** The objective written out plainly, to check the fit against. */
function objective(matrix: DesignMatrix, target: Float64Array, point: readonly number[], power: number, ridge: number) {
  const fit = { intercept: point[0]!, coefficients: point.slice(1) };
  const predicted = predictTweedie({ ...fitTweedie(matrix, target, { power, ridge }), ...fit }, matrix);
  const squares = fit.coefficients.reduce((sum, value) => sum + value * value, 0);
  return halfMeanDeviance(target, predicted, power) + (ridge / 2) * squares;
}

describe('fitTweedie', () => {
  const coefficients = [0.5, -0.3, 0, 0.2];

  test.each([1.2, 1.5, 1.8])('recovers known coefficients within 3 standard errors at power %f', (power) => {
    const { matrix, target } = simulate(20_000, coefficients, power, seededRandom(2));
    const fit = fitTweedie(matrix, target, { power, ridge: 0 });
    // With standard normal features the information matrix is close to diagonal: error = sqrt(dispersion / sum of weights).
    const weight = predictTweedie(fit, matrix).reduce((sum, mean) => sum + mean ** (2 - power), 0);
    const error = Math.sqrt(2 / weight);
    [1, ...coefficients].forEach((truth, j) => {
      expect(Math.abs([fit.intercept, ...fit.coefficients][j]! - truth)).toBeLessThan(3 * error);
    });
  });

  test('stands where its objective, differenced numerically, is flat', () => {
    const { matrix, target } = simulate(500, coefficients, 1.5, seededRandom(3));
    const fit = fitTweedie(matrix, target, { power: 1.5, ridge: 0.05 });
    const point = [fit.intercept, ...fit.coefficients];
    expect(objective(matrix, target, point, 1.5, 0.05)).toBeCloseTo(fit.objective, 10);
    for (let j = 0; j < point.length; j++) {
      const at = (change: number) => objective(matrix, target, point.with(j, point[j]! + change), 1.5, 0.05);
      expect(Math.abs(at(1e-5) - at(-1e-5)) / 2e-5).toBeLessThan(1e-5);
    }
  });

  test('gives the same coefficients in another currency, with the ridge in its units', () => {
    const { matrix, target } = simulate(800, coefficients, 1.5, seededRandom(4));
    const fit = fitTweedie(matrix, target, { power: 1.5, ridge: 0.1 });
    const cents = fitTweedie(
      matrix,
      target.map((value) => value * 100),
      { power: 1.5, ridge: 0.1 * 10 },
    );
    fit.coefficients.forEach((value, j) => {
      expect(cents.coefficients[j]).toBeCloseTo(value, 8);
    });
    expect(cents.intercept - fit.intercept).toBeCloseTo(Math.log(100), 8);
  });

  test('agrees with curvature from a sample and from all rows', () => {
    const { matrix, target } = simulate(90_000, coefficients, 1.5, seededRandom(5));
    const fit = fitTweedie(matrix, target, { power: 1.5, ridge: 0.01 });
    expect(fit).toMatchObject({ converged: true });
    expect(fit.gradientMax).toBeLessThan(1e-7);
  });

  test('shares the weight between columns that repeat each other', () => {
    const { matrix, target } = simulate(300, [0.4], 1.5, seededRandom(6));
    const twice = {
      rows: 300,
      columns: 2,
      values: Float64Array.from({ length: 600 }, (_, i) => matrix.values[i >> 1]!),
    };
    const fit = fitTweedie(twice, target, { power: 1.5, ridge: 0 });
    const once = fitTweedie(matrix, target, { power: 1.5, ridge: 0 });
    expect(fit.coefficients[0]! + fit.coefficients[1]!).toBeCloseTo(once.coefficients[0]!, 5);
  });

  test('predicts 0 for everybody where nobody spent anything, and survives JSON', () => {
    const { matrix } = simulate(20, [0.4], 1.5, seededRandom(7));
    const fit = fitTweedie(matrix, new Float64Array(20), { power: 1.5, ridge: 0 });
    expect(fit).toMatchObject({ degenerate: true, converged: true });
    expect(predictTweedie(JSON.parse(JSON.stringify(fit)), matrix).every((value) => value === 0)).toBe(true);
  });

  test('counts negative targets as 0 and says how many', () => {
    const { matrix, target } = simulate(100, [0.4], 1.5, seededRandom(8));
    const zeroed = fitTweedie(matrix, target, { power: 1.5, ridge: 0.1 });
    const negative = fitTweedie(
      matrix,
      target.map((value) => (value === 0 ? -5 : value)),
      { power: 1.5, ridge: 0.1 },
    );
    expect(negative.clippedTargets).toBe(target.filter((value) => value === 0).length);
    expect(negative.coefficients).toEqual(zeroed.coefficients);
  });

  test('names what it cannot take', () => {
    const matrix = { rows: 2, columns: 1, values: Float64Array.of(1, Number.NaN) };
    const target = Float64Array.of(1, 2);
    expect(() => fitTweedie(matrix, target, { power: 1.5, ridge: 0 })).toThrow('got NaN in row 1');
    expect(() => fitTweedie(matrix, target, { power: 2, ridge: 0 })).toThrow('1 < power < 2');
    expect(() => fitTweedie(matrix, Float64Array.of(1), { power: 1.5, ridge: 0 })).toThrow('2 targets');
  });
});

describe('deviance', () => {
  test('is that worked by hand at power 1.5', () => {
    // d/2 = 2 sqrt(mean) + 2 y / sqrt(mean) - 4 sqrt(y)
    const half = halfMeanDeviance(Float64Array.of(4, 0), Float64Array.of(9, 1), 1.5);
    expect(half).toBeCloseTo((6 + 8 / 3 - 8 + 2) / 2, 12);
  });

  test('explained is 1 for a perfect prediction and 0 for the mean', () => {
    const target = Float64Array.of(1, 2, 6);
    expect(devianceExplained(target, target, 1.5)).toBeCloseTo(1, 12);
    expect(devianceExplained(target, Float64Array.of(3, 3, 3), 1.5)).toBeCloseTo(0, 12);
  });
});

describe('the power', () => {
  test.each([
    [2, 1, 1.5],
    [0.5, 3, 1.3],
    [10, 0.7, 1.8],
  ])('density of mean %f, dispersion %f, power %f holds a probability of 1', (mean, dispersion, power) => {
    let inside = Math.exp(tweedieLogDensity(0, mean, dispersion, power));
    // The midpoint rule on ln y, where the density is smooth and falls off on both sides.
    for (let log = -40; log < 9; log += 0.005) {
      const y = Math.exp(log + 0.0025);
      inside += 0.005 * y * Math.exp(tweedieLogDensity(y, mean, dispersion, power));
    }
    expect(inside).toBeCloseTo(1, 4);
  });

  test('is summed and taken from its saddlepoint alike where the two meet', () => {
    for (const power of [1.1, 1.3, 1.5, 1.7, 1.9]) {
      const mean = 20;
      // So that 500 amounts are the likeliest at y = mean: summed; a hair less dispersion is no longer.
      const dispersion = mean ** (2 - power) / (500 * (2 - power));
      for (const y of [0.9 * mean, mean, 1.1 * mean]) {
        const own = dispersion * (y / mean) ** (2 - power);
        const summed = tweedieLogDensity(y, mean, own, power);
        const approximate = tweedieLogDensity(y, mean, own * 0.999, power);
        const slope = (tweedieLogDensity(y, mean, own * 1.001, power) - summed) / 0.001;
        expect(Math.abs(approximate - (summed - 0.001 * slope))).toBeLessThan(0.002);
      }
    }
  });

  test('of customers who all spend alike has an answer, and soon', () => {
    const alike = new Float64Array(3_000).fill(25);
    for (const power of [1.1, 1.5, 1.9]) {
      const { dispersion, logLikelihood } = fitDispersion(
        alike,
        alike.map((value) => value * (1 + 1e-9)),
        power,
      );
      expect(dispersion).toBeGreaterThan(0);
      expect(dispersion).toBeLessThan(1e-12);
      expect(Number.isFinite(logLikelihood)).toBe(true);
    }
  });

  test('of simulated spend is found by its likelihood, and the dispersion with it', () => {
    const random = seededRandom(9);
    const mean = Float64Array.from({ length: 4_000 }, () => Math.exp(normal(random)));
    const target = mean.map((value) => draw(value, 2, 1.6, random));
    const fits = [1.4, 1.5, 1.6, 1.7, 1.8].map((power) => ({ power, ...fitDispersion(target, mean, power) }));
    const best = fits.reduce((kept, fit) => (fit.logLikelihood > kept.logLikelihood ? fit : kept));
    expect(best.power).toBe(1.6);
    expect(best.dispersion / 2).toBeCloseTo(1, 1);
  });
});

describe('feature encoding', () => {
  const days = { name: 'days', scale: 'log' as const, values: Float64Array.of(0, 9, 99, Number.NaN) };
  const share = { name: 'share', scale: 'linear' as const, values: Float64Array.of(1, 1, 1, 1) };

  test('imputes the median, takes logs, and standardises by the population', () => {
    const encoding = fitEncoding([days], []);
    const { values } = encodeFeatures(encoding, 4, { days: days.values }, {});
    expect(encoding.numeric[0]).toMatchObject({ median: 9 });
    expect(values[3]).toBe(values[1]);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
    expect(values.reduce((sum, value) => sum + value * value, 0) / 4).toBeCloseTo(1, 12);
  });

  test('gives 0 for a column that does not vary, and for one that is not there', () => {
    const encoding = fitEncoding([days, share], []);
    expect(Array.from(encodeFeatures(encoding, 1, { share: Float64Array.of(7) }, {}).values)[1]).toBe(0);
  });

  test('takes a value far beyond the training range to its widened end', () => {
    const encoding = fitEncoding([days], []);
    const at = (value: number) => encodeFeatures(encoding, 1, { days: Float64Array.of(value) }, {}).values[0]!;
    expect(at(1e12)).toBe(at(1e9));
    expect(at(150)).toBeGreaterThan(at(99));
  });

  test('one-hot encodes common levels; rare, missing and unseen ones are all 0', () => {
    const codes = Int32Array.from({ length: 100 }, (_, i) => (i < 50 ? 0 : i < 90 ? 1 : i < 99 ? 2 : -1));
    const encoding = fitEncoding([], [{ name: 'channel', column: { codes, labels: ['web', 'shop', 'fax'] } }]);
    expect(encodedNames(encoding)).toEqual(['channel=shop', 'channel=web']);
    const later = { codes: Int32Array.of(0, 1, 2, -1), labels: ['pigeon', 'web', 'shop'] };
    expect(Array.from(encodeFeatures(encoding, 4, {}, { channel: later }).values)).toEqual([0, 0, 0, 1, 1, 0, 0, 0]);
  });

  test('refuses two features of one name', () => {
    expect(() => fitEncoding([days, days], [])).toThrow('got days twice');
  });
});

describe('a Tweedie model', () => {
  const random = seededRandom(10);
  const rows = 3_000;
  const useful = Float64Array.from({ length: rows }, () => Math.exp(normal(random)));
  const noise = Float64Array.from({ length: rows }, () => random());
  const codes = Int32Array.from({ length: rows }, () => Math.floor(random() * 2));
  const target = useful.map((value, row) => draw(2 * value ** 0.5 * (codes[row] ? 2 : 1), 2, 1.5, random));
  const core = [{ name: 'noise', scale: 'linear' as const, values: noise }];
  const further = [{ name: 'useful', scale: 'log' as const, values: useful }];
  const categories = [{ name: 'channel', column: { codes, labels: ['web', 'shop'] } }];

  test('takes further features that predict, and leaves out those that do not', () => {
    expect(fitTweedieModel({ core, further, categories, target }).usesFurther).toBe(true);
    const useless = [{ name: 'noise', scale: 'linear' as const, values: noise.map(() => random()) }];
    expect(fitTweedieModel({ core: further, further: useless, categories: [], target }).usesFurther).toBe(false);
  });

  test('explains a prediction as an exact product', () => {
    const model = fitTweedieModel({ core, further, categories, target });
    const numeric = { noise: noise.slice(7, 8), useful: useful.slice(7, 8) };
    const levels = { channel: { codes: codes.slice(7, 8), labels: ['web', 'shop'] } };
    const { base, multipliers } = explainTweedieModel(model, numeric, levels);
    const product = multipliers.reduce((total, { factor }) => total * factor, base);
    expect(product / predictTweedieModel(model, 1, numeric, levels)[0]!).toBeCloseTo(1, 12);
  });

  test('gives everybody the mean when fewer than 20 customers spent anything', () => {
    const few = target.map((_, row) => (row < 10 ? 30 : 0));
    const model = fitTweedieModel({ core, further, categories, target: few });
    expect(model.encoding.numeric).toEqual([]);
    expect(predictTweedieModel(model, 1, { noise: Float64Array.of(0.5) }, {})[0]).toBeCloseTo(300 / rows, 6);
  });
});

import type { CategoryColumn } from '../../customers/customer-features.js';
import type { DesignMatrix } from '../../numerics/linear-algebra/design-matrix.js';
import {
  type CategoryFeature,
  encodedNames,
  encodeFeatures,
  type FeatureEncoding,
  fitEncoding,
  type NumericFeature,
} from './feature-encoding.js';
import { fitTweedie, predictTweedie, type TweedieFit, unitDeviances } from './tweedie.js';
import { fitDispersion } from './tweedie-power.js';

/** A Tweedie regression together with how its features are encoded: everything that scoring a row needs. Plain JSON. */
export interface TweedieModel {
  readonly encoding: FeatureEncoding;
  readonly regression: TweedieFit;
  /** Ridge in units of the mean target: the same for the same shop in another currency. */
  readonly relativeRidge: number;
  /** Profile log-likelihood of each power that was tried. */
  readonly powers: readonly { readonly power: number; readonly logLikelihood: number }[];
  /** Whether the further features earned their place in cross-validation. */
  readonly usesFurther: boolean;
  readonly trainingRows: number;
  /** Customers with a target above 0. With fewer than 20 everybody gets the mean: no features. */
  readonly activeRows: number;
}

export interface TweedieTraining {
  /** Features that are always used. */
  readonly core: readonly NumericFeature[];
  /** Features that are used if they predict better on customers left out. */
  readonly further: readonly NumericFeature[];
  readonly categories: readonly CategoryFeature[];
  /** What each customer brought in the window; negative counts as 0. */
  readonly target: Float64Array;
}

const POWERS = [1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9];
const RIDGES = [0.0001, 0.001, 0.01, 0.1, 0.5];
const FOLDS = 5;
const FEWEST_ACTIVE = 20;
/** Sampling error of a likelihood or deviance over this many rows is far below the differences that matter. */
const POWER_ROWS = 3_000;
const VALIDATION_ROWS = 8_000;
/** Further features have to win by this many standard errors: each is one more thing that can change by next season. */
const FURTHER_ERRORS = 2;

/**
 * Chooses the power by profile likelihood, the ridge and the features by cross-validation over customers of the
 * training window (the largest ridge within one standard error of the best: Hastie, Tibshirani and Friedman, 2009,
 * section 7.10), then fits all rows. Deterministic: samples and folds are every k-th row.
 * @throws InvalidInputError when a length differs from the target's or a target is not finite
 */
export function fitTweedieModel({ core, further, categories, target }: TweedieTraining): TweedieModel {
  const active = target.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
  const mean = target.reduce((sum, value) => sum + Math.max(0, value), 0) / Math.max(1, target.length);
  const simple = fitEncoding(core, []);
  const bare = { powers: [], usesFurther: false, trainingRows: target.length, activeRows: active };
  if (active < FEWEST_ACTIVE) {
    const encoding = fitEncoding([], []);
    const regression = fitTweedie(matrixOf(encoding, core, [], target.length), target, { power: 1.5, ridge: 0 });
    return { encoding, regression, relativeRidge: 0, ...bare };
  }
  const plain = matrixOf(simple, core, [], target.length);
  const powers = profilePowers(takeRows(plain, POWER_ROWS), takeValues(target, POWER_ROWS), mean);
  const { power } = powers.reduce((best, tried) => (tried.logLikelihood > best.logLikelihood ? tried : best));
  const sampled = takeValues(target, VALIDATION_ROWS);
  const plainChoice = chooseRidge(takeRows(plain, VALIDATION_ROWS), sampled, power, mean);
  let choice = plainChoice;
  let encoding = simple;
  let matrix = plain;
  if (further.length + categories.length > 0) {
    const fullEncoding = fitEncoding([...core, ...further], categories);
    const full = matrixOf(fullEncoding, [...core, ...further], categories, target.length);
    const fullChoice = chooseRidge(takeRows(full, VALIDATION_ROWS), sampled, power, mean);
    const gain = meanAndError(plainChoice.deviances, fullChoice.deviances);
    if (gain.mean > FURTHER_ERRORS * gain.error) {
      choice = fullChoice;
      encoding = fullEncoding;
      matrix = full;
    }
  }
  return {
    encoding,
    regression: fitTweedie(matrix, target, { power, ridge: choice.ridge * mean ** (2 - power) }),
    ...bare,
    relativeRidge: choice.ridge,
    powers,
    usesFurther: encoding !== simple,
  };
}

function matrixOf(
  encoding: FeatureEncoding,
  numeric: readonly NumericFeature[],
  categories: readonly CategoryFeature[],
  rows: number,
): DesignMatrix {
  const columns = Object.fromEntries(numeric.map(({ name, values }) => [name, values]));
  const levels = Object.fromEntries(categories.map(({ name, column }) => [name, column]));
  return encodeFeatures(encoding, rows, columns, levels);
}

/** Every k-th row, so that at most `most` remain. */
function takeRows(matrix: DesignMatrix, most: number): DesignMatrix {
  const { columns } = matrix;
  return pickRows(matrix, strided(matrix.rows, most), columns);
}

function takeValues(values: Float64Array, most: number): Float64Array {
  return Float64Array.from(strided(values.length, most), (row) => values[row]!);
}

function strided(rows: number, most: number): number[] {
  const step = Math.max(1, Math.ceil(rows / most));
  return Array.from({ length: Math.ceil(rows / step) }, (_, k) => k * step);
}

function pickRows(matrix: DesignMatrix, rows: readonly number[], columns: number): DesignMatrix {
  const values = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    values.set(matrix.values.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return { rows: rows.length, columns, values };
}

function profilePowers(matrix: DesignMatrix, target: Float64Array, mean: number) {
  const kept = target.map((value) => Math.max(0, value));
  return POWERS.map((power) => {
    const fit = fitTweedie(matrix, kept, { power, ridge: 0.001 * mean ** (2 - power) });
    const { logLikelihood } = fitDispersion(kept, predictTweedie(fit, matrix), power);
    return { power, logLikelihood };
  });
}

interface RidgeChoice {
  readonly ridge: number;
  /** Of each row under the model that did not see it. */
  readonly deviances: Float64Array;
}

function chooseRidge(matrix: DesignMatrix, target: Float64Array, power: number, mean: number): RidgeChoice {
  const tried = RIDGES.map((ridge) => ({
    ridge,
    deviances: leftOutDeviances(matrix, target, power, ridge * mean ** (2 - power)),
  }));
  const total = (choice: RidgeChoice) => choice.deviances.reduce((sum, value) => sum + value, 0);
  const best = tried.reduce((least, choice) => (total(choice) < total(least) ? choice : least));
  // RIDGES ascend, so the last that is not clearly worse is the strongest.
  return tried.reduce((kept, choice) => {
    const loss = meanAndError(choice.deviances, best.deviances);
    return choice === best || (choice.ridge > best.ridge && loss.mean <= loss.error) ? choice : kept;
  });
}

function leftOutDeviances(matrix: DesignMatrix, target: Float64Array, power: number, ridge: number): Float64Array {
  const deviances = new Float64Array(matrix.rows);
  const all = Array.from({ length: matrix.rows }, (_, row) => row);
  for (let fold = 0; fold < FOLDS; fold++) {
    const out = all.filter((row) => row % FOLDS === fold);
    const rest = all.filter((row) => row % FOLDS !== fold);
    const fit = fitTweedie(
      pickRows(matrix, rest, matrix.columns),
      Float64Array.from(rest, (row) => target[row]!),
      { power, ridge },
    );
    const predicted = predictTweedie(fit, pickRows(matrix, out, matrix.columns));
    const own = unitDeviances(
      Float64Array.from(out, (row) => target[row]!),
      predicted,
      power,
    );
    out.forEach((row, i) => {
      deviances[row] = own[i]!;
    });
  }
  return deviances;
}

/** Mean of left - right and its standard error. */
function meanAndError(left: Float64Array, right: Float64Array): { mean: number; error: number } {
  const rows = left.length;
  let mean = 0;
  for (let row = 0; row < rows; row++) mean += (left[row]! - right[row]!) / rows;
  let variance = 0;
  for (let row = 0; row < rows; row++) variance += (left[row]! - right[row]! - mean) ** 2 / rows;
  return { mean, error: Math.sqrt(variance / rows) };
}

/** Expected target of each row; a pure function of the row. O(rows x columns). */
export function predictTweedieModel(
  model: TweedieModel,
  rows: number,
  numeric: Readonly<Record<string, Float64Array | undefined>>,
  categories: Readonly<Record<string, CategoryColumn | undefined>>,
): Float64Array {
  return predictTweedie(model.regression, encodeFeatures(model.encoding, rows, numeric, categories));
}

/** One factor of a prediction. */
export interface Multiplier {
  /** As in `encodedNames`. */
  readonly name: string;
  readonly factor: number;
}

/**
 * The prediction of a one-row table as a product: `base` (a customer with the average of every feature) times the factors
 * exp(coefficient x encoded value). Exact: ln(base) + sum of ln(factor) is the linear predictor itself.
 */
export function explainTweedieModel(
  model: TweedieModel,
  numeric: Readonly<Record<string, Float64Array | undefined>>,
  categories: Readonly<Record<string, CategoryColumn | undefined>>,
): { base: number; multipliers: Multiplier[] } {
  const { values } = encodeFeatures(model.encoding, 1, numeric, categories);
  const multipliers = encodedNames(model.encoding).map((name, column) => ({
    name,
    factor: Math.exp(model.regression.coefficients[column]! * values[column]!),
  }));
  return { base: Math.exp(model.regression.intercept), multipliers };
}

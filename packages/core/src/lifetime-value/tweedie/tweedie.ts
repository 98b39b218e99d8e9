import { InvalidInputError } from '../../errors.js';
import {
  addFourRows,
  addWeightedSquares,
  type DesignMatrix,
  fourPredictors,
  linearPredictor,
  ROWS_AT_ONCE,
} from '../../numerics/linear-algebra/design-matrix.js';
import { choleskyInPlace, solveCholesky } from '../../numerics/linear-algebra/linear-solve.js';

/**
 * A Tweedie regression with log link: the mean is exp(intercept + x . coefficients), the variance a power of the mean
 * between Poisson (1) and gamma (2), which suits sums of money that are often exactly 0. Jorgensen (1987), JRSS B 49(2). Plain JSON.
 */
export interface TweedieFit {
  readonly intercept: number;
  readonly coefficients: readonly number[];
  readonly power: number;
  readonly ridge: number;
  /** Half the mean unit deviance plus ridge / 2 x the sum of squared coefficients, at the solution. */
  readonly objective: number;
  /** Largest absolute partial derivative of the objective of the target in units of its mean. */
  readonly gradientMax: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** Nobody spent anything: every prediction is 0. */
  readonly degenerate: boolean;
  /** Negative targets, which the distribution does not know, that were taken as 0. */
  readonly clippedTargets: number;
}

export interface TweedieOptions {
  /** Strictly between 1 and 2. */
  readonly power: number;
  /** 0 or more; the intercept is not penalised. */
  readonly ridge: number;
}

const MAX_ITERATIONS = 100;
/** Of the objective in units of the mean target, which is of order 1. */
const GRADIENT_TOLERANCE = 1e-7;
/** A step that promises less than this share of the objective is lost in the rounding of a sum over rows. */
const DECREASE_TOLERANCE = 1e-15;
const ROUNDING = 1e-13;
const SUFFICIENT_DECREASE = 1e-4;
const MAX_HALVINGS = 40;
/** Curvature is taken from at most this many evenly spaced rows: it only steers; the gradient is always of all rows. */
const CURVATURE_ROWS = 40_000;
/** When a step leaves more of the gradient than this, sampled curvature steers badly: all rows are taken from then on. */
const SLOW_SHRINKAGE = 0.3;
/** When a step with sampled curvature leaves less than this, the curvature is as good as its sample: it is kept. */
const FAST_SHRINKAGE = 0.1;
/** Added to the curvature's diagonal, relative to it: columns that repeat each other then share their weight. */
const JITTER = 1e-12;

/**
 * Fits by Newton's method. For 1 < power < 2 the objective is convex, so there is one optimum.
 * @param matrix finite values, best standardised; not modified
 * @param target one a row, finite; negative values count as 0 and are reported
 * @throws InvalidInputError when the lengths differ, a value is not finite, or an option is out of range
 * O(rows x columns + min(rows, 40,000) x columns^2 / 2) an iteration, 5 to 15 iterations.
 */
export function fitTweedie(matrix: DesignMatrix, target: Float64Array, options: TweedieOptions): TweedieFit {
  const { power, ridge } = options;
  const { rows, columns } = matrix;
  validate(matrix, target, options);
  let sum = 0;
  let clippedTargets = 0;
  for (const value of target) {
    if (value > 0) sum += value;
    else if (value < 0) clippedTargets++;
  }
  if (sum === 0) {
    // exp(-MAX_VALUE) is 0, and unlike -Infinity it survives JSON.
    return {
      intercept: -Number.MAX_VALUE,
      coefficients: new Array<number>(columns).fill(0),
      power,
      ridge,
      objective: 0,
      gradientMax: 0,
      iterations: 0,
      converged: true,
      degenerate: true,
      clippedTargets,
    };
  }
  const mean = sum / rows;
  const scaled = target.map((value) => Math.max(0, value) / mean);
  // Deviance is homogeneous of degree 2 - power, so in units of the mean the same optimum has this ridge.
  const problem = new Problem(matrix, scaled, power, ridge * mean ** (power - 2));
  const solution = problem.solve();
  return {
    intercept: solution.point[0]! + Math.log(mean),
    coefficients: Array.from(solution.point.subarray(1)),
    power,
    ridge,
    objective: (solution.value + saturated(scaled, power)) * mean ** (2 - power),
    gradientMax: solution.gradientMax,
    iterations: solution.iterations,
    converged: solution.converged,
    degenerate: false,
    clippedTargets,
  };
}

function validate({ rows, columns, values }: DesignMatrix, target: Float64Array, { power, ridge }: TweedieOptions) {
  if (target.length !== rows || values.length < rows * columns) {
    throw new InvalidInputError(
      `fitTweedie requires ${rows} targets and ${rows * columns} values, got ${target.length} and ${values.length}`,
    );
  }
  if (!(power > 1 && power < 2 && ridge >= 0)) {
    throw new InvalidInputError(`fitTweedie requires 1 < power < 2 and ridge >= 0, got ${power} and ${ridge}`);
  }
  // 0 x value is 0 for every finite value: one sum instead of a branch for each of millions of numbers.
  let zero = 0;
  for (let i = 0; i < rows * columns; i++) zero += 0 * values[i]!;
  if (zero !== 0) {
    const at = values.findIndex((value) => !Number.isFinite(value));
    throw new InvalidInputError(
      `fitTweedie requires finite values, got ${values[at]} in row ${Math.floor(at / columns)}`,
    );
  }
  const bad = target.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new InvalidInputError(`fitTweedie requires finite targets, got ${target[bad]} in row ${bad}`);
}

/** The part of half the mean deviance that does not depend on the prediction. */
function saturated(target: Float64Array, power: number): number {
  let sum = 0;
  for (const value of target) if (value > 0) sum += value ** (2 - power);
  return sum / ((1 - power) * (2 - power) * target.length);
}

/** State of one fit: the scratch arrays, made once. Assumes valid input. */
class Problem {
  private readonly size: number;
  private readonly curvature: Float64Array;
  private readonly weights: Float64Array;
  private readonly etas = new Float64Array(ROWS_AT_ONCE);
  private readonly residual = new Float64Array(ROWS_AT_ONCE);
  private stride: number;

  constructor(
    private readonly matrix: DesignMatrix,
    private readonly target: Float64Array,
    private readonly power: number,
    private readonly ridge: number,
  ) {
    this.size = matrix.columns + 1;
    this.curvature = new Float64Array(this.size * this.size);
    this.stride = Math.max(1, Math.ceil(matrix.rows / CURVATURE_ROWS));
    this.weights = new Float64Array(matrix.rows);
  }

  solve() {
    const { size } = this;
    let point = new Float64Array(size);
    let gradient = new Float64Array(size);
    let candidate = new Float64Array(size);
    let candidateGradient = new Float64Array(size);
    const direction = new Float64Array(size);
    let value = this.evaluate(point, gradient);
    let gradientMax = largest(gradient);
    let converged = gradientMax <= GRADIENT_TOLERANCE;
    let iterations = 0;
    let keepCurvature = false;
    while (!converged && iterations < MAX_ITERATIONS) {
      iterations++;
      if (!keepCurvature) this.factorCurvature(point);
      direction.set(gradient);
      solveCholesky(this.curvature, size, direction);
      for (let i = 0; i < size; i++) direction[i] = -direction[i]!;
      let slope = 0;
      for (let i = 0; i < size; i++) slope += direction[i]! * gradient[i]!;
      if (-slope <= DECREASE_TOLERANCE * (1 + Math.abs(value))) {
        converged = true;
        break;
      }
      let step = 1;
      let found = Number.NaN;
      for (let halving = 0; halving < MAX_HALVINGS; halving++, step /= 2) {
        for (let i = 0; i < size; i++) candidate[i] = point[i]! + step * direction[i]!;
        found = this.evaluate(candidate, candidateGradient);
        if (found <= value + SUFFICIENT_DECREASE * step * slope) break;
        // At the end the decrease drowns in rounding while the gradient still tells better from worse.
        if (found <= value + ROUNDING * (1 + Math.abs(value)) && largest(candidateGradient) < gradientMax) break;
        found = Number.NaN;
      }
      if (Number.isNaN(found)) {
        // No decrease along a descent direction: rounding, or sampled curvature that misleads.
        if (this.stride === 1) {
          converged = gradientMax <= 10 * GRADIENT_TOLERANCE;
          break;
        }
        this.stride = 1;
        keepCurvature = false;
        continue;
      }
      [point, candidate] = [candidate, point];
      [gradient, candidateGradient] = [candidateGradient, gradient];
      value = found;
      const before = gradientMax;
      gradientMax = largest(gradient);
      converged = gradientMax <= GRADIENT_TOLERANCE;
      if (step === 1 && !keepCurvature && gradientMax > SLOW_SHRINKAGE * before) this.stride = 1;
      keepCurvature = this.stride > 1 && step === 1 && gradientMax < FAST_SHRINKAGE * before;
    }
    return { point, value, gradientMax, iterations, converged };
  }

  /** Objective less its constant, and its gradient, in one pass over the rows. */
  private evaluate(point: Float64Array, gradient: Float64Array): number {
    const { matrix, target, power, ridge } = this;
    const { rows, columns, values } = matrix;
    const intercept = point[0]!;
    const coefficients = point.subarray(1);
    const sums = gradient.subarray(1);
    const { etas, residual } = this;
    gradient.fill(0);
    let total = 0;
    let residuals = 0;
    for (let row = 0; row < rows; row += ROWS_AT_ONCE) {
      const last = Math.min(row + ROWS_AT_ONCE, rows);
      fourPredictors(values, row * columns, columns, last - row, coefficients, etas);
      for (let k = 0; k < ROWS_AT_ONCE; k++) {
        residual[k] = 0;
        if (row + k >= last) continue;
        const eta = intercept + etas[k]!;
        const y = target[row + k]!;
        const meanPart = Math.exp((2 - power) * eta);
        const targetPart = y === 0 ? 0 : y * Math.exp((1 - power) * eta);
        total += meanPart / (2 - power) + targetPart / (power - 1);
        residual[k] = meanPart - targetPart;
        residuals += residual[k]!;
      }
      addFourRows(values, row * columns, columns, last - row, residual, sums);
    }
    gradient[0] = residuals / rows;
    let squares = 0;
    for (let j = 0; j < columns; j++) {
      sums[j] = sums[j]! / rows + ridge * coefficients[j]!;
      squares += coefficients[j]! * coefficients[j]!;
    }
    return total / rows + (ridge / 2) * squares;
  }

  /** Leaves the Cholesky factor of the curvature, from every stride-th row, in `curvature`. */
  private factorCurvature(point: Float64Array): void {
    const { matrix, target, power, size, stride, curvature, weights } = this;
    const { rows, columns, values } = matrix;
    const taken = Math.ceil(rows / stride);
    const coefficients = point.subarray(1);
    for (let k = 0; k < taken; k++) {
      const row = k * stride;
      const eta = linearPredictor(values, row * columns, point[0]!, coefficients);
      const y = target[row]!;
      const targetPart = y === 0 ? 0 : (power - 1) * y * Math.exp((1 - power) * eta);
      weights[k] = ((2 - power) * Math.exp((2 - power) * eta) + targetPart) / taken;
    }
    curvature.fill(0);
    addWeightedSquares(matrix, stride, weights, curvature);
    for (let i = 1; i < size; i++) curvature[i * size + i]! += this.ridge;
    const diagonal = Float64Array.from({ length: size }, (_, i) => curvature[i * size + i]!);
    const most = Math.max(largest(diagonal), Number.MIN_VALUE);
    for (let jitter = JITTER; ; jitter *= 100) {
      if (choleskyInPlace(curvature, size)) break;
      // The factor overwrote the triangle: it is summed again. Two rounds at most in practice: columns that repeat others.
      curvature.fill(0);
      addWeightedSquares(matrix, stride, weights, curvature);
      for (let i = 0; i < size; i++) curvature[i * size + i]! += (i === 0 ? 0 : this.ridge) + jitter * most;
    }
  }
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

/**
 * Expected target of each row: 0 or more, in the target's unit. A row scores the same alone as in a batch.
 * O(rows x columns).
 */
export function predictTweedie(fit: TweedieFit, matrix: DesignMatrix): Float64Array {
  const coefficients = Float64Array.from(fit.coefficients);
  const predictions = new Float64Array(matrix.rows);
  for (let row = 0; row < matrix.rows; row++) {
    const eta = linearPredictor(matrix.values, row * matrix.columns, fit.intercept, coefficients);
    predictions[row] = Math.min(Math.exp(eta), Number.MAX_VALUE);
  }
  return predictions;
}

/** Half the unit deviance of each prediction (positive) from its target (negative counts as 0), 1 < power < 2. */
export function unitDeviances(target: Float64Array, predicted: Float64Array, power: number): Float64Array {
  return predicted.map((prediction, row) => {
    const y = target[row]!;
    const mean = Math.max(prediction, Number.MIN_VALUE);
    const meanPart = mean ** (2 - power) / (2 - power);
    if (!(y > 0)) return meanPart;
    return meanPart + (y * mean ** (1 - power)) / (power - 1) - y ** (2 - power) / ((power - 1) * (2 - power));
  });
}

/** The mean of `unitDeviances`. The share that a model takes off that of the constant mean is D2. */
export function halfMeanDeviance(target: Float64Array, predicted: Float64Array, power: number): number {
  const deviances = unitDeviances(target, predicted, power);
  return deviances.reduce((sum, value) => sum + value, 0) / Math.max(1, deviances.length);
}

/** D2: 1 less the deviance of the predictions over that of the targets' mean; 1 is perfect, 0 no better than the mean. */
export function devianceExplained(target: Float64Array, predicted: Float64Array, power: number): number {
  let sum = 0;
  for (const value of target) sum += Math.max(0, value);
  const mean = new Float64Array(target.length).fill(sum / Math.max(1, target.length));
  const worst = halfMeanDeviance(target, mean, power);
  return worst > 0 ? 1 - halfMeanDeviance(target, predicted, power) / worst : 0;
}

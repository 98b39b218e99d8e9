/** Function value at `point`; writes the partial derivatives into `gradient`. Both are finite inside the domain. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  /** Largest absolute partial derivative at `point`. */
  readonly gradientMax: number;
  readonly iterations: number;
  readonly evaluations: number;
  readonly converged: boolean;
}

export interface MinimiseOptions {
  readonly maxIterations?: number;
  /** Stop when no partial derivative is larger. Objectives here are means over customers in logs of parameters, so order 1. */
  readonly gradientTolerance?: number;
}

/** A likelihood of a few parameters takes 15 to 60 steps; ten times as many means that it walks along a ridge. */
const MAX_ITERATIONS = 500;
const GRADIENT_TOLERANCE = 1e-9;
/** A step that promises less than this share of the value is below what sums over customers can resolve: arrived. */
const DECREASE_TOLERANCE = 1e-14;
/** In log space one step never changes a parameter more than e^2-fold: far extrapolations of a likelihood are worthless. */
const LONGEST_STEP = 2;
const SUFFICIENT_DECREASE = 1e-4;
const MAX_HALVINGS = 30;
/** Of the value: a likelihood is a difference of sums a thousand times its size. */
const ROUNDING = 1e-11;
/** Below this the objective's own rounding hides further decrease: a failed line search there is an arrival. */
const ROUNDING_GRADIENT = 1e-6;
/** Steps without progress beyond rounding, on a surface this flat, are an arrival too: a ridge that ends at a wall. */
const STALL_STEPS = 15;
const STALL_DECREASE = 1e-11;
const STALL_GRADIENT = 1e-5;

/**
 * Minimises a smooth function by BFGS with a backtracking line search. Not converging is a result.
 * @param objective any number of variables, best scaled to order 1 (logs of parameters); a value that is not finite
 *   counts as infinitely bad, so the search backs away from it
 * @param start where the objective is finite; not modified
 * O(variables^2) a step besides one or two evaluations. Nocedal and Wright (2006), algorithm 6.1.
 */
export function minimise(objective: Objective, start: ArrayLike<number>, options: MinimiseOptions = {}): Minimum {
  const { maxIterations = MAX_ITERATIONS, gradientTolerance = GRADIENT_TOLERANCE } = options;
  const size = start.length;
  let point = Float64Array.from(start);
  let gradient = new Float64Array(size);
  let value = objective(point, gradient);
  let evaluations = 1;
  let candidate = new Float64Array(size);
  let candidateGradient = new Float64Array(size);
  const inverse = new Float64Array(size * size);
  const direction = new Float64Array(size);
  const change = new Float64Array(size);
  const product = new Float64Array(size);
  resetToIdentity(inverse, size);
  let fresh = true;
  let iterations = 0;
  let converged = largest(gradient) <= gradientTolerance;
  let valueBefore = value;

  while (!converged && iterations < maxIterations) {
    iterations++;
    multiply(inverse, gradient, direction, -1);
    let slope = dot(direction, gradient);
    if (!(slope < 0)) {
      resetToIdentity(inverse, size);
      fresh = true;
      multiply(inverse, gradient, direction, -1);
      slope = dot(direction, gradient);
    }
    if (!fresh && -slope <= DECREASE_TOLERANCE * (1 + Math.abs(value))) {
      converged = true;
      break;
    }
    const length = largest(direction);
    let step = length > LONGEST_STEP ? LONGEST_STEP / length : 1;
    let found = Number.NaN;
    for (let halving = 0; halving < MAX_HALVINGS; halving++) {
      for (let i = 0; i < size; i++) candidate[i] = point[i]! + step * direction[i]!;
      found = objective(candidate, candidateGradient);
      evaluations++;
      if (found <= value + SUFFICIENT_DECREASE * step * slope) break;
      // Near the optimum the decrease drowns in rounding while the slope is still exact (Hager and Zhang, 2005).
      if (
        found <= value + ROUNDING * (1 + Math.abs(value)) &&
        Math.abs(dot(direction, candidateGradient)) <= 0.5 * -slope
      )
        break;
      found = Number.NaN;
      step /= 2;
    }
    if (Number.isNaN(found)) {
      converged = largest(gradient) <= ROUNDING_GRADIENT;
      if (converged || fresh) break;
      resetToIdentity(inverse, size);
      fresh = true;
      continue;
    }
    for (let i = 0; i < size; i++) {
      direction[i] = candidate[i]! - point[i]!;
      change[i] = candidateGradient[i]! - gradient[i]!;
    }
    fresh = !updateInverse(inverse, direction, change, product, fresh);
    [point, candidate] = [candidate, point];
    [gradient, candidateGradient] = [candidateGradient, gradient];
    value = found;
    converged = largest(gradient) <= gradientTolerance;
    if (iterations % STALL_STEPS === 0) {
      const stalled = valueBefore - value <= STALL_DECREASE * (1 + Math.abs(value));
      if (stalled && largest(gradient) <= STALL_GRADIENT) converged = true;
      valueBefore = value;
    }
  }
  return { point, value, gradientMax: largest(gradient), iterations, evaluations, converged };
}

/** BFGS update in place; false when the step showed no positive curvature and nothing was learned. */
function updateInverse(
  inverse: Float64Array,
  step: Float64Array,
  change: Float64Array,
  product: Float64Array,
  fresh: boolean,
): boolean {
  const size = step.length;
  const curvature = dot(step, change);
  const changeSquared = dot(change, change);
  if (!(curvature > 1e-14 * Math.sqrt(changeSquared * dot(step, step)))) return !fresh;
  if (fresh) {
    // The first curvature seen sets the scale (Nocedal and Wright, equation 6.20).
    inverse.fill(0);
    for (let i = 0; i < size; i++) inverse[i * size + i] = curvature / changeSquared;
  }
  multiply(inverse, change, product, 1);
  const factor = (1 + dot(change, product) / curvature) / curvature;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      inverse[i * size + j]! +=
        factor * step[i]! * step[j]! - (product[i]! * step[j]! + step[i]! * product[j]!) / curvature;
    }
  }
  return true;
}

export interface Wall {
  readonly low: number;
  readonly high: number;
}

/**
 * Adds half the squared distance by which each variable passes its walls. Between them the objective is unchanged;
 * outside it grows, so that a likelihood that keeps rising towards infinity still has a finite, reproducible optimum
 * just past the wall, and the fit can say so.
 */
export function withWalls(objective: Objective, walls: readonly Wall[]): Objective {
  return (point, gradient) => {
    let value = objective(point, gradient);
    for (let i = 0; i < walls.length; i++) {
      const { low, high } = walls[i]!;
      const excess = Math.max(0, point[i]! - high) + Math.min(0, point[i]! - low);
      value += (excess * excess) / 2;
      gradient[i]! += excess;
    }
    return value;
  };
}

/**
 * Second derivatives from central differences of the gradient, symmetrised; size x size, row-major.
 * 2 x size evaluations; relative error about 1e-6 for objectives of order 1.
 */
export function hessianAt(objective: Objective, point: Float64Array): Float64Array {
  const size = point.length;
  const hessian = new Float64Array(size * size);
  const moved = Float64Array.from(point);
  const above = new Float64Array(size);
  const below = new Float64Array(size);
  const width = 1e-4;
  for (let i = 0; i < size; i++) {
    moved[i] = point[i]! + width;
    objective(moved, above);
    moved[i] = point[i]! - width;
    objective(moved, below);
    moved[i] = point[i]!;
    for (let j = 0; j < size; j++) {
      const slope = (above[j]! - below[j]!) / (4 * width);
      hessian[i * size + j]! += slope;
      hessian[j * size + i]! += slope;
    }
  }
  return hessian;
}

function resetToIdentity(matrix: Float64Array, size: number): void {
  matrix.fill(0);
  for (let i = 0; i < size; i++) matrix[i * size + i] = 1;
}

function multiply(matrix: Float64Array, vector: Float64Array, out: Float64Array, sign: number): void {
  const size = vector.length;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += matrix[i * size + j]! * vector[j]!;
    out[i] = sign * sum;
  }
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += left[i]! * right[i]!;
  return sum;
}

function largest(vector: Float64Array): number {
  let most = 0;
  for (const item of vector) {
    const size = Math.abs(item);
    if (!(size <= most)) most = size;
  }
  return most;
}

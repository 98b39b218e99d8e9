export interface SimplexMinimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly evaluations: number;
  readonly converged: boolean;
}

const MAX_EVALUATIONS = 2_000;
/** The simplex has shrunk below what a likelihood's own rounding can tell apart. */
const VALUE_TOLERANCE = 1e-13;
const FIRST_STEP = 0.5;

/**
 * Minimises without derivatives: slow and independent of any gradient, which is why it serves as the check of the fits
 * that use one, and as the way on where a line search is stuck.
 * @param objective value at a point; NaN counts as infinitely bad
 * @param start not modified
 * @returns converged when the values of the simplex agree to 1e-13 relative. Nelder and Mead (1965).
 */
export function minimiseBySimplex(
  objective: (point: Float64Array) => number,
  start: ArrayLike<number>,
  maxEvaluations = MAX_EVALUATIONS,
): SimplexMinimum {
  const size = start.length;
  let evaluations = 0;
  const evaluate = (point: Float64Array) => {
    evaluations++;
    const value = objective(point);
    return { point, value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value };
  };
  const corners = [evaluate(Float64Array.from(start))];
  for (let i = 0; i < size; i++) {
    const corner = Float64Array.from(start);
    corner[i]! += FIRST_STEP;
    corners.push(evaluate(corner));
  }
  const between = (from: Float64Array, to: Float64Array, share: number) =>
    from.map((item, i) => item + share * (to[i]! - item));
  let converged = false;
  while (evaluations < maxEvaluations) {
    corners.sort((left, right) => left.value - right.value);
    const best = corners[0]!;
    const worst = corners[size]!;
    converged = worst.value - best.value <= VALUE_TOLERANCE * (1 + Math.abs(best.value));
    if (converged) break;
    const centre = new Float64Array(size);
    for (let c = 0; c < size; c++) for (let i = 0; i < size; i++) centre[i]! += corners[c]!.point[i]! / size;
    const reflected = evaluate(between(centre, worst.point, -1));
    if (reflected.value < best.value) {
      const expanded = evaluate(between(centre, worst.point, -2));
      corners[size] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < corners[size - 1]!.value) {
      corners[size] = reflected;
    } else {
      const inner = evaluate(between(centre, reflected.value < worst.value ? reflected.point : worst.point, 0.5));
      if (inner.value < Math.min(reflected.value, worst.value)) corners[size] = inner;
      else for (let c = 1; c <= size; c++) corners[c] = evaluate(between(best.point, corners[c]!.point, 0.5));
    }
  }
  const { point, value } = corners.reduce((best, corner) => (corner.value < best.value ? corner : best));
  return { point, value, evaluations, converged };
}

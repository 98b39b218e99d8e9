import { inverseDiagonal } from '../../numerics/linear-algebra/linear-solve.js';
import {
  hessianAt,
  type Minimum,
  minimise,
  type Objective,
  type Wall,
  withWalls,
} from '../../numerics/optimise/minimise.js';
import { minimiseBySimplex } from '../../numerics/optimise/nelder-mead.js';
import { said, type Wording } from '../../words/reasons.js';

/**
 * Positive parameters by name, as maximum likelihood found them, and how far that is to be believed. Plain JSON.
 */
export interface LikelihoodFit<Name extends string> {
  /** Null only when there was no customer to learn from. */
  readonly parameters: Readonly<Record<Name, number>> | null;
  /** From the curvature at the optimum; null where that says nothing (degenerate, not converged). */
  readonly standardErrors: Readonly<Record<Name, number>> | null;
  readonly logLikelihood: number;
  readonly customers: number;
  /** Rows that could not be used, and so were not. */
  readonly leftOut: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** The likelihood has no optimum at ordinary parameters: they stand at a bound. Predictions and ranking still hold. */
  readonly degenerate: boolean;
  readonly note: Wording | null;
}

/**
 * Parameters are searched between 1e-5 and 1e5 of their natural unit. Beyond, the models cannot be told from their
 * limits (nobody ever leaves, everybody is alike): on Online Retail and thelook, whose BG/NBD likelihood rises for
 * ever, stopping here costs less than 0.01 of log-likelihood.
 */
const WALL: Wall = { low: Math.log(1e-5), high: Math.log(1e5) };
/** A parameter this near to its wall (100-fold) is at the limit for every practical purpose. */
const WALL_MARGIN = Math.log(100);

/** Enough to leave the place where the line search was stuck; the rest is BFGS's work. */
const RESCUE_EVALUATIONS = 150;

export interface LikelihoodProblem<Name extends string> {
  readonly names: readonly Name[];
  /** Mean negative log-likelihood a customer at the logs of the parameters in natural units, and its gradient. */
  readonly objective: Objective;
  readonly customers: number;
  readonly leftOut: number;
  /** One or more starts, in logs; later ones are tried only where the first fails or ends at a wall. */
  readonly starts: readonly (readonly number[])[];
  /** What one natural unit is in the caller's: parameter = offset + unit x exp(log). Unit 1 and offset 0 if absent. */
  readonly units?: Partial<Record<Name, number>>;
  readonly offsets?: Partial<Record<Name, number>>;
  /** Added to the log-likelihood: what changing to natural units took away. */
  readonly unitCorrection?: number;
  /** Says what it means that these parameters stand at a wall. */
  describeWalls(atWall: readonly { readonly name: Name; readonly high: boolean }[]): Wording;
}

/** Maximises a likelihood of a few positive parameters within documented bounds. Never throws, never gives NaN. */
export function maximiseLikelihood<Name extends string>(problem: LikelihoodProblem<Name>): LikelihoodFit<Name> {
  const { names, customers, leftOut } = problem;
  if (customers === 0) {
    return {
      parameters: null,
      standardErrors: null,
      logLikelihood: 0,
      customers,
      leftOut,
      iterations: 0,
      converged: false,
      degenerate: true,
      note: leftOut === 0 ? said('no-customers', {}) : said('rows-unusable', { rows: leftOut }),
    };
  }
  const objective = withWalls(
    problem.objective,
    names.map(() => WALL),
  );
  let best: Minimum | null = null;
  let iterations = 0;
  for (const start of problem.starts) {
    const found = search(objective, start);
    iterations += found.iterations;
    if (best === null || found.value < best.value) best = found;
    if (best.converged && wallsReached(names, best.point).length === 0) break;
  }
  const { point, value, converged } = best!;
  const atWall = wallsReached(names, point);
  const unitOf = (name: Name) => problem.units?.[name] ?? 1;
  const named = (of: (index: number, name: Name) => number) =>
    Object.fromEntries(names.map((name, index) => [name, of(index, name)])) as Record<Name, number>;
  const variances = atWall.length > 0 || !converged ? null : inverseDiagonal(hessianAt(objective, point), names.length);
  const degenerate = atWall.length > 0 || (converged && variances === null);
  const describe = () => {
    if (atWall.length > 0) return problem.describeWalls(atWall);
    if (!converged) return said('search-stopped', { steps: iterations });
    return degenerate ? said('histories-silent', {}) : null;
  };
  return {
    parameters: named((index, name) => (problem.offsets?.[name] ?? 0) + unitOf(name) * Math.exp(point[index]!)),
    standardErrors:
      variances === null
        ? null
        : named((index, name) => unitOf(name) * Math.exp(point[index]!) * Math.sqrt(variances[index]! / customers)),
    // The last 0 turns -0, which JSON does not keep, into 0.
    logLikelihood: (problem.unitCorrection ?? 0) - value * customers + 0,
    customers,
    leftOut,
    iterations,
    converged,
    degenerate,
    note: describe(),
  };
}

/** BFGS; where its line search is stuck, the simplex moves on and BFGS finishes. */
function search(objective: Objective, start: readonly number[]): Minimum {
  const first = minimise(objective, start);
  if (first.converged) return first;
  const ignored = new Float64Array(start.length);
  const moved = minimiseBySimplex((point) => objective(point, ignored), first.point, RESCUE_EVALUATIONS);
  const second = minimise(objective, moved.point);
  const better = second.value < first.value || second.converged ? second : first;
  return { ...better, iterations: first.iterations + second.iterations };
}

function wallsReached<Name extends string>(names: readonly Name[], point: Float64Array) {
  return names.flatMap((name, index) => {
    const at = point[index]!;
    if (at > WALL.high - WALL_MARGIN) return [{ name, high: true }];
    if (at < WALL.low + WALL_MARGIN) return [{ name, high: false }];
    return [];
  });
}

import { InvalidInputError } from '../errors.js';
import type { Random } from '../numerics/random.js';
import {
  averageRanks,
  correlation,
  type Decile,
  decileCalibration,
  type GainsPoint,
  gainsCurve,
  rowsByScore,
} from './gains.js';
import { devianceExplained, unitDeviances } from './tweedie.js';

/** A number with the range that holds it in 90 of 100 resamplings of the customers. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** One way of ranking customers, judged on what they did next. */
export interface Contestant {
  readonly key: string;
  /** In a sentence: "ranking by spend", "the Tweedie regression". */
  readonly title: string;
  readonly kind: 'model' | 'baseline';
  /** Larger is better. A model's are expected amounts, 0 or more, in the unit of the actual ones. */
  readonly scores: Float64Array;
}

export interface ContestantResult {
  readonly key: string;
  readonly title: string;
  readonly kind: 'model' | 'baseline';
  /** Share of the actual total that the first 10 % and 20 % of customers hold. */
  readonly capture10: Estimate;
  readonly capture20: Estimate;
  readonly gains: readonly GainsPoint[];
  readonly rankCorrelation: Estimate;
  /** The rest says how right the amounts are, which a mere ranking does not claim: null for baselines. */
  readonly bias: Estimate | null;
  readonly devianceExplained: Estimate | null;
  readonly deciles: readonly (Decile & { readonly actual: Estimate })[] | null;
}

export interface Backtest {
  readonly customers: number;
  readonly actualTotal: number;
  readonly actualMean: number;
  /** Customers with an actual value above 0, 0 to 1. */
  readonly activeShare: number;
  readonly results: readonly ContestantResult[];
  /** For each pair of contestants the points of capture at 20 % by which the first is ahead of the second. */
  readonly leads: readonly { readonly key: string; readonly over: string; readonly capture20: Estimate }[];
}

export interface BacktestOptions {
  /** Of the Tweedie deviance, strictly between 1 and 2. */
  readonly power: number;
  readonly rounds?: number;
}

const ROUNDS = 200;
const FEWEST_ROUNDS = 60;
/** Resampled rows x contestants in all: keeps a million customers to a few seconds. */
const ROW_BUDGET = 60_000_000;
const GAINS_SHARES = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
/** Ends of a 90 % interval. */
const LOW = 0.05;
const HIGH = 0.95;

/**
 * Judges models and baselines on what really happened after the moment they were made at.
 * @param actual what each customer brought in the window, 0 or more (negative counts as 0)
 * @param contestants scores in the same row order, finite
 * @throws InvalidInputError when a length differs or a score is not finite
 * O(rounds x rows x contestants); fewer rounds (at least 60) above 60 million.
 */
export function backtest(
  actual: Float64Array,
  contestants: readonly Contestant[],
  options: BacktestOptions,
  random: Random,
): Backtest {
  const rows = actual.length;
  for (const { key, scores } of contestants) {
    if (scores.length !== rows || !scores.every(Number.isFinite)) {
      throw new InvalidInputError(`backtest requires ${rows} finite scores of ${key}, got ${scores.length}`);
    }
  }
  const kept = actual.map((value) => Math.max(0, value));
  const total = kept.reduce((sum, value) => sum + value, 0);
  const trackers = contestants.map((contestant) => new Tracker(contestant, kept, options.power));
  const most = Math.floor(ROW_BUDGET / Math.max(1, rows * contestants.length));
  const rounds = rows === 0 ? 0 : Math.max(FEWEST_ROUNDS, Math.min(options.rounds ?? ROUNDS, most));
  const counts = new Uint16Array(rows);
  for (let round = 0; round < rounds; round++) {
    counts.fill(0);
    for (let draw = 0; draw < rows; draw++) counts[Math.floor(random() * rows)]!++;
    for (const tracker of trackers) tracker.resample(counts);
  }
  const leads = trackers.flatMap((first) =>
    trackers
      .filter((second) => second !== first)
      .map((second) => ({
        key: first.contestant.key,
        over: second.contestant.key,
        capture20: estimate(
          first.capture20 - second.capture20,
          first.rounds20.map((value, round) => value - second.rounds20[round]!),
        ),
      })),
  );
  return {
    customers: rows,
    actualTotal: total,
    actualMean: rows === 0 ? 0 : total / rows,
    activeShare: rows === 0 ? 0 : kept.filter((value) => value > 0).length / rows,
    results: trackers.map((tracker) => tracker.result()),
    leads,
  };
}

function inOrder(order: Uint32Array, values: Float64Array): Float64Array {
  return Float64Array.from(order, (row) => values[row]!);
}

function estimate(value: number, resampled: readonly number[]): Estimate {
  if (resampled.length === 0) return { value, low: value, high: value };
  const sorted = Float64Array.from(resampled).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  return { value, low: at(LOW), high: at(HIGH) };
}

/**
 * One contestant through all rounds. A resampling is a count for each row, so the order by score is found once; rank
 * correlation keeps the ranks of the full sample, which changes its interval by less than its rounding.
 */
class Tracker {
  readonly capture20: number;
  readonly rounds20: number[] = [];
  private readonly rounds10: number[] = [];
  private readonly roundsCorrelation: number[] = [];
  private readonly roundsBias: number[] = [];
  private readonly roundsDeviance: number[] = [];
  private readonly roundsDecile: number[][] = Array.from({ length: 10 }, () => []);
  private readonly order: Uint32Array;
  private readonly gains: GainsPoint[];
  private readonly scoreRanks: Float64Array;
  private readonly actualRanks: Float64Array;
  // The same columns from the best score down: a round then jumps about in the counts alone.
  private readonly sortedActual: Float64Array;
  private readonly sortedScores: Float64Array;
  private readonly sortedScoreRanks: Float64Array;
  private readonly sortedActualRanks: Float64Array;
  private readonly decileEnds: number[];

  constructor(
    readonly contestant: Contestant,
    private readonly actual: Float64Array,
    private readonly power: number,
  ) {
    this.order = rowsByScore(contestant.scores);
    this.gains = gainsCurve(contestant.scores, actual, GAINS_SHARES);
    this.capture20 = this.captureOf(0.2);
    this.scoreRanks = averageRanks(contestant.scores);
    this.actualRanks = averageRanks(actual);
    this.sortedActual = inOrder(this.order, actual);
    this.sortedScores = inOrder(this.order, contestant.scores);
    this.sortedScoreRanks = inOrder(this.order, this.scoreRanks);
    this.sortedActualRanks = inOrder(this.order, this.actualRanks);
    this.decileEnds = Array.from({ length: 10 }, (_, i) => Math.ceil(((i + 1) * actual.length) / 10));
  }

  private captureOf(share: number): number {
    return this.gains.find((point) => point.share === share)!.captured;
  }

  /** One walk from the best score down, each row as often as it was drawn. */
  resample(counts: Uint16Array): void {
    const { order, sortedActual, sortedScores, sortedScoreRanks, sortedActualRanks, contestant, decileEnds } = this;
    const rows = order.length;
    const isModel = contestant.kind === 'model';
    let drawn = 0;
    let sum = 0;
    let at10 = -1;
    let at20 = -1;
    let predictedSum = 0;
    let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
    let decile = 0;
    let decileCount = 0;
    let decileSum = 0;
    for (let i = 0; i < rows; i++) {
      const count = counts[order[i]!]!;
      if (count > 0) {
        const value = sortedActual[i]!;
        drawn += count;
        sum += count * value;
        if (at10 < 0 && drawn >= 0.1 * rows) at10 = sum - (drawn - Math.ceil(0.1 * rows)) * value;
        if (at20 < 0 && drawn >= 0.2 * rows) at20 = sum - (drawn - Math.ceil(0.2 * rows)) * value;
        const scoreRank = sortedScoreRanks[i]!;
        const actualRank = sortedActualRanks[i]!;
        x += count * scoreRank;
        y += count * actualRank;
        xx += count * scoreRank * scoreRank;
        yy += count * actualRank * actualRank;
        xy += count * scoreRank * actualRank;
        if (isModel) {
          predictedSum += count * sortedScores[i]!;
          decileCount += count;
          decileSum += count * value;
        }
      }
      while (decile < 10 && i + 1 === decileEnds[decile]) {
        if (decileCount > 0) this.roundsDecile[decile]!.push(decileSum / decileCount);
        decileCount = 0;
        decileSum = 0;
        decile++;
      }
    }
    this.rounds10.push(sum > 0 ? at10 / sum : 0);
    this.rounds20.push(sum > 0 ? at20 / sum : 0);
    const spread = (rows * xx - x * x) * (rows * yy - y * y);
    this.roundsCorrelation.push(spread > 0 ? (rows * xy - x * y) / Math.sqrt(spread) : 0);
    if (isModel) {
      if (sum > 0) this.roundsBias.push(predictedSum / sum - 1);
      this.roundsDeviance.push(this.resampledDeviance(counts, sum / rows));
    }
  }

  /** D2 of the drawn rows. */
  private resampledDeviance(counts: Uint16Array, mean: number): number {
    const { own: deviances, targetPowers } = this.deviances();
    if (!(mean > 0)) return 0;
    let own = 0;
    let constant = 0;
    for (let row = 0; row < counts.length; row++) {
      own += counts[row]! * deviances[row]!;
      constant += counts[row]! * targetPowers[row]!;
    }
    const { power } = this;
    const worst = mean ** (2 - power) / ((power - 1) * (2 - power)) - constant / counts.length;
    return worst > 0 ? 1 - own / counts.length / worst : 0;
  }

  private cached: { own: Float64Array; targetPowers: Float64Array } | null = null;

  /** Half unit deviances of the scores, and the part of the targets alone; made once. */
  private deviances() {
    if (this.cached === null) {
      const { power } = this;
      const targetPowers = this.actual.map((y) => (y > 0 ? y ** (2 - power) / ((power - 1) * (2 - power)) : 0));
      this.cached = { own: unitDeviances(this.actual, this.contestant.scores, power), targetPowers };
    }
    return this.cached;
  }

  result(): ContestantResult {
    const { key, title, kind, scores } = this.contestant;
    const isModel = kind === 'model';
    const actualSum = this.actual.reduce((sum, value) => sum + value, 0);
    const predictedSum = scores.reduce((sum, value) => sum + value, 0);
    return {
      ...{ key, title, kind },
      capture10: estimate(this.captureOf(0.1), this.rounds10),
      capture20: estimate(this.capture20, this.rounds20),
      gains: this.gains,
      rankCorrelation: estimate(correlation(this.scoreRanks, this.actualRanks), this.roundsCorrelation),
      bias: isModel && actualSum > 0 ? estimate(predictedSum / actualSum - 1, this.roundsBias) : null,
      devianceExplained: isModel
        ? estimate(devianceExplained(this.actual, scores, this.power), this.roundsDeviance)
        : null,
      deciles: isModel
        ? decileCalibration(scores, this.actual).map((decile) => ({
            ...decile,
            actual: estimate(decile.actualMean, this.roundsDecile[decile.decile - 1]!),
          }))
        : null,
    };
  }
}

import { InvalidInputError } from '../../errors.js';
import type { Random } from '../../numerics/random.js';
import type { Wording } from '../../words/reasons.js';
import { unitDeviances } from '../tweedie/tweedie.js';
import { averageRanks, type Decile, decileCalibration, type GainsPoint, rowsByScore } from './gains.js';

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
  readonly title: Wording;
  readonly kind: ContestantKind;
  /** Larger is better. Expected amounts, 0 or more, in the unit of the actual ones; of a baseline any number. */
  readonly scores: Float64Array;
}

/** A `model` can be chosen; an `opinion` foretells amounts and is judged like one, for comparison; a `baseline` only ranks. */
export type ContestantKind = 'model' | 'opinion' | 'baseline';

/** One point of a gains curve: the first `share` of customers hold `captured` of the total. */
export interface JudgedGains extends GainsPoint {
  readonly low: number;
  readonly high: number;
}

export interface ContestantResult {
  readonly key: string;
  readonly title: Wording;
  readonly kind: ContestantKind;
  /** Share of the actual total that the first 10 % and 20 % of customers hold. */
  readonly capture10: Estimate;
  readonly capture20: Estimate;
  readonly gains: readonly JudgedGains[];
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
  /** For each pair of contestants by how much the first is ahead of the second. */
  readonly leads: readonly Lead[];
}

export interface Lead {
  readonly key: string;
  readonly over: string;
  /** Of the actual total, by the first 20 % of customers. */
  readonly capture20: Estimate;
  /** Of D2: how right the amounts are. Null where one of the two claims none. */
  readonly devianceExplained: Estimate | null;
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
 * Judges models and baselines on what really happened after the moment they were made at. Customers with equal scores share
 * what they hold, so that no ranking gains by the order in which the rows happen to stand.
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
        capture20: leadIn(first.capture20, second.capture20),
        devianceExplained:
          first.deviance === null || second.deviance === null ? null : leadIn(first.deviance, second.deviance),
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

/** A figure of the full sample and of each resampling. */
interface Sampled {
  readonly value: number;
  readonly rounds: readonly number[];
}

function estimate({ value, rounds }: Sampled): Estimate {
  if (rounds.length === 0) return { value, low: value, high: value };
  const sorted = Float64Array.from(rounds).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  return { value, low: at(LOW), high: at(HIGH) };
}

const leadIn = (first: Sampled, second: Sampled): Estimate =>
  estimate({
    value: first.value - second.value,
    rounds: first.rounds.map((value, round) => value - second.rounds[round]!),
  });

/** What one walk over the customers finds; the last three are of amounts, and NaN where there is nothing to compare with. */
interface Round {
  readonly captured: Float64Array;
  readonly correlation: number;
  readonly bias: number;
  readonly deviance: number;
  readonly decileMeans: Float64Array;
}

/**
 * One contestant through all rounds. A resampling is a count for each row, so the order by score is found once; rank
 * correlation keeps the ranks of the full sample, which changes its interval by less than its rounding.
 */
class Tracker {
  private readonly full: Round;
  private readonly rounds: Round[] = [];
  private readonly claimsAmounts: boolean;
  private readonly order: Uint32Array;
  /** 1 where the next score is another. */
  private readonly tieEnds: Uint8Array;
  private readonly targets: readonly number[];
  // The same columns from the best score down: a round then jumps about in the counts alone.
  private readonly sortedActual: Float64Array;
  private readonly sortedScores: Float64Array;
  private readonly sortedScoreRanks: Float64Array;
  private readonly sortedActualRanks: Float64Array;
  private readonly decileEnds: readonly number[];

  constructor(
    readonly contestant: Contestant,
    private readonly actual: Float64Array,
    private readonly power: number,
  ) {
    const { scores, kind } = contestant;
    this.claimsAmounts = kind !== 'baseline';
    this.order = rowsByScore(scores);
    this.sortedActual = inOrder(this.order, actual);
    this.sortedScores = inOrder(this.order, scores);
    this.tieEnds = Uint8Array.from(this.sortedScores, (score, i) => (score === this.sortedScores[i + 1] ? 0 : 1));
    this.sortedScoreRanks = inOrder(this.order, averageRanks(scores));
    this.sortedActualRanks = inOrder(this.order, averageRanks(actual));
    // A hair less, so that a product such as 0.1 x 30 = 3.0000000000000004 takes three customers and not four.
    this.targets = GAINS_SHARES.map((share) => Math.ceil(share * actual.length - 1e-9));
    this.decileEnds = Array.from({ length: 10 }, (_, i) => Math.ceil(((i + 1) * actual.length) / 10));
    this.full = this.measure(new Uint16Array(actual.length).fill(1));
  }

  resample(counts: Uint16Array): void {
    this.rounds.push(this.measure(counts));
  }

  /** One walk from the best score down, each row as often as it was drawn. */
  private measure(counts: Uint16Array): Round {
    const { order, tieEnds, targets, sortedActual, sortedScores, sortedScoreRanks, sortedActualRanks } = this;
    const { claimsAmounts, decileEnds } = this;
    const rows = order.length;
    const captured = new Float64Array(targets.length);
    const decileMeans = new Float64Array(10).fill(Number.NaN);
    let drawn = 0;
    let sum = 0;
    let [drawnAbove, sumAbove, target] = [0, 0, 0];
    let predictedSum = 0;
    let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
    let [decile, decileCount, decileSum] = [0, 0, 0];
    for (let i = 0; i < rows; i++) {
      const count = counts[order[i]!]!;
      if (count > 0) {
        const value = sortedActual[i]!;
        drawn += count;
        sum += count * value;
        const scoreRank = sortedScoreRanks[i]!;
        const actualRank = sortedActualRanks[i]!;
        x += count * scoreRank;
        y += count * actualRank;
        xx += count * scoreRank * scoreRank;
        yy += count * actualRank * actualRank;
        xy += count * scoreRank * actualRank;
        if (claimsAmounts) {
          predictedSum += count * sortedScores[i]!;
          decileCount += count;
          decileSum += count * value;
        }
      }
      if (tieEnds[i] === 1) {
        for (; target < targets.length && drawn >= targets[target]!; target++) {
          const share = (targets[target]! - drawnAbove) / (drawn - drawnAbove);
          captured[target] = share === 1 ? sum : sumAbove + share * (sum - sumAbove);
        }
        drawnAbove = drawn;
        sumAbove = sum;
      }
      while (decile < 10 && i + 1 === decileEnds[decile]) {
        if (decileCount > 0) decileMeans[decile] = decileSum / decileCount;
        decileCount = 0;
        decileSum = 0;
        decile++;
      }
    }
    const spread = (rows * xx - x * x) * (rows * yy - y * y);
    return {
      captured: captured.map((held) => (sum > 0 ? held / sum : 0)),
      correlation: spread > 0 ? (rows * xy - x * y) / Math.sqrt(spread) : 0,
      bias: claimsAmounts && sum > 0 ? predictedSum / sum - 1 : Number.NaN,
      deviance: claimsAmounts ? this.devianceOf(counts, sum / rows) : Number.NaN,
      decileMeans,
    };
  }

  /** D2 of the drawn rows. */
  private devianceOf(counts: Uint16Array, mean: number): number {
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

  private sampled(of: (round: Round) => number): Sampled {
    return { value: of(this.full), rounds: this.rounds.map(of).filter((value) => !Number.isNaN(value)) };
  }

  private capturedBy(share: number): Sampled {
    const at = GAINS_SHARES.indexOf(share);
    return this.sampled(({ captured }) => captured[at]!);
  }

  get capture20(): Sampled {
    return this.capturedBy(0.2);
  }

  /** Null of a baseline. */
  get deviance(): Sampled | null {
    return this.claimsAmounts ? this.sampled(({ deviance }) => deviance) : null;
  }

  result(): ContestantResult {
    const { claimsAmounts, deviance } = this;
    const { key, title, kind, scores } = this.contestant;
    return {
      key,
      title,
      kind,
      capture10: estimate(this.capturedBy(0.1)),
      capture20: estimate(this.capture20),
      gains: GAINS_SHARES.map((share) => {
        const { value, low, high } = estimate(this.capturedBy(share));
        return { share, captured: value, low, high };
      }),
      rankCorrelation: estimate(this.sampled(({ correlation }) => correlation)),
      bias: claimsAmounts && !Number.isNaN(this.full.bias) ? estimate(this.sampled(({ bias }) => bias)) : null,
      devianceExplained: deviance === null ? null : estimate(deviance),
      deciles: claimsAmounts
        ? decileCalibration(scores, this.actual).map((decile) => ({
            ...decile,
            actual: estimate({
              ...this.sampled(({ decileMeans }) => decileMeans[decile.decile - 1]!),
              value: decile.actualMean,
            }),
          }))
        : null,
    };
  }
}

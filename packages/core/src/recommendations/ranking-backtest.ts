import { InvalidInputError } from '../errors.js';
import type { Random } from '../numerics/random.js';
import { type RankingFigures, said, type Wording } from '../words/reasons.js';

/** Measured over customers, with the range that holds it in 90 of 100 resamplings of them. */
export interface RankingEstimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Hit rate and NDCG of one way of making lists; both 0 to 1. */
export interface RankingResult {
  readonly hitRate: RankingEstimate;
  readonly ndcg: RankingEstimate;
}

export interface RankingBacktest {
  /** Lists that were judged: customers who bought in the window, or baskets. */
  readonly lists: number;
  readonly length: number;
  readonly recommender: RankingResult;
  readonly popularity: RankingResult;
  /** recommender - popularity over the same resamplings. */
  readonly lead: RankingResult;
  readonly verdict: RankingVerdict;
}

export interface RankingVerdict {
  /** BEATS_POPULARITY: both leads are above 0 with their whole interval. */
  readonly kind: 'BEATS_POPULARITY' | 'NO_BETTER_THAN_POPULARITY' | 'NOT_TESTED';
  readonly sentence: Wording;
}

/** How good lists are, one entry a list. */
export interface RankingColumns {
  /** 1 where the list holds at least one product that was bought, else 0. */
  readonly hits: Float64Array;
  readonly ndcg: Float64Array;
}

export const LIST_LENGTH = 10;
const ROUNDS = 400;
const LOW = 0.05;
const HIGH = 0.95;
/** With fewer lists the interval is decided by a handful of people. */
export const FEWEST_LISTS = 30;

/**
 * Judges one list by what was bought: binary relevance, gain 1 / log2(place + 1), divided by the best list's gain.
 * Jarvelin and Kekalainen (2002), "Cumulated gain-based evaluation of IR techniques".
 * @param list products, the best first; those after the `length`th do not count
 * @param bought what was bought, at least one
 */
export function judgeList(
  list: readonly string[],
  bought: ReadonlySet<string>,
  length = LIST_LENGTH,
): { hit: number; ndcg: number } {
  if (bought.size === 0) throw new InvalidInputError('judgeList requires at least one bought product, got none');
  let gain = 0;
  let best = 0;
  for (let place = 1; place <= length; place++) {
    const worth = 1 / Math.log2(place + 1);
    const product = list[place - 1];
    if (product !== undefined && bought.has(product)) gain += worth;
    if (place <= bought.size) best += worth;
  }
  return { hit: gain > 0 ? 1 : 0, ndcg: gain / best };
}

/**
 * Compares the recommender's lists with the popularity's for the same customers, resampling customers for both at once.
 * @throws InvalidInputError when the columns differ in length
 * O(rounds x lists).
 */
export function backtestRanking(
  recommender: RankingColumns,
  popularity: RankingColumns,
  random: Random,
  length = LIST_LENGTH,
): RankingBacktest {
  const columns = [recommender.hits, recommender.ndcg, popularity.hits, popularity.ndcg];
  const lists = recommender.hits.length;
  if (columns.some((column) => column.length !== lists)) {
    throw new InvalidInputError(
      `backtestRanking requires columns of ${lists} lists, got ${columns.map((c) => c.length)}`,
    );
  }
  const meansOf = (rows: ArrayLike<number>) => {
    const sums = [0, 0, 0, 0];
    for (let i = 0; i < lists; i++) for (let c = 0; c < 4; c++) sums[c]! += columns[c]![rows[i]!]!;
    return sums.map((sum) => (lists === 0 ? 0 : sum / lists));
  };
  const own = meansOf(Int32Array.from({ length: lists }, (_, row) => row));
  const drawn: number[][] = [];
  const rows = new Int32Array(lists);
  for (let round = 0; lists > 0 && round < ROUNDS; round++) {
    for (let i = 0; i < lists; i++) rows[i] = Math.floor(random() * lists);
    drawn.push(meansOf(rows));
  }
  const of = (read: (means: readonly number[]) => number) => estimate(read(own), drawn.map(read));
  const result = {
    lists,
    length,
    recommender: { hitRate: of((m) => m[0]!), ndcg: of((m) => m[1]!) },
    popularity: { hitRate: of((m) => m[2]!), ndcg: of((m) => m[3]!) },
    lead: { hitRate: of((m) => m[0]! - m[2]!), ndcg: of((m) => m[1]! - m[3]!) },
  };
  return { ...result, verdict: verdictOf(result) };
}

function estimate(value: number, resampled: readonly number[]): RankingEstimate {
  if (resampled.length === 0) return { value, low: value, high: value };
  const sorted = Float64Array.from(resampled).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  return { value, low: at(LOW), high: at(HIGH) };
}

function verdictOf({ lists, length, recommender, popularity, lead }: Omit<RankingBacktest, 'verdict'>): RankingVerdict {
  if (lists < FEWEST_LISTS) {
    return { kind: 'NOT_TESTED', sentence: said('lists-few', { lists, needed: FEWEST_LISTS }) };
  }
  const figures: RankingFigures = {
    lists,
    length,
    hits: recommender.hitRate.value,
    popularHits: popularity.hitRate.value,
    lead: lead.hitRate.value,
    leadLow: lead.hitRate.low,
    leadHigh: lead.hitRate.high,
    gain: lead.ndcg.value,
    gainLow: lead.ndcg.low,
    gainHigh: lead.ndcg.high,
  };
  return lead.hitRate.low > 0 && lead.ndcg.low > 0
    ? { kind: 'BEATS_POPULARITY', sentence: said('beats-popularity', figures) }
    : { kind: 'NO_BETTER_THAN_POPULARITY', sentence: said('like-popularity', figures) };
}

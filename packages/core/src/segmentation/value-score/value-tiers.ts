import { InvalidInputError } from '../../errors.js';
import type { SegmentDefinition } from '../../model.js';
import { said, type Wording } from '../../words/reasons.js';
import { naturalBreaksOfMany, requireFourAscending } from '../score-thresholds.js';

/** Where the five tiers of the value score begin. */
export type TierCutOffs =
  /** The lowest scores of Occasional, Regular, Loyal and Premium: ascending, above 0 and below 1. */
  | { readonly method: 'fixed'; readonly from: readonly number[] }
  /** Classes of the scores with the least variance within them (Fisher-Jenks). */
  | { readonly method: 'natural-breaks' };

export interface FittedTiers {
  /** The lowest score of Premium, Loyal, Regular and Occasional: descending. */
  readonly from: readonly number[];
  /** Share of the variance that lies between natural breaks' classes, 0 to 1. */
  readonly goodnessOfFit: number | null;
  readonly note: Wording | null;
}

/** The five tiers, best first. */
const TIERS = [
  { key: 'premium', color: '#7c3aed' },
  { key: 'loyal', color: '#2563eb' },
  { key: 'regular', color: '#16a34a' },
  { key: 'occasional', color: '#ca8a04' },
  { key: 'at-risk', color: '#dc6803' },
] as const;

export const TIER_COUNT = TIERS.length;
/** Where a buyer stands whose score does not exist, as with nobody to compare with. */
export const UNSCORED_TIER = TIERS.findIndex(({ key }) => key === 'regular');
/** The default cut-offs, best first. */
export const FIXED_TIERS: readonly number[] = [0.8, 0.6, 0.4, 0.2];

/**
 * The bounds of the tiers.
 * @param scores of the buyers of the fit, 0 to 1; NaN is left out
 * @throws InvalidInputError when fixed bounds are not four ascending numbers between 0 and 1
 */
export function fitTiers(scores: Float64Array, cutOffs: TierCutOffs | undefined): FittedTiers {
  if (cutOffs === undefined) return { from: FIXED_TIERS, goodnessOfFit: null, note: null };
  if (cutOffs.method === 'fixed') {
    requireFourAscending(cutOffs.from, 'fitTiers');
    if (!(cutOffs.from[0]! > 0 && cutOffs.from[3]! < 1)) {
      throw new InvalidInputError(`fitTiers requires cut-offs above 0 and below 1, got ${cutOffs.from.join(', ')}`);
    }
    return { from: [...cutOffs.from].reverse(), goodnessOfFit: null, note: null };
  }
  const { lowerBounds, goodnessOfFit } = naturalBreaksOfMany(scores, TIERS.length);
  if (lowerBounds.length < TIERS.length) {
    const note = said('tiers-fixed', { needed: TIERS.length, found: lowerBounds.length });
    return { from: FIXED_TIERS, goodnessOfFit: null, note };
  }
  return { from: lowerBounds.slice(1).reverse(), goodnessOfFit, note: null };
}

/** The tier of a score, 0 for the best. */
export function tierOf(from: readonly number[], score: number): number {
  if (Number.isNaN(score)) return UNSCORED_TIER;
  const tier = from.findIndex((bound) => score >= bound);
  return tier < 0 ? from.length : tier;
}

/** The tiers with their bounds. */
export function tierDefinitions(from: readonly number[]): SegmentDefinition[] {
  return TIERS.map(({ key, color }, tier) => ({
    key,
    title: said('segment-title', { segment: `value:${key}` }),
    description: said('tier-description', { tier: key, from: from[tier] ?? null, to: from[tier - 1] ?? null }),
    color,
    publicLabel: null,
  }));
}

import type { Reason } from '@tessera/core';
import type { ProfileRow } from '../db/queries/customers/profiles.js';
import type { SegmentValue } from './segments/segmentation.js';

/** Of scores 1 to 5: from which on a word holds, the best first. */
type Words = readonly (readonly [least: number, text: string])[];
const RFM_WORDS: readonly (readonly [keyof ProfileRow, feature: string, Words])[] = [
  [
    'rfmRecency',
    'recency',
    [
      [4, 'ordered recently'],
      [3, 'ordered some time ago'],
      [1, 'has not ordered for long'],
    ],
  ],
  [
    'rfmFrequency',
    'frequency',
    [
      [4, 'orders more often than most'],
      [3, 'orders about as often as others'],
      [1, 'orders less often than most'],
    ],
  ],
  [
    'rfmMonetary',
    'monetary',
    [
      [4, 'spends more than most'],
      [3, 'spends about as much as others'],
      [1, 'spends less than most'],
    ],
  ],
];

/** Digits of any script, and English words that count. */
const FIGURE =
  /\p{N}|\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|once|twice|half|quarter|double)\b/iu;

/** A description may name a number of orders or an amount, a shop's own rules above all; then it says too much. */
function descriptionOf({ definition }: SegmentValue): Reason {
  const text = FIGURE.test(definition.description)
    ? 'meets what the shop asks of this segment'
    : definition.description;
  return { text, feature: 'segment' };
}

/**
 * Why a customer is in a segment for whoever may not know what he bought: what the segment is for, and where he stands
 * among the others as far as the segmentation looks at it. Never a digit, and no value beside it.
 */
export function reasonsWithoutFigures(customer: ProfileRow, segment: SegmentValue): Reason[] {
  const described = descriptionOf(segment);
  if (segment.segmentation.model.key !== 'rfm') return [described];
  const standing = RFM_WORDS.flatMap(([column, feature, words]) => {
    const score = customer[column];
    const text = typeof score === 'number' ? words.find(([least]) => score >= least)?.[1] : undefined;
    return text === undefined ? [] : [{ text, feature }];
  });
  return [described, ...standing];
}

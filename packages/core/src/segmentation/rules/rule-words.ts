import type { RuleFeature } from '../../customers/features.js';
import { type Comparison, isScore, type RuleCondition, type RuleField, type ScoreField } from './segment-rules.js';

const SCORE_WORDS: Readonly<Record<ScoreField, string>> = {
  recencyScore: 'recency',
  frequencyScore: 'frequency',
  monetaryScore: 'monetary',
};

/** `elapsedSpanDays` stands in the rules of old runs only: they were made when `spanDays` was that. */
const FIELD_WORDS: Readonly<Record<RuleFeature | 'elapsedSpanDays', string>> = {
  orders: 'orders',
  recencyDays: 'days since the last order',
  tenureDays: 'days since the first order',
  spanDays: 'days between the first and the last order',
  elapsedSpanDays: 'days between the first and the last order',
  netRevenue: 'net spend',
  grossRevenue: 'gross spend',
  averageOrderValue: 'value an order',
  itemsDelivered: 'pieces delivered',
  itemsReturned: 'pieces returned',
  medianDaysBetweenOrders: 'usual days between orders',
  discountShare: 'share saved by discounts',
  returnRate: 'share of pieces returned',
  promotionShare: 'share of orders bought at a discount',
  distinctCategories: 'categories bought',
  visits30d: 'visits in 30 days',
  emailOpens90d: 'e-mails opened in 90 days',
  serviceContacts90d: 'contacts with the service in 90 days',
};

/** What a field is called in a sentence. */
export const fieldInWords = (field: RuleField) => (isScore(field) ? `${SCORE_WORDS[field]} score` : FIELD_WORDS[field]);

function boundsInWords({ gte, gt, lte, lt }: Comparison): string {
  return [
    ...(gte === undefined ? [] : [`at least ${gte}`]),
    ...(gt === undefined ? [] : [`above ${gt}`]),
    ...(lte === undefined ? [] : [`at most ${lte}`]),
    ...(lt === undefined ? [] : [`below ${lt}`]),
  ].join(' and ');
}

const listed = (words: readonly string[], last: 'and' | 'or') =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;

const isScoreComparison = (part: RuleCondition): part is Comparison => 'field' in part && isScore(part.field);

/** Scores that stand side by side with the same bounds are said together, as a person would. */
function groupsOf(parts: readonly RuleCondition[]): RuleCondition[][] {
  const groups: RuleCondition[][] = [];
  for (const part of parts) {
    const before = groups.at(-1)?.[0];
    if (
      before !== undefined &&
      isScoreComparison(before) &&
      isScoreComparison(part) &&
      boundsInWords(before) === boundsInWords(part)
    ) {
      groups.at(-1)!.push(part);
    } else groups.push([part]);
  }
  return groups;
}

function joined(parts: readonly RuleCondition[], word: 'and' | 'or'): string {
  return groupsOf(parts)
    .map((group) => {
      const scores = group.filter(isScoreComparison);
      if (scores.length === 0) return conditionInWords(group[0]!, true);
      const names = listed(
        scores.map(({ field }) => SCORE_WORDS[field as ScoreField]),
        word,
      );
      const many = word === 'and' && scores.length > 1;
      return `${names} ${many ? 'scores' : 'score'} ${many && scores.length > 2 ? 'all ' : ''}${boundsInWords(scores[0]!)}`;
    })
    .join(`, ${word} `);
}

/**
 * A condition as a sentence: "recency score at least 4, and frequency or monetary score at least 4".
 * @param inner brackets a part of several clauses, so that "and" and "or" cannot be mixed up
 */
export function conditionInWords(condition: RuleCondition | null, inner = false): string {
  if (condition === null) return 'none of the rules before it';
  if ('field' in condition) return `${fieldInWords(condition.field)} ${boundsInWords(condition)}`;
  const text = 'all' in condition ? joined(condition.all, 'and') : joined(condition.any, 'or');
  return inner && /, (and|or) /.test(text) ? `(${text})` : text;
}

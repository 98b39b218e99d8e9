import { RULE_FEATURES, type RuleFeature } from '../../customers/features.js';

/** The scores that a rule may ask for, each 1 to 5; 5 is best. */
export const SCORE_FIELDS = ['recencyScore', 'frequencyScore', 'monetaryScore'] as const;
export type ScoreField = (typeof SCORE_FIELDS)[number];

/** What a rule may ask for: a score, or a feature in its own unit. */
export const RULE_FIELDS: readonly RuleField[] = [...SCORE_FIELDS, ...RULE_FEATURES];
export type RuleField = ScoreField | RuleFeature;

/** Bounds of one field, all of which must hold; at least one. A missing value meets none. */
export interface Comparison {
  readonly field: RuleField;
  readonly gte?: number;
  readonly gt?: number;
  readonly lte?: number;
  readonly lt?: number;
}

export type RuleCondition =
  | Comparison
  | { readonly all: readonly RuleCondition[] }
  | { readonly any: readonly RuleCondition[] };

export const isScore = (field: RuleField): field is ScoreField => (SCORE_FIELDS as readonly string[]).includes(field);

/** Every comparison of a condition, wherever it stands. */
export function comparisonsOf(condition: RuleCondition | null): readonly Comparison[] {
  if (condition === null) return [];
  if ('all' in condition) return condition.all.flatMap(comparisonsOf);
  if ('any' in condition) return condition.any.flatMap(comparisonsOf);
  return [condition];
}

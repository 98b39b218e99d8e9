import {
  type Comparison,
  comparisonsOf,
  isScore,
  type RuleCondition,
  type ScoreField,
} from '../segmentation/rules/rule-condition.js';
import type { Measure } from './reasons.js';
import type { Speaker } from './speaker.js';

/** How a language says the conditions of rules. */
export interface ConditionGrammar {
  /** Of the last rule, which asks for nothing. */
  readonly everybodyElse: string;
  /** `#` stands for the number. */
  readonly bounds: Readonly<Record<'gte' | 'gt' | 'lte' | 'lt', string>>;
  /** Between two bounds of one field. */
  readonly both: string;
  /** Between two clauses. */
  readonly and: string;
  readonly or: string;
  /** The score of a measure by its name. */
  readonly score: (measure: string) => string;
  /** Scores side by side with the same bounds: the names are listed already. */
  readonly scores: (names: string, count: number, word: 'and' | 'or', bounds: string) => string;
  readonly comparison: (name: string, bounds: string) => string;
  /** Around clauses within clauses. */
  readonly brackets: readonly [string, string];
}

const MEASURES: Readonly<Record<ScoreField, Measure>> = {
  recencyScore: 'recency',
  frequencyScore: 'frequency',
  monetaryScore: 'monetary',
};
const BOUNDS = ['gte', 'gt', 'lte', 'lt'] as const;

const isScoreComparison = (part: RuleCondition): part is Comparison => 'field' in part && isScore(part.field);

const sameBounds = (a: Comparison, b: Comparison) => BOUNDS.every((bound) => a[bound] === b[bound]);

/** Scores that stand side by side with the same bounds are said together, as a person would. */
function groupsOf(parts: readonly RuleCondition[]): RuleCondition[][] {
  const groups: RuleCondition[][] = [];
  for (const part of parts) {
    const before = groups.at(-1)?.[0];
    const isAlike =
      before !== undefined && isScoreComparison(before) && isScoreComparison(part) && sameBounds(before, part);
    if (isAlike) groups.at(-1)!.push(part);
    else groups.push([part]);
  }
  return groups;
}

/**
 * A condition in words: "recency score at least 4, and frequency or monetary score at least 4".
 * @param inner brackets a part of several clauses, so that "and" and "or" cannot be mixed up
 */
export function conditionInWords(
  condition: RuleCondition | null,
  grammar: ConditionGrammar,
  speaker: Speaker,
  inner = false,
): string {
  if (condition === null) return grammar.everybodyElse;
  const measure = ({ field }: Comparison) => speaker.measure(MEASURES[field as ScoreField]);
  const nameOf = (comparison: Comparison) =>
    isScore(comparison.field) ? grammar.score(measure(comparison)) : speaker.feature(comparison.field);
  const boundsOf = (comparison: Comparison) =>
    BOUNDS.flatMap((bound) => {
      const value = comparison[bound];
      return value === undefined ? [] : [grammar.bounds[bound].replace('#', speaker.bound(comparison.field, value))];
    }).join(grammar.both);
  if ('field' in condition) return grammar.comparison(nameOf(condition), boundsOf(condition));
  const [parts, word] = 'all' in condition ? ([condition.all, 'and'] as const) : ([condition.any, 'or'] as const);
  const groups = groupsOf(parts);
  const clauses = groups.map((group) => {
    const scores = group.filter(isScoreComparison);
    const [first] = scores;
    if (first === undefined) return conditionInWords(group[0]!, grammar, speaker, true);
    return grammar.scores(speaker.list(scores.map(measure), word), scores.length, word, boundsOf(first));
  });
  const [open, close] = inner && clauses.length > 1 ? grammar.brackets : ['', ''];
  return `${open}${clauses.join(grammar[word])}${close}`;
}

/** What a condition looks at, without its bounds: every field once. */
export function fieldsInWords(condition: RuleCondition, grammar: ConditionGrammar, speaker: Speaker): string {
  const names = comparisonsOf(condition).map(({ field }) =>
    isScore(field) ? grammar.score(speaker.measure(MEASURES[field])) : speaker.plainFeature(field),
  );
  return speaker.list([...new Set(names)]);
}

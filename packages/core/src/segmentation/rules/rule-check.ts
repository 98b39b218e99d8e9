import { type FeatureName, featureOf } from '../../customers/features.js';
import { PROSPECT } from '../../model.js';
import { LANGUAGES, said, type Wording } from '../../words/reasons.js';
import { wordsIn } from '../../words/words.js';
import {
  type Comparison,
  comparisonsOf,
  isScore,
  RULE_FIELDS,
  type RuleCondition,
  type RuleField,
} from './rule-condition.js';
import { compileCondition, type RuleRow, type SegmentRule } from './segment-rules.js';

/** What is wrong with a file is said in English, as all errors are. */
const { say: english } = wordsIn('en');
const ALL_WORDS = LANGUAGES.map((language) => wordsIn(language));
/** A text in every language, each form once, as names are compared. */
const formsOf = (wording: Wording) => [...new Set(ALL_WORDS.map(({ say }) => say(wording).trim().toLowerCase()))];

/** Something wrong with a set of rules, and where: `rules[2].when.all[0]`. */
export interface RuleProblem {
  /** Rules with an error cannot be used; a warning is for the shop to judge. */
  readonly level: 'error' | 'warning';
  readonly path: string;
  readonly text: string;
}

/** Combinations of values that are tried at most; about half a second. */
const MOST_COMBINATIONS = 200_000;
const BOUNDS = ['gte', 'gt', 'lte', 'lt'] as const;

const error = (path: string, text: string): RuleProblem => ({ level: 'error', path, text });

function checkCondition(condition: RuleCondition, path: string): RuleProblem[] {
  for (const word of ['all', 'any'] as const) {
    const parts = (condition as { all?: RuleCondition[]; any?: RuleCondition[] })[word];
    if (parts === undefined) continue;
    if (parts.length === 0) return [error(`${path}.${word}`, 'is empty')];
    return parts.flatMap((part, index) => checkCondition(part, `${path}.${word}[${index}]`));
  }
  const comparison = condition as Comparison;
  const problems: RuleProblem[] = [];
  if (!RULE_FIELDS.includes(comparison.field)) {
    problems.push(error(`${path}.field`, `"${comparison.field}" is not one of ${RULE_FIELDS.join(', ')}`));
  }
  const given = BOUNDS.filter((bound) => comparison[bound] !== undefined);
  if (given.length === 0) problems.push(error(path, `needs one of ${BOUNDS.join(', ')}`));
  for (const bound of given) {
    if (!Number.isFinite(comparison[bound])) problems.push(error(`${path}.${bound}`, 'is not a number'));
  }
  return problems;
}

function checkDefinitions(rules: readonly SegmentRule[]): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const prospect = formsOf(PROSPECT.title);
  const seen = { key: new Map<string, number>(), title: new Map<string, number>() };
  rules.forEach((rule, index) => {
    const path = `rules[${index}]`;
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(rule.key)) {
      problems.push(
        error(`${path}.key`, `"${rule.key}" is not kebab-case: lower-case letters, digits and single hyphens`),
      );
    }
    if (rule.key === PROSPECT.key || formsOf(rule.title).some((form) => prospect.includes(form))) {
      problems.push(
        error(`${path}.key`, `"${rule.key}" (${english(rule.title)}) is reserved for customers without an order`),
      );
    }
    if (formsOf(rule.title).includes('')) problems.push(error(`${path}.title`, 'is empty'));
    if (formsOf(rule.description).includes('')) problems.push(error(`${path}.description`, 'is empty'));
    if (!/^#[0-9a-f]{6}$/i.test(rule.color))
      problems.push(error(`${path}.color`, `"${rule.color}" is not like #2563eb`));
    for (const name of ['key', 'title'] as const) {
      const forms = formsOf(rule[name]);
      const twin = forms.find((form) => seen[name].has(form));
      for (const form of forms) if (!seen[name].has(form)) seen[name].set(form, index);
      if (twin === undefined) continue;
      problems.push(
        error(`${path}.${name}`, `"${english(rule[name])}" is that of rules[${seen[name].get(twin)!}] too`),
      );
    }
    const isLast = index === rules.length - 1;
    if (rule.when === null && !isLast) {
      problems.push(
        error(`${path}.when`, `is null, which catches everybody: no rule after ${english(rule.title)} can be reached`),
      );
    }
    if (rule.when !== null) problems.push(...checkCondition(rule.when, `${path}.when`));
  });
  return problems;
}

/** Values of a field that stand for all others: one on each bound and one on each side of it. */
function representatives(field: RuleField, comparisons: readonly Comparison[]): number[] {
  if (isScore(field)) return [1, 2, 3, 4, 5];
  const bounds = comparisons
    .filter((comparison) => comparison.field === field)
    .flatMap((comparison) => BOUNDS.flatMap((bound) => comparison[bound] ?? []))
    .sort((a, b) => a - b);
  const least = featureOf(field)?.wholeFrom;
  const values =
    least === undefined
      ? bounds
          .flatMap((bound, index) => [(bound + (bounds[index - 1] ?? bound - 2)) / 2, bound])
          .concat(bounds.at(-1)! + 1)
      : bounds
          .flatMap((bound) => [Math.ceil(bound) - 1, Math.floor(bound), Math.floor(bound) + 1])
          .concat(least)
          .filter((value) => value >= least);
  return [...new Set(values)];
}

/** Calls back with every combination of values; false when there are too many of them. */
function forEachCombination(rules: readonly SegmentRule[], visit: (row: RuleRow) => void): boolean {
  const comparisons = rules.flatMap(({ when }) => comparisonsOf(when));
  const fields = [...new Set(comparisons.map(({ field }) => field))];
  const values = fields.map((field) => representatives(field, comparisons));
  const count = values.reduce((product, { length }) => product * length, 1);
  if (count > MOST_COMBINATIONS) return false;
  const columns = Object.fromEntries(fields.map((field) => [field, new Float64Array(1)])) as Record<
    FeatureName,
    Float64Array
  >;
  const row = { recencyScore: 0, frequencyScore: 0, monetaryScore: 0, columns, row: 0 };
  for (let combination = 0; combination < count; combination++) {
    let rest = combination;
    fields.forEach((field, index) => {
      const value = values[index]![rest % values[index]!.length]!;
      rest = Math.floor(rest / values[index]!.length);
      if (isScore(field)) row[field] = value;
      else columns[field][0] = value;
    });
    visit(row);
  }
  return true;
}

/** Rules that contradict themselves, and rules whose customers are all taken before. Assumes well-formed rules. */
function checkReach(rules: readonly SegmentRule[]): RuleProblem[] {
  const predicates = rules.map(({ when }) => compileCondition(when));
  const meets = rules.map(() => 0);
  const takes = rules.map(() => 0);
  const takenBy = rules.map(() => new Set<number>());
  let open: string | null = null;
  const tried = forEachCombination(rules, (row) => {
    let first = -1;
    predicates.forEach((holds, index) => {
      if (!holds(row)) return;
      meets[index]!++;
      if (first < 0) {
        first = index;
        takes[index]!++;
      } else takenBy[index]!.add(first);
    });
    if (first < 0) open ??= describeRow(row);
  });
  if (!tried) {
    const text = `more than ${MOST_COMBINATIONS} combinations of values: whether every rule can be reached was not checked`;
    return [{ level: 'warning', path: 'rules', text }];
  }
  const problems = rules.flatMap(({ when, title }, index) => {
    if (when === null) return [];
    if (meets[index] === 0) {
      return [
        error(
          `rules[${index}].when`,
          `contradicts itself: nobody has ${english(said('condition', { condition: when }))}`,
        ),
      ];
    }
    if (takes[index] === 0) {
      const titles = [...takenBy[index]!].sort((a, b) => a - b).map((other) => english(rules[other]!.title));
      return [
        error(
          `rules[${index}].when`,
          `can never be reached: whoever fits ${english(title)} is already in ${titles.join(' or ')}`,
        ),
      ];
    }
    return [];
  });
  const last = rules.length - 1;
  if (rules[last]!.when !== null) {
    const who = open ?? 'a customer of whom one of these values is missing';
    problems.push(
      error(
        `rules[${last}].when`,
        `must be null, so that the last rule catches everybody who is left: ${who} would be in no segment`,
      ),
    );
  }
  return problems;
}

function describeRow({ columns, ...scores }: RuleRow): string {
  const parts = [
    ...(['recencyScore', 'frequencyScore', 'monetaryScore'] as const).flatMap((field) =>
      scores[field] > 0 ? [`${field} ${scores[field]}`] : [],
    ),
    ...Object.entries(columns).flatMap(([field, column]) =>
      column.length > 0 && !isScore(field as RuleField) ? [`${field} ${column[0]}`] : [],
    ),
  ];
  return parts.join(', ');
}

/**
 * Checks a set of rules without looking at customers: keys, titles and fields; rules that contradict themselves or can never be
 * reached, exactly, by trying every combination of values on which the rules can differ; a last rule that catches everybody.
 * Values of different fields are taken as independent of each other, so what is reported as unreachable really is.
 * @returns nothing for a sound set; at most 200,000 combinations are tried
 */
export function checkRules(rules: readonly SegmentRule[]): RuleProblem[] {
  if (rules.length === 0) return [error('rules', 'is empty: at least one rule must catch everybody')];
  const problems = checkDefinitions(rules);
  return problems.length > 0 ? problems : checkReach(rules);
}

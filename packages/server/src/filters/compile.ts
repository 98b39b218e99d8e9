import type { Credential } from '../access/credential.js';
import {
  allOf,
  anyOf,
  bought,
  type Condition,
  cameThere,
  compare,
  isFoundBy,
  isInNoSegment,
  isInSegment,
  isNot,
  PROFILE_COLUMNS,
} from '../db/queries/customers/conditions.js';
import { apiError, shorten } from '../errors.js';
import { findSegmentation, type RunSnapshot } from '../runs/snapshot.js';
import { isWhole } from '../whole-characters.js';
import { namesOfCountry } from './country-names.js';
import type { Comparison, CustomerFilterInput, PurchaseFilterInput, SegmentFilterInput } from './customer-filter.js';

const DEEPEST = 5;
const MOST_CLAUSES = 50;
const MOST_VALUES = 1000;
const LONGEST_SEARCH = 100;
const LONGEST_TEXT = 1000;

const brokenText = () => apiError('BAD_USER_INPUT', 'a text in a filter holds half of a surrogate pair');

/** @throws BAD_USER_INPUT when they are too many, or one of them is too long or no text */
function checkValues(values: readonly unknown[] | null | undefined): void {
  if (values == null) return;
  if (values.length > MOST_VALUES)
    throw apiError('BAD_USER_INPUT', `a list in a filter holds at most ${MOST_VALUES} values`);
  if (values.some((value) => typeof value === 'string' && value.length > LONGEST_TEXT))
    throw apiError('BAD_USER_INPUT', `a text in a filter has at most ${LONGEST_TEXT} characters`);
  if (values.some((value) => typeof value === 'string' && !isWhole(value))) throw brokenText();
}

function comparisonClauses(field: string, comparison: Comparison<unknown>): Condition[] {
  for (const [name, given] of Object.entries(comparison)) {
    // Left out it asks for nothing; a null that was meant as a value must not match everybody.
    if (given === null)
      throw apiError('BAD_USER_INPUT', `"${name}" of a filter is null: leave it out, or ask by isNull`);
  }
  for (const given of [comparison.in, comparison.notIn]) checkValues(given);
  checkValues([comparison.eq, comparison.ne, comparison.gt, comparison.gte, comparison.lt, comparison.lte]);
  checkValues([comparison.contains, comparison.startsWith, comparison.between?.from, comparison.between?.to]);
  return compare(PROFILE_COLUMNS[field]!, field === 'country' ? withCountryNames(comparison) : comparison);
}

/** A country is found by its code and by its name in any of the languages, whichever the shop's files hold. */
function withCountryNames({ eq, ne, in: among, notIn, ...rest }: Comparison<unknown>): Comparison<unknown> {
  const names = (values: readonly unknown[]) => values.flatMap((value) => namesOfCountry(String(value)));
  const both = among == null ? [eq].filter((value) => value != null) : among;
  const isAmong = eq != null || among != null;
  // Both at once ask for what is in both.
  const asked = eq != null && among != null ? names([eq]).filter((name) => names(among).includes(name)) : names(both);
  const not = [...(ne == null ? [] : [ne]), ...(notIn ?? [])];
  return {
    ...rest,
    ...(isAmong ? { in: asked } : {}),
    ...(ne == null && notIn == null ? {} : { notIn: names(not) }),
  };
}

function segmentClauses(filter: SegmentFilterInput, run: RunSnapshot): Condition[] {
  const key = filter.segmentation ?? 'rfm';
  const segmentation = findSegmentation(run, key);
  const entries = (keys: readonly string[]) => {
    for (const segment of keys) {
      if (segmentation.segments.some((known) => known.key === segment)) continue;
      const known = segmentation.segments.map((known) => known.key).join(', ');
      throw apiError('BAD_USER_INPUT', `there is no segment "${shorten(segment)}" in ${key}: choose one of ${known}`);
    }
    checkValues(keys);
    return keys.map((segment) => `${key}:${segment}`);
  };
  const clauses: Condition[] = [];
  if (filter.in != null) clauses.push(isInSegment(entries(filter.in)));
  if (filter.notIn != null) clauses.push(isInNoSegment(entries(filter.notIn)));
  if (filter.enteredAfter != null || filter.previousIn != null) {
    if (filter.previousIn != null) entries(filter.previousIn);
    clauses.push(cameThere(key, run.runId, { after: filter.enteredAfter, from: filter.previousIn }));
  }
  return clauses;
}

function purchaseClause(
  by: 'category' | 'brand' | 'product',
  filter: PurchaseFilterInput,
  run: RunSnapshot,
): Condition {
  checkValues(filter.in);
  return bought(by, filter.in, run.asOf, filter);
}

/** Whoever may not read names and addresses may not try them out by searching either. */
function searchClause(text: string, mayReadPii: boolean): Condition {
  if (text.length > LONGEST_SEARCH)
    throw apiError('BAD_USER_INPUT', `a search takes at most ${LONGEST_SEARCH} characters`);
  if (!isWhole(text)) throw brokenText();
  return isFoundBy(text.trim(), mayReadPii);
}

/**
 * The one meaning of a filter: lists, counts and whatever else is filtered compile it here, over the profiles of a run.
 * @param asker a search covers names and e-mail addresses for those only who may read them
 * @returns the condition, undefined when the filter asks for nothing
 * @throws BAD_USER_INPUT when it nests deeper than 5, holds more than 50 clauses or a text of more than 1,000 characters, or names
 *   what does not exist
 */
export function compileFilter(
  filter: CustomerFilterInput | null | undefined,
  run: RunSnapshot,
  asker: Pick<Credential, 'grants'>,
): Condition | undefined {
  let clauseCount = 0;
  const compile = (node: CustomerFilterInput, depth: number): Condition => {
    if (depth > DEEPEST) throw apiError('BAD_USER_INPUT', `a filter nests at most ${DEEPEST} deep`);
    const clauses: Condition[] = [];
    for (const [field, value] of Object.entries(node)) {
      if (value == null) continue;
      if (Object.hasOwn(PROFILE_COLUMNS, field))
        clauses.push(...comparisonClauses(field, value as Comparison<unknown>));
    }
    if (node.segment != null) clauses.push(...segmentClauses(node.segment, run));
    if (node.boughtCategory != null) clauses.push(purchaseClause('category', node.boughtCategory, run));
    if (node.boughtBrand != null) clauses.push(purchaseClause('brand', node.boughtBrand, run));
    if (node.boughtProduct != null) clauses.push(purchaseClause('product', node.boughtProduct, run));
    if (node.search != null && node.search.trim() !== '') {
      clauses.push(searchClause(node.search, asker.grants.has('customers:pii')));
    }
    for (const part of node.and ?? []) clauses.push(compile(part, depth + 1));
    if (node.or != null) {
      clauses.push(anyOf(node.or.map((part) => compile(part, depth + 1))));
    }
    if (node.not != null) clauses.push(isNot(compile(node.not, depth + 1)));
    clauseCount += clauses.length;
    if (clauseCount > MOST_CLAUSES) throw apiError('BAD_USER_INPUT', `a filter holds at most ${MOST_CLAUSES} clauses`);
    return allOf(clauses);
  };
  return filter == null ? undefined : compile(filter, 1);
}

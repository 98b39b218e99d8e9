import type { Drizzle } from '../db/database.js';
import { PROFILE_COLUMNS } from '../db/queries/customers/conditions.js';
import { inLowerCase, readTextValues, readUnknownProducts } from '../db/queries/customers/known-values.js';
import type { RunSnapshot } from '../runs/snapshot.js';
import { namesOfCountry } from './country-names.js';
import type { Comparison, CustomerFilterInput, PurchaseFilterInput } from './customer-filter.js';

/** A value of an `in` list, or of `eq`, that no customer and no product of the shop has. */
export interface UnknownValue {
  readonly field: string;
  readonly value: string;
}

const BOUGHT = { boughtCategory: 'category', boughtBrand: 'brand', boughtProduct: 'product' } as const;

/** What each column of a run's profiles holds, read once a run. */
const known = new WeakMap<RunSnapshot, Map<string, Promise<Set<string> | null>>>();

function textValues(drizzle: Drizzle, run: RunSnapshot, field: string): Promise<Set<string> | null> {
  const ofRun = known.get(run) ?? new Map<string, Promise<Set<string> | null>>();
  known.set(run, ofRun);
  const found = ofRun.get(field) ?? readTextValues(drizzle, run.runId, field);
  ofRun.set(field, found);
  found.catch(() => ofRun.delete(field));
  return found;
}

async function unknownTexts(drizzle: Drizzle, run: RunSnapshot, field: string, values: readonly string[]) {
  const held = await textValues(drizzle, run, field);
  if (held === null) return [];
  const unknown: UnknownValue[] = [];
  for (const value of values) {
    const forms = await inLowerCase(drizzle, field === 'country' ? namesOfCountry(value) : [value]);
    if (!forms.some((form) => held.has(form))) unknown.push({ field, value });
  }
  return unknown;
}

/** The values of a filter that nobody has: whoever misspells one is told, and does not take an empty list for an answer. */
export async function findUnknownValues(
  drizzle: Drizzle,
  filter: CustomerFilterInput | null | undefined,
  run: RunSnapshot,
): Promise<UnknownValue[]> {
  if (filter == null) return [];
  const unknown: UnknownValue[] = [];
  for (const [field, value] of Object.entries(filter)) {
    if (value == null) continue;
    if (Object.hasOwn(PROFILE_COLUMNS, field) && PROFILE_COLUMNS[field]![1] === 'text') {
      const { in: among, eq } = value as Comparison<string>;
      const asked = [...(among ?? []), ...(eq == null ? [] : [eq])];
      if (asked.length > 0) unknown.push(...(await unknownTexts(drizzle, run, field, asked)));
    } else if (Object.hasOwn(BOUGHT, field)) {
      const { in: among } = value as PurchaseFilterInput;
      const missing = await readUnknownProducts(drizzle, BOUGHT[field as keyof typeof BOUGHT], among);
      unknown.push(...missing.map((missed) => ({ field, value: missed })));
    }
  }
  for (const part of [...(filter.and ?? []), ...(filter.or ?? []), ...(filter.not == null ? [] : [filter.not])])
    unknown.push(...(await findUnknownValues(drizzle, part, run)));
  return unknown;
}

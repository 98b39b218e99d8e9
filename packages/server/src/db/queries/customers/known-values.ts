import { sql } from 'drizzle-orm';
import type { Drizzle } from '../../database.js';
import { customerProfiles, products } from '../../tables.js';
import { PROFILE_COLUMNS } from './conditions.js';

/** Lists of values are remembered for a run up to this length. */
const MOST_VALUES = 20_000;

/** The texts, in lower case, that a column of a run's profiles holds; null where they are too many. One pass over the profiles. */
export async function readTextValues(drizzle: Drizzle, runId: number, field: string): Promise<Set<string> | null> {
  const [column] = PROFILE_COLUMNS[field]!;
  const rows = await drizzle
    .select({ value: sql<string>`lower(${column})` })
    .from(customerProfiles)
    .where(sql`${customerProfiles.runId} = ${runId} and ${column} is not null`)
    .groupBy(sql`1`)
    .limit(MOST_VALUES + 1);
  return rows.length > MOST_VALUES ? null : new Set(rows.map(({ value }) => value));
}

const COLUMNS = { category: products.category, brand: products.brand, product: products.productId } as const;

/** Which of these categories, brands or product ids no product has. One pass over the products. */
export async function readUnknownProducts(
  drizzle: Drizzle,
  by: keyof typeof COLUMNS,
  values: readonly string[],
): Promise<string[]> {
  const column = COLUMNS[by];
  const known = by === 'product' ? sql`${column} = asked.value` : sql`lower(${column}) = lower(asked.value)`;
  const rows = await drizzle.execute<{ value: string }>(sql`
    select asked.value from unnest(${sql.param(values)}::text[]) as asked (value)
    where not exists (select from ${products} where ${known})`);
  return [...rows].map(({ value }) => value);
}

/** Texts in lower case as the database makes it. */
export async function inLowerCase(drizzle: Drizzle, values: readonly string[]): Promise<string[]> {
  const rows = await drizzle.execute<{ value: string }>(sql`
    select lower(value) as value from unnest(${sql.param(values)}::text[]) with ordinality as asked (value, place) order by place`);
  return [...rows].map(({ value }) => value);
}

import { asc, eq } from 'drizzle-orm';
import type { Drizzle, Sql } from '../../database.js';
import type { KeysetQuery, OrderKey } from '../../keyset.js';
import { imports, quarantinedRows } from '../../tables.js';

export type ImportRow = typeof imports.$inferSelect;
export type QuarantinedRow = typeof quarantinedRows.$inferSelect;

/** By when they began. */
export const IMPORT_KEYS: readonly OrderKey[] = [{ expression: imports.id, type: 'bigint' }];

export async function readImports(
  drizzle: Drizzle,
  { condition, order, limit }: KeysetQuery,
): Promise<(ImportRow & { cursorKeys: string[] })[]> {
  const rows = await drizzle.select().from(imports).where(condition).orderBy(order).limit(limit);
  return rows.map((row) => ({ ...row, cursorKeys: [String(row.id)] }));
}

export const countImports = (drizzle: Drizzle): Promise<number> => drizzle.$count(imports);

export async function readImport(drizzle: Drizzle, importId: number): Promise<ImportRow | null> {
  const [row] = await drizzle.select().from(imports).where(eq(imports.id, importId));
  return row ?? null;
}

/** The rows of an import that could not be used, by their lines. @param most left out, all of them */
export function readQuarantined(drizzle: Drizzle, importId: number, most?: number): Promise<QuarantinedRow[]> {
  const rows = drizzle
    .select()
    .from(quarantinedRows)
    .where(eq(quarantinedRows.importId, importId))
    .orderBy(asc(quarantinedRows.line));
  return most === undefined ? rows : rows.limit(most);
}

export async function isImport(sql: Sql, importId: number): Promise<boolean> {
  const rows = await sql`select from imports where id = ${importId}`;
  return rows.length > 0;
}

/** What of a quarantined row is told to people. */
export type QuarantineLine = Pick<
  QuarantinedRow,
  'line' | 'field' | 'value' | 'reason' | 'reasonKind' | 'reasonValues'
>;

/** A page of the quarantine of an import: the rows after a line. */
export const readQuarantinePage = (sql: Sql, importId: number, after: number, most: number) => sql<QuarantineLine[]>`
  select line::float8 as line, field, value, reason, reason_kind as "reasonKind", reason_values as "reasonValues"
  from quarantined_rows
  where import_id = ${importId} and line > ${after} order by line limit ${most}`;

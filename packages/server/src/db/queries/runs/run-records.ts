import { desc, eq } from 'drizzle-orm';
import type { Drizzle } from '../../database.js';
import type { KeysetQuery, OrderKey } from '../../keyset.js';
import { runs } from '../../tables.js';

export type RunRow = typeof runs.$inferSelect;

/** By when they began. */
export const RUN_KEYS: readonly OrderKey[] = [{ expression: runs.id, type: 'bigint' }];

export async function readRuns(
  drizzle: Drizzle,
  { condition, order, limit }: KeysetQuery,
): Promise<(RunRow & { cursorKeys: string[] })[]> {
  const rows = await drizzle.select().from(runs).where(condition).orderBy(order).limit(limit);
  return rows.map((row) => ({ ...row, cursorKeys: [String(row.id)] }));
}

export const countRuns = (drizzle: Drizzle): Promise<number> => drizzle.$count(runs);

export async function readRun(drizzle: Drizzle, runId: number): Promise<RunRow | null> {
  const [row] = await drizzle.select().from(runs).where(eq(runs.id, runId));
  return row ?? null;
}

/** The newest first. */
export const readNewestRuns = (drizzle: Drizzle, limit: number): Promise<RunRow[]> =>
  drizzle.select().from(runs).orderBy(desc(runs.startedAt), desc(runs.id)).limit(limit);

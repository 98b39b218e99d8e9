import type { Sql, Transaction } from '../../database.js';

export interface Schedule {
  readonly task: string;
  /** Five fields as cron reads them, in the shop's zone. */
  readonly pattern: string;
  readonly enabled: boolean;
  /** Whether somebody chose it. */
  readonly chosen: boolean;
  /** Null until a server has seen it. */
  readonly nextAt: Date | null;
}

const SCHEDULE = 'task, pattern, enabled, chosen, next_at as "nextAt"';

export async function readSchedule(sql: Sql | Transaction, task: string): Promise<Schedule | null> {
  const [row] = await sql<Schedule[]>`select ${sql.unsafe(SCHEDULE)} from schedules where task = ${task}`;
  return row ?? null;
}

/** Locked until the transaction ends; null when there is none, or another server looks at it just now. */
export async function lockSchedule(transaction: Transaction, task: string): Promise<Schedule | null> {
  const [row] = await transaction<Schedule[]>`
    select ${transaction.unsafe(SCHEDULE)} from schedules where task = ${task} for update skip locked`;
  return row ?? null;
}

/** Makes the row unless it is there. */
export async function addDefaultSchedule(sql: Sql, task: string, pattern: string): Promise<void> {
  await sql`insert into schedules (task, pattern) values (${task}, ${pattern}) on conflict do nothing`;
}

/** What somebody chose; its next moment is found anew. */
export async function saveSchedule(
  sql: Sql,
  { task, pattern, enabled }: Pick<Schedule, 'task' | 'pattern' | 'enabled'>,
): Promise<void> {
  await sql`
    insert into schedules (task, pattern, enabled, chosen) values (${task}, ${pattern}, ${enabled}, true)
    on conflict (task) do update set pattern = excluded.pattern, enabled = excluded.enabled, chosen = true, next_at = null`;
}

export async function setNextAt(transaction: Transaction, task: string, nextAt: Date | null): Promise<void> {
  await transaction`update schedules set next_at = ${nextAt} where task = ${task}`;
}

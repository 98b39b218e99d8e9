import type { Sql, Transaction } from '../../database.js';

/** Advisory lock classes; the second number is the id of what is locked. */
const IMPORT_LOCK = 7_305_002;
const MERGE_LOCK = 7_305_003;

/** What `finishImport` stores of a report. */
export interface ImportResult {
  readonly importId: number;
  readonly read: number;
  readonly kept: number;
  readonly repaired: number;
  readonly quarantined: number;
  readonly duplicate: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly repairs: Readonly<Record<string, number>>;
  readonly unknownStatuses: Readonly<Record<string, number>>;
  /** What the header and the format of the file are known by; a file of a known shape is not asked about again. */
  readonly shape?: string;
  /** What the rules under which the file was read are known by. */
  readonly rules?: string;
  /** What makes the import a failure, although it was done. */
  readonly failure?: string;
  /** What its owner was told of the file as a whole. */
  readonly findings?: readonly { readonly text: string; readonly mapping: string | null }[];
}

/** Records that an import begins, in a transaction of its own, so that a failed one is on record too. */
export async function startImport(sql: Sql, source: string, format: string): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into imports (source, format, state) values (${source}, ${format}, 'running') returning id::float8 as id`;
  return row!.id;
}

/** Held while the import works; who can take it of a running import knows that its process is gone. */
export async function lockImport(transaction: Transaction, importId: number): Promise<void> {
  await transaction`select pg_advisory_xact_lock(${IMPORT_LOCK}, ${importId}::int)`;
}

/** One file is merged at a time: two that touch the same orders cannot deadlock, and the later one wins whole. */
export async function lockMerges(transaction: Transaction): Promise<void> {
  await transaction`select pg_advisory_xact_lock(${MERGE_LOCK})`;
}

export async function finishImport(
  transaction: Transaction,
  report: ImportResult,
  fingerprint: string | null,
): Promise<void> {
  const { repairs, unknownStatuses, shape, rules, failure, findings } = report;
  const told = findings?.map(({ text, mapping }) => ({ text, mapping }));
  const details = {
    repairs,
    unknownStatuses,
    ...(shape && { shape }),
    ...(rules && { rules }),
    ...(failure && { failure }),
    ...(told?.length && { findings: told }),
  };
  await transaction`
    update imports set state = 'done', finished_at = clock_timestamp(), fingerprint = ${fingerprint},
      rows_read = ${report.read}, rows_kept = ${report.kept}, rows_repaired = ${report.repaired},
      rows_quarantined = ${report.quarantined}, rows_duplicate = ${report.duplicate},
      inserted = ${report.inserted}, updated = ${report.updated}, unchanged = ${report.unchanged},
      details = ${transaction.json(details)}
    where id = ${report.importId}`;
}

/** What became of a file that was imported before. */
export interface EarlierImport
  extends Omit<ImportResult, 'shape' | 'rules' | 'findings' | 'failure' | 'inserted' | 'updated'> {
  readonly failure: string | null;
  /** `2026-01-31 09:30`, in UTC. */
  readonly at: string;
}

/** The last import of the same bytes in the same format under the same rules; null where there was none. */
export async function readSameImport(
  sql: Sql,
  fingerprint: string,
  format: string,
  rules: string,
): Promise<EarlierImport | null> {
  const [row] = await sql<EarlierImport[]>`
    select id::float8 as "importId", to_char(finished_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as at,
           rows_read::float8 as read, rows_kept::float8 as kept, rows_repaired::float8 as repaired,
           rows_quarantined::float8 as quarantined, rows_duplicate::float8 as duplicate,
           (rows_kept + rows_repaired)::float8 as unchanged, details->'repairs' as repairs, details->'unknownStatuses' as "unknownStatuses", details->>'failure' as failure
    from imports where state = 'done' and fingerprint = ${fingerprint} and format = ${format} and details->>'rules' = ${rules}
    order by id desc limit 1`;
  return row ?? null;
}

/** Records why an import left nothing behind. */
export async function failImport(sql: Sql, importId: number, reason: string): Promise<void> {
  await sql`
    update imports set state = 'failed', finished_at = now(), error = ${reason}
    where id = ${importId} and state = 'running'`;
}

/** Takes an import off the record: nothing came that was not there. */
export async function forgetImport(sql: Sql, importId: number): Promise<void> {
  await sql`delete from imports where id = ${importId}`;
}

/** From here on times without a zone are the shop's: the server knows the rules of its daylight saving. */
export async function readInZone(transaction: Transaction, timeZone: string): Promise<void> {
  await transaction`select set_config('TimeZone', ${timeZone}, true)`;
}

/** From here on a lock that is not given within this time ends the transaction. @param patience as PostgreSQL writes it: `4s` */
export async function limitWaiting(transaction: Transaction, patience: string): Promise<void> {
  await transaction`select set_config('lock_timeout', ${patience}, true)`;
}

/** Imports whose process died with them are failed, not running for ever; their transaction left nothing behind. */
export async function failInterruptedImports(sql: Sql): Promise<void> {
  await sql`
    update imports set state = 'failed', finished_at = now(), error = 'interrupted: its process ended before it was done; import the file again'
    where state = 'running' and pg_try_advisory_xact_lock(${IMPORT_LOCK}, id::int)`;
}

export interface Coverage {
  readonly ordersWithoutLines: number;
  readonly linesWithoutOrders: number;
  readonly customersWithoutOrders: number;
}

/** What the shop's tables lack, over all imports (trap 13 of the inventory: report it, do not drop it). */
export async function readCoverage(sql: Sql): Promise<Coverage> {
  const [row] = await sql<Coverage[]>`
    select
      (select count(*) from orders o where not exists
        (select from order_items i where i.customer_id = o.customer_id and i.order_id = o.order_id))::float8 as "ordersWithoutLines",
      (select count(*) from order_items i where not exists
        (select from orders o where o.customer_id = i.customer_id and o.order_id = i.order_id))::float8 as "linesWithoutOrders",
      (select count(*) from customers c where not exists
        (select from orders o where o.customer_id = c.customer_id))::float8 as "customersWithoutOrders"`;
  return row!;
}

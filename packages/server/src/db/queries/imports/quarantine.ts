import type { Sql, Transaction } from '../../database.js';

export interface WaitingImport {
  readonly importId: number;
  readonly source: string;
  readonly format: string;
}

/** A row in quarantine with what was read of it, by the names of its fields. */
export interface KeptRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** Imports with rows in quarantine that can be read again. */
export const readWaitingImports = (sql: Sql): Promise<WaitingImport[]> => sql<WaitingImport[]>`
  select i.id::float8 as "importId", i.source, i.format from imports i
  where exists (select from quarantined_rows q where q.import_id = i.id and q.cells is not null) order by i.id`;

export const readKeptRows = (sql: Sql, importId: number): Promise<KeptRow[]> => sql<KeptRow[]>`
  select line::float8 as line, cells from quarantined_rows where import_id = ${importId} and cells is not null order by line`;

export async function dropKeptRows(transaction: Transaction, importId: number): Promise<void> {
  await transaction`delete from quarantined_rows where import_id = ${importId} and cells is not null`;
}

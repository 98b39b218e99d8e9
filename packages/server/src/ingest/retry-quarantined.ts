import type { Sql } from '../db/database.js';
import { FORMATS } from './formats.js';
import { type ImportOptions, type ImportReport, importRows } from './import-rows.js';
import { ENTITIES } from './rows/entities.js';

interface KeptRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/**
 * Reads the rows in quarantine again, under the rules of a mapping file. A row that is good now leaves quarantine; one
 * that is not goes back with what is wrong with it now. Rows that never had cells, such as cut-off ones, stay.
 */
export async function retryQuarantined(sql: Sql, options: ImportOptions): Promise<ImportReport[]> {
  const waiting = await sql<{ importId: number; source: string; format: string }[]>`
    select i.id::float8 as "importId", i.source, i.format from imports i
    where exists (select from quarantined_rows q where q.import_id = i.id and q.cells is not null) order by i.id`;
  const reports: ImportReport[] = [];
  for (const { importId, source, format: key } of waiting) {
    const format = FORMATS.find((candidate) => candidate.key === key);
    if (format === undefined) continue;
    const rows = await sql<KeptRow[]>`
      select line::float8 as line, cells from quarantined_rows where import_id = ${importId} and cells is not null order by line`;
    const fields = ENTITIES[format.entity];
    const present = new Set(rows.flatMap(({ cells }) => Object.keys(cells).filter((name) => cells[name] !== '')));
    const report = await importRows(
      sql,
      {
        source: `${source} (quarantine of import ${importId})`,
        format: key,
        entity: format.entity,
        present,
        async give(receiver, flush) {
          for (const { line, cells } of rows)
            receiver.row(
              line,
              fields.map(({ name }) => cells[name]),
            );
          await flush();
        },
        fingerprint: () => null,
        // What is still bad was quarantined under the new import, so each bad row stands there once.
        async after(transaction) {
          await transaction`delete from quarantined_rows where import_id = ${importId} and cells is not null`;
        },
      },
      options,
    );
    reports.push(report);
  }
  return reports;
}

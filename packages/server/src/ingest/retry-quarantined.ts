import type { Sql } from '../db/database.js';
import { dropKeptRows, readKeptRows, readWaitingImports } from '../db/queries/imports/quarantine.js';
import { FORMATS } from './formats.js';
import type { ImportOptions, ImportReport } from './import-frame.js';
import { importRows } from './import-rows.js';
import { ENTITIES } from './rows/entities.js';
import { problemFindings } from './understanding/judge.js';

/**
 * Reads the rows in quarantine again, under the rules of a mapping file. A row that is good now leaves quarantine; one
 * that is not goes back with what is wrong with it now. Rows that never had cells, such as cut-off ones, stay.
 */
export async function retryQuarantined(sql: Sql, options: ImportOptions): Promise<ImportReport[]> {
  const waiting = await readWaitingImports(sql);
  const reports: ImportReport[] = [];
  for (const { importId, source, format: key } of waiting) {
    const format = FORMATS.find((candidate) => candidate.key === key);
    if (format === undefined) continue;
    const rows = await readKeptRows(sql, importId);
    const fields = ENTITIES[format.entity];
    const present = new Set(rows.flatMap(({ cells }) => Object.keys(cells).filter((name) => cells[name] !== '')));
    const report = await importRows(
      sql,
      {
        source: `${source} (quarantine of import ${importId})`,
        format: key,
        entity: format.entity,
        words: format.words,
        present,
        async give(receiver, flush) {
          for (const { line, cells } of rows)
            receiver.row(
              line,
              fields.map(({ name }) => cells[name]),
            );
          await flush();
        },
        // Whoever retries is told of each row that still waits, and stopped by none.
        judge: async (transaction, { read }) => ({
          findings: (await problemFindings(transaction, format.entity, read)).map((finding) => ({
            ...finding,
            stops: false,
          })),
        }),
        fingerprint: () => null,
        // What is still bad was quarantined under the new import, so each bad row stands there once.
        after: (transaction) => dropKeptRows(transaction, importId),
      },
      options,
    );
    reports.push(report);
  }
  return reports;
}

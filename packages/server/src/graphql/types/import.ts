import { asc, eq } from 'drizzle-orm';
import { imports, quarantinedRows } from '../../db/tables.js';
import { reasonOf } from '../../ingest/row-reasons.js';
import { builder } from '../builder.js';
import { connectionType, pageArgs, pageComplexity } from '../connection.js';
import { keysetPage } from '../keyset.js';
import { IMPORTS_READ, inLanguage } from './common.js';

export type ImportRow = typeof imports.$inferSelect;

const MOST_QUARANTINED_SHOWN = 1000;

const ImportState = builder.enumType('ImportState', {
  values: { RUNNING: { value: 'running' }, DONE: { value: 'done' }, FAILED: { value: 'failed' } } as const,
});

const QuarantinedRow = builder.objectRef<typeof quarantinedRows.$inferSelect>('QuarantinedRow').implement({
  description: 'A row that could not be used, and why.',
  authScopes: IMPORTS_READ,
  fields: (t) => ({
    line: t.exposeInt('line', { description: 'Of the file; of an array, the element. 1 is the first.' }),
    field: t.exposeString('field'),
    value: t.exposeString('value', { nullable: true }),
    reason: t.string({
      args: inLanguage,
      resolve: (row, { language }, context) => context.say(reasonOf(row), language, 'open'),
    }),
    kind: t.string({
      nullable: true,
      description: 'What the reason says, for programs; null of rows from before there were kinds.',
      resolve: ({ reasonKind }) => reasonKind,
    }),
    values: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What the reason was made from, by name.',
      resolve: ({ reasonValues }) => reasonValues,
    }),
  }),
});

export const Import = builder.objectRef<ImportRow>('Import').implement({
  description: 'One file. Every row read is kept as it is, repaired, quarantined or a duplicate.',
  authScopes: IMPORTS_READ,
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => String(id) }),
    source: t.exposeString('source'),
    format: t.exposeString('format'),
    state: t.field({ type: ImportState, resolve: ({ state }) => state }),
    startedAt: t.field({ type: 'DateTime', resolve: ({ startedAt }) => startedAt }),
    finishedAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ finishedAt }) => finishedAt }),
    rowsRead: t.exposeInt('rowsRead'),
    rowsKept: t.exposeInt('rowsKept'),
    rowsRepaired: t.exposeInt('rowsRepaired'),
    rowsQuarantined: t.exposeInt('rowsQuarantined'),
    rowsDuplicate: t.exposeInt('rowsDuplicate'),
    inserted: t.exposeInt('inserted'),
    updated: t.exposeInt('updated'),
    unchanged: t.exposeInt('unchanged'),
    details: t.field({
      type: 'JSON',
      description: 'Repairs by kind, unknown status words.',
      resolve: ({ details }) => details,
    }),
    error: t.exposeString('error', { nullable: true }),
    quarantineUrl: t.string({
      nullable: true,
      description:
        'Where its quarantined rows can be downloaded as CSV, with the secret key; null where there are none.',
      resolve: ({ id, rowsQuarantined }) => (rowsQuarantined > 0 ? `/imports/${id}/quarantine.csv` : null),
    }),
    quarantined: t.field({
      type: [QuarantinedRow],
      args: { first: t.arg.int({ defaultValue: 100, description: `At most ${MOST_QUARANTINED_SHOWN}.` }) },
      resolve: ({ id }, { first }, { database: { drizzle } }) =>
        drizzle
          .select()
          .from(quarantinedRows)
          .where(eq(quarantinedRows.importId, id))
          .orderBy(asc(quarantinedRows.line))
          .limit(Math.min(Math.max(first ?? 100, 0), MOST_QUARANTINED_SHOWN)),
    }),
  }),
});

const ImportConnection = connectionType('Import', Import);

builder.queryField('imports', (t) =>
  t.field({
    type: ImportConnection,
    description: 'Newest first.',
    authScopes: IMPORTS_READ,
    args: pageArgs(t.arg),
    complexity: pageComplexity,
    resolve: async (_root, args, { database: { drizzle } }) => {
      const page = await keysetPage(
        args,
        { name: 'imports', keys: [{ expression: imports.id, type: 'bigint' }], descending: true },
        ({ condition, order, limit }) =>
          drizzle
            .select()
            .from(imports)
            .where(condition)
            .orderBy(order)
            .limit(limit)
            .then((rows) => rows.map((row) => ({ ...row, cursorKeys: [String(row.id)] }))),
      );
      return { ...page, totalCount: () => drizzle.$count(imports) };
    },
  }),
);

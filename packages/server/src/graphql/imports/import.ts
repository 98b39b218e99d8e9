import {
  countImports,
  IMPORT_KEYS,
  type ImportRow,
  type QuarantinedRow as QuarantinedRowValue,
  readImports,
  readQuarantined,
} from '../../db/queries/imports/import-records.js';
import { reasonOf } from '../../ingest/row-reasons.js';
import { builder } from '../builder.js';
import { IMPORTS_READ, inLanguage } from '../common.js';
import { connectionType, pageArgs, pageComplexity } from '../paging/connection.js';
import { keysetPage } from '../paging/keyset.js';

const MOST_QUARANTINED_SHOWN = 1000;

const ImportState = builder.enumType('ImportState', {
  values: { RUNNING: { value: 'running' }, DONE: { value: 'done' }, FAILED: { value: 'failed' } } as const,
});

const QuarantinedRow = builder.objectRef<QuarantinedRowValue>('QuarantinedRow').implement({
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
      description:
        'Repairs by kind, unknown status words, and `findings`: what was found of the file as a whole, each with the line of a mapping file that settles it.',
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
        readQuarantined(drizzle, id, Math.min(Math.max(first ?? 100, 0), MOST_QUARANTINED_SHOWN)),
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
      const list = { name: 'imports', keys: IMPORT_KEYS, descending: true };
      const page = await keysetPage(args, list, (query) => readImports(drizzle, query));
      return { ...page, totalCount: () => countImports(drizzle) };
    },
  }),
);

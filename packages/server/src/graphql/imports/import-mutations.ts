import { type ImportRow, readImport, readQuarantined } from '../../db/queries/imports/import-records.js';
import type { EntityKey } from '../../db/queries/imports/merge.js';
import { readShop } from '../../db/queries/shop/settings.js';
import { apiError } from '../../errors.js';
import { reasonOf, type StoredReason } from '../../ingest/row-reasons.js';
import { ImportBusy, importMessage, type Rescore, type RowGroup } from '../../ingest/webhooks/messages.js';
import { rescoreCustomers } from '../../scoring/online.js';
import { ensureShop } from '../../settings/shop.js';
import { builder } from '../builder.js';
import { IMPORTS_WRITE, INTERNAL, inLanguage } from '../common.js';
import type { Context } from '../context.js';
import { Import } from './import.js';
import {
  CustomerInput,
  EventInput,
  OrderInput,
  ProductInput,
  rowOfCustomer,
  rowOfEvent,
  rowOfProduct,
  rowsOfOrderInput,
} from './import-inputs.js';

const MOST_ROWS = 1000;

interface Problem extends StoredReason {
  readonly row: number;
  readonly field: string;
  readonly value: string | null;
}

interface Succeeded {
  readonly import: ImportRow;
  readonly problems: readonly Problem[];
}

interface Refused {
  readonly message: string;
  readonly code: string;
}

export const UserErrorType = builder.interfaceRef<Refused>('UserError').implement({
  description: 'A failure that the caller can expect and act on.',
  authScopes: INTERNAL,
  fields: (t) => ({ message: t.exposeString('message'), code: t.exposeString('code') }),
});

const ImportRefused = builder.objectRef<Refused>('ImportRefused').implement({
  description: 'Nothing was stored. IMPORT_BUSY: a large import is at work, send the same rows again.',
  authScopes: IMPORTS_WRITE,
  interfaces: [UserErrorType],
});

const RowProblem = builder.objectRef<Problem>('RowProblem').implement({
  description: 'A row that could not be used, and why. The others of the call are stored.',
  authScopes: IMPORTS_WRITE,
  fields: (t) => ({
    row: t.exposeInt('row', { description: 'Its place in the input; 1 is the first.' }),
    field: t.exposeString('field', { description: 'The name of the input field.' }),
    value: t.exposeString('value', { nullable: true }),
    reason: t.string({
      args: inLanguage,
      resolve: (problem, { language }, context) => context.say(reasonOf(problem), language, 'open'),
    }),
    kind: t.string({
      nullable: true,
      description: 'What the reason says, for programs.',
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

const ImportSucceeded = builder.objectRef<Succeeded>('ImportSucceeded').implement({
  description:
    'The call is stored. Every row read is kept as it is, repaired, quarantined or a duplicate; an order has a row a line.',
  authScopes: IMPORTS_WRITE,
  fields: (t) => ({
    import: t.field({ type: Import, resolve: (result) => result.import }),
    rowsRead: t.int({ resolve: (result) => result.import.rowsRead }),
    rowsKept: t.int({ resolve: (result) => result.import.rowsKept }),
    rowsRepaired: t.int({ resolve: (result) => result.import.rowsRepaired }),
    rowsQuarantined: t.int({ resolve: (result) => result.import.rowsQuarantined }),
    rowsDuplicate: t.int({ resolve: (result) => result.import.rowsDuplicate }),
    inserted: t.int({ resolve: (result) => result.import.inserted }),
    updated: t.int({ resolve: (result) => result.import.updated }),
    unchanged: t.int({ resolve: (result) => result.import.unchanged }),
    problems: t.field({ type: [RowProblem], resolve: (result) => result.problems }),
  }),
});

const ImportResult = builder.unionType('ImportResult', {
  types: [ImportSucceeded, ImportRefused],
  resolveType: (result) => ('import' in result ? ImportSucceeded : ImportRefused),
});

/** The input's own name of a field: `placed_at` -> `placedAt`; the id of what the row is stands as `externalId`. */
function inputName(field: string, ownId: readonly string[]): string {
  return ownId.includes(field) ? 'externalId' : field.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

interface Identified {
  readonly externalId: string;
  readonly version?: Date | null;
}

/** Which of the given have the same id as another that counts instead: the one with the newest version, else the last. */
function replacedOnes(given: readonly Identified[]): ReadonlySet<Identified> {
  const replaced = new Set<Identified>();
  const best = new Map<string, Identified>();
  for (const each of given) {
    const rival = best.get(each.externalId);
    const isOlder = (each.version?.getTime() ?? Infinity) < (rival?.version?.getTime() ?? -Infinity);
    if (rival !== undefined) replaced.add(isOlder ? each : rival);
    if (!isOlder) best.set(each.externalId, each);
  }
  return replaced;
}

interface Kind<T> {
  readonly format: string;
  readonly entity: EntityKey;
  /** The columns that the input calls `externalId`. */
  readonly ownId: readonly string[];
  readonly rows: (given: T) => RowGroup['rows'];
}

async function importInput<T extends Identified>(
  given: readonly T[],
  { format, entity, ownId, rows: rowsOf }: Kind<T>,
  { database, snapshots }: Context,
): Promise<Succeeded | Refused> {
  if (given.length > MOST_ROWS) {
    throw apiError('BAD_USER_INPUT', `a call takes at most ${MOST_ROWS} rows, got ${given.length}: send them in parts`);
  }
  const shop = (await readShop(database.sql)) ?? (await ensureShop(database.sql, {}));
  const replaced = replacedOnes(given);
  const rows = given.map((each) => (replaced.has(each) ? rowsOf(each).map(() => null) : rowsOf(each)));
  // Of each row of the import, its place in the input.
  const places = rows.flatMap((own, i) => own.map(() => i + 1));
  const message = { source: `API ${entity}`, format, groups: [{ entity, rows: rows.flat() }] };
  try {
    const rescore: Rescore = (transaction, ids) => rescoreCustomers(transaction, snapshots.models, ids);
    const report = await importMessage(database.sql, message, shop, rescore);
    if (report === null) throw new Error('a call without a delivery id was taken for a duplicate');
    const { drizzle } = database;
    const stored = await readImport(drizzle, report.importId);
    if (stored === null) throw new Error('the record of an import is missing after it was written');
    const bad = await readQuarantined(drizzle, report.importId);
    const problems = bad.map(({ line, field, value, reason, reasonKind, reasonValues }) => ({
      row: places[line - 1] ?? line,
      field: inputName(field, ownId),
      value,
      reason,
      reasonKind,
      reasonValues,
    }));
    return { import: stored, problems };
  } catch (error) {
    if (!(error instanceof ImportBusy)) throw error;
    return { message: 'a large import is at work: send the same rows again', code: 'IMPORT_BUSY' };
  }
}

const customers: Kind<typeof CustomerInput.$inferInput> = {
  format: 'api-customers',
  entity: 'customers',
  ownId: ['customer_id'],
  rows: (given) => [rowOfCustomer(given)],
};
const products: Kind<typeof ProductInput.$inferInput> = {
  format: 'api-products',
  entity: 'products',
  ownId: ['product_id'],
  rows: (given) => [rowOfProduct(given)],
};
const orders: Kind<typeof OrderInput.$inferInput> = {
  format: 'api-orders',
  entity: 'sales',
  ownId: ['order_id', 'item_id'],
  rows: rowsOfOrderInput,
};
const events: Kind<typeof EventInput.$inferInput> = {
  format: 'api-events',
  entity: 'events',
  ownId: ['event_id'],
  rows: (given) => [rowOfEvent(given)],
};

builder.mutationField('importCustomers', (t) =>
  t.field({
    type: ImportResult,
    description: 'At most 1,000 rows a call; idempotent by externalId and version.',
    authScopes: IMPORTS_WRITE,
    args: { input: t.arg({ type: [CustomerInput], required: true }) },
    resolve: (_root, { input }, context) => importInput(input, customers, context),
  }),
);

builder.mutationField('importProducts', (t) =>
  t.field({
    type: ImportResult,
    description: 'At most 1,000 rows a call; idempotent by externalId.',
    authScopes: IMPORTS_WRITE,
    args: { input: t.arg({ type: [ProductInput], required: true }) },
    resolve: (_root, { input }, context) => importInput(input, products, context),
  }),
);

builder.mutationField('importOrders', (t) =>
  t.field({
    type: ImportResult,
    description:
      'Orders with their lines: at most 1,000 orders a call; idempotent by externalId and version. The customers of these orders are scored again before the answer.',
    authScopes: IMPORTS_WRITE,
    args: { input: t.arg({ type: [OrderInput], required: true }) },
    resolve: (_root, { input }, context) => importInput(input, orders, context),
  }),
);

builder.mutationField('recordEvents', (t) =>
  t.field({
    type: ImportResult,
    description: 'At most 1,000 rows a call; idempotent by externalId.',
    authScopes: IMPORTS_WRITE,
    args: { input: t.arg({ type: [EventInput], required: true }) },
    resolve: (_root, { input }, context) => importInput(input, events, context),
  }),
);

import type { Sql, Transaction } from '../../db/database.js';
import { lockMerges } from '../../db/queries/imports/imports.js';
import { completeStaging, type EntityKey, mergedCustomers, mergeStaging } from '../../db/queries/imports/merge.js';
import { isKnownDelivery, takeDelivery } from '../../db/queries/imports/webhook-deliveries.js';
import {
  attachReturns,
  dropReturns,
  type KnownOrder,
  knownReturns,
  namePlatformOrder,
  readKnownOrders,
} from '../../db/queries/imports/webhook-orders.js';
import { codeOf } from '../../errors.js';
import type { NamedCells } from '../format.js';
import {
  type ImportCounts,
  type ImportOptions,
  type ImportReport,
  NothingToImport,
  recordImport,
} from '../import-frame.js';
import { currencyDigits } from '../import-rows.js';
import { type RowReason, readId, whyUnstorable } from '../rows/clean.js';
import { PLAIN_DIALECT } from '../rows/dialect.js';
import { ENTITIES } from '../rows/entities.js';
import { cellFinder } from '../rows/read-rows.js';
import { stageRows } from '../rows/staging.js';

/** A sender waits five seconds for its answer; whoever is kept waiting longer by a large import is told to come again. */
const LOCK_TIMEOUT = '4s';
const LOCK_NOT_AVAILABLE = '55P03';
const BUSY = 'another import was at work for too long: send it again';

/** A row that is known to be unusable before its cells are read. */
export interface RowProblem {
  readonly field: string;
  readonly value: string;
  readonly reason: RowReason;
  /** The order that loses the row. */
  readonly orderId?: string;
}

/** Null is a row that another one of the same message replaces: it counts as a duplicate. */
export type MessageRow = NamedCells | RowProblem | null;

/** Rows of one kind in a message. An order is given whole: a field that it leaves out is empty. */
export interface RowGroup {
  readonly entity: EntityKey;
  readonly rows: readonly MessageRow[];
  /** Rows that are here already stay as they are: refunds never change, and not every platform dates them. */
  readonly onlyNew?: boolean;
  /** Returns that a file told in one sum, now told one by one. */
  readonly supersedes?: readonly string[];
}

/** What one webhook or one call brings: all of it is stored, or nothing. */
export interface RowMessage {
  readonly source: string;
  readonly format: string;
  readonly groups: readonly RowGroup[];
  /** What the sender calls this delivery: stored in the same transaction, so that a second one changes nothing. */
  readonly delivery?: { readonly source: string; readonly id: string };
  /** The order's id in the platform's messages, and its id here where the message tells it. */
  readonly platformOrder?: { readonly source: string; readonly id: string; readonly orderId?: string };
}

/** What is done about the customers whom a message touched, in its transaction. */
export type Rescore = (transaction: Transaction, customerIds: ReadonlySet<string>) => Promise<unknown>;

/** Another import holds the tables for longer than the sender waits. */
export class ImportBusy extends Error {
  override readonly name = 'ImportBusy';
}

const isProblem = (row: MessageRow): row is RowProblem => row !== null && 'reason' in row && 'field' in row;
const isCells = (row: MessageRow): row is NamedCells => row !== null && !isProblem(row);

const text = (value: unknown) => (value === undefined || value === null ? '' : String(value));

/** A row with a text that the database cannot hold goes to quarantine before its ids are looked up: it spoils itself alone. */
function withoutUnstorable(row: MessageRow): MessageRow {
  if (!isCells(row)) return row;
  for (const [field, value] of Object.entries(row)) {
    const reason = typeof value === 'string' ? whyUnstorable(value) : null;
    if (reason !== null) return { field, value: value as string, reason, orderId: text(row.order_id) };
  }
  return row;
}

const isId = (given: string) => typeof readId(given, PLAIN_DIALECT) === 'string';

/** The message with nothing in it that the database would refuse with all the rest. */
function storableMessage(message: RowMessage): RowMessage {
  const { groups, platformOrder } = message;
  const isKept = platformOrder !== undefined && isId(platformOrder.id) && isId(platformOrder.orderId ?? '');
  return {
    ...message,
    groups: groups.map((group) => ({
      ...group,
      rows: group.rows.map(withoutUnstorable),
      supersedes: group.supersedes?.filter((id) => whyUnstorable(id) === null),
    })),
    platformOrder: isKept ? platformOrder : undefined,
  };
}

/**
 * An order older than the stored one says nothing any more: its rows are counted, but neither its lines nor its customer
 * are written. So a message that comes late, or once more under another delivery id, changes nothing.
 */
function withoutStale(rows: RowGroup['rows'], known: readonly KnownOrder[]) {
  const byId = new Map(known.map((order) => [order.orderId, order]));
  const kept = rows.map((row) => {
    if (!isCells(row)) return row;
    const order = byId.get(text(row.order_id));
    const version = new Date(text(row.version)).getTime();
    if (order === undefined || order.version === null || !(version < order.version.getTime())) return row;
    return {
      order_id: order.orderId,
      item_id: row.item_id,
      customer_id: order.customerId,
      placed_at: order.placedAt.toISOString(),
      status: row.status,
      version: row.version,
    };
  });
  return kept;
}

async function importGroup(
  transaction: Transaction,
  importId: number,
  group: RowGroup,
  rows: RowGroup['rows'],
  firstLine: number,
  options: ImportOptions,
  touched: Set<string>,
) {
  const rules = {
    dialects: ENTITIES[group.entity].map(() => PLAIN_DIALECT),
    currency: options.currency,
    rates: options.mapping?.rates ?? {},
  };
  const cellsOf = cellFinder(ENTITIES[group.entity]);
  const counts = await stageRows(transaction, group.entity, rules, async (writer) => {
    for (const [index, row] of rows.entries()) {
      if (row === null) continue;
      const line = firstLine + index;
      if (isProblem(row)) writer.bad(line, row.field, row.value, row.reason, row.orderId);
      else writer.row(line, cellsOf(row));
      await writer.flush();
    }
  });
  const present = new Set(rows.filter(isCells).flatMap((row) => Object.keys(row)));
  counts.quarantined = await completeStaging(transaction, group.entity, counts.quarantined);
  const merged = await mergeStaging(transaction, group.entity, present, importId, {
    digits: currencyDigits(options.currency),
  });
  for (const id of await mergedCustomers(transaction, group.entity)) touched.add(id);
  const replaced = rows.filter((row) => row === null).length;
  return { ...counts, ...merged, read: counts.read + replaced, duplicate: merged.duplicate + replaced };
}

async function importOrders(
  transaction: Transaction,
  importId: number,
  group: RowGroup,
  firstLine: number,
  options: ImportOptions,
  touched: Set<string>,
) {
  const ids = [...new Set(group.rows.filter(isCells).map((row) => text(row.order_id)))];
  const known = await readKnownOrders(transaction, ids);
  const rows = withoutStale(group.rows, known);
  const counts = await importGroup(transaction, importId, group, rows, firstLine, options, touched);
  const owners = known.map(({ customerId }) => customerId);
  await attachReturns(transaction, importId, ids, owners);
  for (const owner of owners) touched.add(owner);
  return counts;
}

async function newReturns(transaction: Transaction, rows: RowGroup['rows']): Promise<RowGroup['rows']> {
  const ids = rows.filter(isCells).map((row) => text(row.return_id));
  const stored = await knownReturns(transaction, ids);
  return rows.filter((row) => !isCells(row) || !stored.has(text(row.return_id)));
}

const NOTHING: ImportCounts = {
  read: 0,
  kept: 0,
  repaired: 0,
  quarantined: 0,
  duplicate: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  repairs: {},
  unknownStatuses: {},
};

function addTallies(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const sums: Record<string, number> = Object.assign(Object.create(null), a);
  for (const [kind, times] of Object.entries(b)) sums[kind] = (sums[kind] ?? 0) + times;
  return sums;
}

const add = (a: ImportCounts, b: ImportCounts): ImportCounts => ({
  read: a.read + b.read,
  kept: a.kept + b.kept,
  repaired: a.repaired + b.repaired,
  quarantined: a.quarantined + b.quarantined,
  duplicate: a.duplicate + b.duplicate,
  inserted: a.inserted + b.inserted,
  updated: a.updated + b.updated,
  unchanged: a.unchanged + b.unchanged,
  repairs: addTallies(a.repairs, b.repairs),
  unknownStatuses: addTallies(a.unknownStatuses, b.unknownStatuses),
});

async function importGroups(
  transaction: Transaction,
  importId: number,
  message: RowMessage,
  options: ImportOptions,
  touched: Set<string>,
): Promise<ImportCounts> {
  const { platformOrder } = message;
  const orderId = platformOrder === undefined ? undefined : await namePlatformOrder(transaction, platformOrder);
  let counts = NOTHING;
  for (const group of message.groups) {
    const firstLine = counts.read + 1;
    if (group.entity === 'sales') {
      counts = add(counts, await importOrders(transaction, importId, group, firstLine, options, touched));
      continue;
    }
    if (group.supersedes !== undefined) {
      await dropReturns(transaction, group.supersedes);
    }
    let rows = group.onlyNew === true ? await newReturns(transaction, group.rows) : group.rows;
    if (group.entity === 'returns' && orderId !== undefined) {
      rows = rows.map((row) => (isCells(row) ? { ...row, order_id: orderId } : row));
    }
    counts = add(counts, await importGroup(transaction, importId, group, rows, firstLine, options, touched));
  }
  return counts;
}

/**
 * Imports the rows of one message in one transaction, on the same road as a file's: staged, cleaned, quarantined, merged
 * and recorded.
 * @param rescore scores the customers whom it touched, before they are seen
 * @returns null for a delivery that was taken before; it leaves no trace
 * @throws ImportBusy when another import does not let it in within 4 s
 */
export async function importMessage(
  sql: Sql,
  given: RowMessage,
  options: ImportOptions,
  rescore?: Rescore,
): Promise<ImportReport | null> {
  const message = storableMessage(given);
  const { source, format, delivery } = message;
  if (delivery !== undefined && (await isKnownDelivery(sql, delivery))) return null;
  const isBusy = (error: unknown) => codeOf(error) === LOCK_NOT_AVAILABLE;
  try {
    return await recordImport(
      sql,
      { source, format, patience: LOCK_TIMEOUT },
      options,
      async (transaction, importId) => {
        if (delivery !== undefined && !(await takeDelivery(transaction, delivery))) throw new NothingToImport();
        await lockMerges(transaction);
        const touched = new Set<string>();
        const counts = await importGroups(transaction, importId, message, options, touched);
        await rescore?.(transaction, touched);
        return { counts, fingerprint: null };
      },
      (error) => (isBusy(error) ? BUSY : String(error)),
    );
  } catch (error) {
    if (error instanceof NothingToImport) return null;
    throw isBusy(error) ? new ImportBusy(BUSY, { cause: error }) : error;
  }
}

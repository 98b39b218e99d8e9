import type { Sql, Transaction } from '../db/database.js';
import { finishImport, lockImport, lockMerges, startImport } from '../db/queries/imports.js';
import { type EntityKey, mergedCustomers, mergeStaging } from '../db/queries/merge.js';
import { codeOf } from '../errors.js';
import type { RowReason } from './clean.js';
import { PLAIN_DIALECT } from './dialect.js';
import { ENTITIES } from './entities.js';
import type { NamedCells } from './formats.js';
import type { ImportOptions, ImportReport } from './import-rows.js';
import { cellFinder } from './read-rows.js';
import { createStaging, StagingWriter } from './staging.js';

/** A sender waits five seconds for its answer; whoever is kept waiting longer by a large import is told to come again. */
const LOCK_TIMEOUT = '4s';
const LOCK_NOT_AVAILABLE = '55P03';

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

class DuplicateDelivery extends Error {}

const isProblem = (row: MessageRow): row is RowProblem => row !== null && 'reason' in row && 'field' in row;
const isCells = (row: MessageRow): row is NamedCells => row !== null && !isProblem(row);

interface KnownOrder {
  readonly orderId: string;
  readonly customerId: string;
  readonly placedAt: Date;
  readonly version: Date | null;
}

const readKnownOrders = (transaction: Transaction, ids: readonly string[]) => transaction<KnownOrder[]>`
  select order_id as "orderId", customer_id as "customerId", placed_at as "placedAt", version
  from orders where order_id = any(${[...ids]})`;

const text = (value: unknown) => (value === undefined || value === null ? '' : String(value));

/**
 * An order older than the stored one says nothing any more: its rows are counted, but neither its lines nor its customer
 * are written. So a message that comes late, or once more under another delivery id, changes nothing.
 */
function withoutStale(rows: RowGroup['rows'], known: readonly KnownOrder[]) {
  const byId = new Map(known.map((order) => [order.orderId, order]));
  const stale = new Set<string>();
  const kept = rows.map((row) => {
    if (!isCells(row)) return row;
    const order = byId.get(text(row.order_id));
    const version = new Date(text(row.version)).getTime();
    if (order === undefined || order.version === null || !(version < order.version.getTime())) return row;
    stale.add(order.orderId);
    return {
      order_id: order.orderId,
      item_id: row.item_id,
      customer_id: order.customerId,
      placed_at: order.placedAt.toISOString(),
      status: row.status,
      version: row.version,
    };
  });
  return { rows: kept, stale };
}

/** Lines that an order no longer has are gone. An order with a bad line keeps what it had: nobody knows which line it was. */
async function removeGoneLines(transaction: Transaction, importId: number, whole: readonly string[]): Promise<void> {
  const removed = await transaction<{ orderId: string }[]>`
    delete from order_items t
    where t.order_id = any(${[...whole]})
      and not exists (select from fresh f where f.order_id = t.order_id and f.item_id = t.item_id)
      and not exists (select from staging s where s.problem is not null and s.problem_cells ->> 'order_id' = t.order_id)
    returning t.order_id as "orderId"`;
  if (removed.length === 0) return;
  const ids = removed.map(({ orderId }) => orderId);
  await transaction`update orders set import_id = ${importId} where order_id = any(${ids})`;
}

/** Refunds that came before their order, or that belong to a customer who turned out to be another, go to its customer. */
async function attachReturns(
  transaction: Transaction,
  importId: number,
  ids: readonly string[],
  formerOwners: readonly string[],
): Promise<void> {
  await transaction`
    with moved as (
      delete from returns r using orders o
      where o.order_id = any(${[...ids]}) and r.order_id = o.order_id and r.customer_id <> o.customer_id
        and r.customer_id = any(${['', ...formerOwners]})
      returning o.customer_id as owner, r.*
    )
    insert into returns (customer_id, return_id, order_id, product_id, quantity, amount, returned_at, import_id)
    select owner, return_id, order_id, product_id, quantity, amount, returned_at, ${importId} from moved
    on conflict do nothing`;
}

/** Remembers the order's two ids, or finds the one that its message leaves out. */
async function namePlatformOrder(transaction: Transaction, order: NonNullable<RowMessage['platformOrder']>) {
  if (order.orderId === undefined) {
    const [known] = await transaction<{ orderId: string }[]>`
      select order_id as "orderId" from webhook_orders where source = ${order.source} and source_order_id = ${order.id}`;
    return known?.orderId;
  }
  await transaction`
    insert into webhook_orders (source, source_order_id, order_id) values (${order.source}, ${order.id}, ${order.orderId})
    on conflict (source, source_order_id) do update set order_id = excluded.order_id`;
  // Refunds that came before their order know it by the platform's id only.
  await transaction`update returns set order_id = ${order.orderId} where customer_id = '' and order_id = ${order.id}`;
  return order.orderId;
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
  // The tables of the group before.
  await transaction`discard temp`;
  await createStaging(transaction, group.entity);
  const copy = await transaction.unsafe('copy staging from stdin').writable();
  const rules = { dialect: PLAIN_DIALECT, currency: options.currency, rates: options.mapping?.rates ?? {} };
  const writer = new StagingWriter(group.entity, copy, rules);
  const cellsOf = cellFinder(ENTITIES[group.entity]);
  try {
    for (const [index, row] of rows.entries()) {
      if (row === null) continue;
      const line = firstLine + index;
      if (isProblem(row)) writer.bad(line, row.field, row.value, row.reason);
      else writer.row(line, cellsOf(row));
      await writer.flush();
    }
    await writer.end();
  } catch (error) {
    writer.abort(error);
    throw error;
  }
  const present = new Set(rows.filter(isCells).flatMap((row) => Object.keys(row)));
  const merged = await mergeStaging(transaction, group.entity, present, importId);
  for (const id of await mergedCustomers(transaction, group.entity)) touched.add(id);
  const replaced = rows.filter((row) => row === null).length;
  const { read } = writer.counts;
  return { ...writer.counts, ...merged, read: read + replaced, duplicate: merged.duplicate + replaced };
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
  const { rows, stale } = withoutStale(group.rows, known);
  const counts = await importGroup(transaction, importId, group, rows, firstLine, options, touched);
  const spoilt = new Set(
    group.rows.flatMap((row) => (isProblem(row) && row.orderId !== undefined ? [row.orderId] : [])),
  );
  const withLines = new Set(
    group.rows.filter(isCells).flatMap((row) => (text(row.item_id) === '' ? [] : [text(row.order_id)])),
  );
  const whole = ids.filter((id) => withLines.has(id) && !stale.has(id) && !spoilt.has(id));
  await removeGoneLines(transaction, importId, whole);
  const owners = known.map(({ customerId }) => customerId);
  await attachReturns(transaction, importId, ids, owners);
  for (const owner of owners) touched.add(owner);
  return counts;
}

async function newReturns(transaction: Transaction, rows: RowGroup['rows']): Promise<RowGroup['rows']> {
  const ids = rows.filter(isCells).map((row) => text(row.return_id));
  const known = await transaction<{ id: string }[]>`select return_id as id from returns where return_id = any(${ids})`;
  const stored = new Set(known.map(({ id }) => id));
  return rows.filter((row) => !isCells(row) || !stored.has(text(row.return_id)));
}

type Counts = Omit<ImportReport, 'importId' | 'source' | 'format' | 'seconds'>;

const NOTHING: Counts = {
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
  const sums: Record<string, number> = { ...a };
  for (const [kind, times] of Object.entries(b)) sums[kind] = (sums[kind] ?? 0) + times;
  return sums;
}

const add = (a: Counts, b: Counts): Counts => ({
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
): Promise<Counts> {
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
      await transaction`delete from returns where return_id = any(${[...group.supersedes]})`;
    }
    let rows = group.onlyNew === true ? await newReturns(transaction, group.rows) : group.rows;
    if (group.entity === 'returns' && orderId !== undefined) {
      rows = rows.map((row) => (isCells(row) ? { ...row, order_id: orderId } : row));
    }
    counts = add(counts, await importGroup(transaction, importId, group, rows, firstLine, options, touched));
  }
  return counts;
}

async function isKnownDelivery(sql: Sql, { source, id }: NonNullable<RowMessage['delivery']>): Promise<boolean> {
  const rows = await sql`select from webhook_deliveries where source = ${source} and delivery_id = ${id}`;
  return rows.length > 0;
}

/** @throws DuplicateDelivery, after waiting for a transaction that takes the same one */
async function takeDelivery(transaction: Transaction, { source, id }: NonNullable<RowMessage['delivery']>) {
  const taken = await transaction`
    insert into webhook_deliveries (source, delivery_id) values (${source}, ${id}) on conflict do nothing`;
  if (taken.count === 0) throw new DuplicateDelivery('this delivery was taken before');
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
  message: RowMessage,
  options: ImportOptions,
  rescore?: Rescore,
): Promise<ImportReport | null> {
  const startedAt = performance.now();
  const { source, format, delivery } = message;
  if (delivery !== undefined && (await isKnownDelivery(sql, delivery))) return null;
  const importId = await startImport(sql, source, format);
  try {
    return await sql.begin(async (transaction) => {
      await lockImport(transaction, importId);
      await transaction`select set_config('TimeZone', ${options.timeZone}, true), set_config('lock_timeout', ${LOCK_TIMEOUT}, true)`;
      if (delivery !== undefined) await takeDelivery(transaction, delivery);
      await lockMerges(transaction);
      const touched = new Set<string>();
      const counts = await importGroups(transaction, importId, message, options, touched);
      await rescore?.(transaction, touched);
      const report = { importId, source, format, ...counts, seconds: (performance.now() - startedAt) / 1000 };
      await finishImport(transaction, report, null);
      return report;
    });
  } catch (error) {
    if (error instanceof DuplicateDelivery) {
      await sql`delete from imports where id = ${importId}`;
      return null;
    }
    const isBusy = codeOf(error) === LOCK_NOT_AVAILABLE;
    const reason = isBusy ? 'another import was at work for too long: send it again' : String(error);
    await sql`update imports set state = 'failed', finished_at = now(), error = ${reason} where id = ${importId}`.catch(
      () => {},
    );
    throw isBusy ? new ImportBusy(reason, { cause: error }) : error;
  }
}

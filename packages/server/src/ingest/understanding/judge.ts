import { createHash } from 'node:crypto';
import type { Transaction } from '../../db/database.js';
import {
  readAmountsInOrders,
  readLateRefunds,
  readRowsAhead,
  readStagedProblems,
  type StagedProblem,
  stagesMoney,
  takeAmountsAsTotals,
  takeAsWorthNothing,
} from '../../db/queries/imports/judgement.js';
import type { EntityKey } from '../../db/queries/imports/merge.js';
import { readSums } from '../../db/queries/imports/sums.js';
import { LIFECYCLE } from '../../db/tables.js';
import type { FileHead } from '../format.js';
import { ENTITIES } from '../rows/entities.js';
import type { Mapping } from '../rows/mapping.js';

import type { ReadCounts } from '../rows/staging.js';
import { columnLine, type Finding, yamlWord } from './finding.js';
import { OF_ORDERS, type Understanding } from './understand.js';

/** Of so many rows the date or the status cannot be read: the column is no date or status as this shop reads it. */
const HARDLY_ANY_READ = 0.9;
/** Fields that decide when an order counts. */
const DECIDES_ORDERS = new Set(['placed_at', 'status', 'returned_at']);
const MONEY = ['amount', 'unit_price', 'order_total', 'subtotal', 'refunded'];

/** The line of a mapping file that makes such rows good; null where none does. */
function mappingFor({ field, kind, values, rows }: StagedProblem, read: number): string | null {
  switch (kind) {
    case 'unknown-status':
      return `statuses: { ${values.map((word) => `${yamlWord(word.toLowerCase())}: STATION`).join(', ')} }, where STATION is one of ${LIFECYCLE.join(', ')}`;
    case 'day-or-month':
      return 'dates: dmy (or mdy)';
    case 'short-year':
      return 'dates: dmy (or mdy, or a pattern such as dd.MM.yy)';
    case 'not-a-date':
      return values.some((value) => /\d/.test(value)) ? 'dates: PATTERN, such as dd.MM.yyyy HH:mm' : null;
    case 'spreadsheet-day':
      return 'dates: excel';
    case 'decimal-or-thousands':
      return 'decimal: "," (or ".")';
    case 'no-rate':
      return `rates: { ${values.map((currency) => `${currency.toUpperCase()}: 1.0`).join(', ')} }, each in the currency of the shop`;
    case 'not-a-number':
      return values.some((value) => /\d[.,]\d/.test(value)) ? 'decimal: "," (or ".")' : null;
    case 'missing':
    case 'missing-in-order':
    case 'missing-amount-of-row':
      // Where most rows have it, the others lack a cell and no column.
      return rows < read / 2 ? null : `columns: { ${field}: COLUMN }`;
    default:
      return null;
  }
}

function problemFinding(problem: StagedProblem, entity: EntityKey, read: number): Finding {
  const { field, reason, rows, values } = problem;
  const shown = values.filter((value) => value !== '').map((value) => JSON.stringify(value.slice(0, 40)));
  const examples = shown.length === 0 ? '' : ` (${shown.slice(0, 3).join(', ')}${shown.length > 3 ? ', ...' : ''})`;
  const isOrderField = OF_ORDERS.has(entity) && DECIDES_ORDERS.has(field) && problem.kind !== 'missing';
  return {
    stops: isOrderField && rows >= read * HARDLY_ANY_READ,
    text: `${rows === 1 ? '1 row waits' : `${rows} rows wait`} in quarantine: ${field}${examples} ${reason}`,
    rows,
    mapping: mappingFor(problem, read),
  };
}

/**
 * What is wrong with the rows that were staged and cannot be used, as sentences.
 * @param read rows of the file
 */
export const problemFindings = async (transaction: Transaction, entity: EntityKey, read: number): Promise<Finding[]> =>
  (await readStagedProblems(transaction)).map((problem) => problemFinding(problem, entity, read));

/** What is known of a file when its rows are staged, and whether anything of it may be stored. */
export interface Judgement {
  readonly findings: readonly Finding[];
  readonly failure?: string;
}

/** So many orders speak with one voice. */
const MOST_ORDERS = 0.9;

/**
 * Decides by the values whether the amounts are those of lines or are repeated totals of their orders, and takes them for
 * that. Where the values leave it open the owner is asked.
 * @param present the fields that the file has; changed with what the amounts are taken for
 */
export async function settleAmounts(
  transaction: Transaction,
  { format, columns, knowsWorth }: Understanding,
  present: Set<string>,
): Promise<Finding[]> {
  if (format.entity !== 'sales') return [];
  if (knowsWorth === false) await takeAsWorthNothing(transaction);
  const source = columns.find(({ fields }) => fields.includes('amount'));
  if (source === undefined || !columns.some(({ fields }) => fields.includes('order_id'))) return [];
  const title = source.title.trim();
  const told = await readAmountsInOrders(transaction);
  if (told.severalRows === 0 || told.repeated < told.severalRows * MOST_ORDERS) return [];
  if (told.priced > 0) {
    if (told.ownLines >= told.priced * MOST_ORDERS) return [];
    await takeAmountsAsTotals(transaction);
    present.delete('amount');
    present.add('order_total');
    return [
      {
        stops: false,
        text: `"${title}" repeats the total of the order on each of its lines (${told.repeated} of ${told.severalRows} orders of several rows), so it counts once an order`,
        rows: null,
        mapping: null,
      },
    ];
  }
  if (source.isChosen) return [];
  return [
    {
      stops: true,
      text: `"${title}" holds one and the same amount in all rows of each order of several rows (${told.repeated}), so it may be the total of the order or the amount of each line`,
      rows: null,
      mapping: `${columnLine('order_total', title)} for the total of the order, ${columnLine('amount', title)} for the amount of each line`,
    },
  ];
}

/** Of so many orders the sums have to close; of fewer it is the file that is misread. */
const HALF = 0.5;

/** What orders state of their money against what their lines come to. */
async function openSums(transaction: Transaction): Promise<Finding[]> {
  const sums = await readSums(transaction);
  if (sums === null || sums.openOrders === 0) return [];
  const { orders, openOrders, open } = sums;
  const examples = open
    .slice(0, 3)
    .map(({ orderId, difference }) => `${orderId}: ${difference.replace(/^(-?\d+\.\d\d)\d+$/, '$1')}`)
    .join(', ');
  const stops = openOrders > orders * HALF;
  return [
    {
      stops,
      text: stops
        ? `the sums do not close in ${openOrders} of ${orders} orders: what they state as total or subtotal is not what their lines cost less discounts, with or without tax, shipping and tips (order: difference, ${examples})`
        : `the sums of ${openOrders === 1 ? '1 order' : `${openOrders} orders`} of ${orders} do not close, and ${openOrders === 1 ? 'it is' : 'they are'} worth what the lines say (order: difference, ${examples})`,
      rows: null,
      mapping: stops
        ? 'columns: { order_total: COLUMN, subtotal: COLUMN, order_discount: COLUMN, tax: COLUMN, shipping: COLUMN }, those that the file has, or ignored: [COLUMN] for a column that is no total'
        : null,
    },
  ];
}

/** Refunds that no run takes off before its moment is later than they are. */
async function lateRefunds(transaction: Transaction): Promise<Finding[]> {
  const late = await readLateRefunds(transaction);
  if (late === null) return [];
  const { rows, amount, newest } = late;
  return [
    {
      stops: false,
      text: `${rows === 1 ? '1 refund' : `${rows} refunds`} of ${amount} in all ${rows === 1 ? 'is' : 'are'} later than the newest order (${newest}): a run takes ${rows === 1 ? 'it' : 'them'} off once its moment is later too`,
      rows,
      mapping: null,
    },
  ];
}

/** Orders that lie ahead are stored, and told: many are slips. */
async function aheadFindings(transaction: Transaction): Promise<Finding[]> {
  const ahead = await readRowsAhead(transaction);
  if (ahead === null) return [];
  const { rows, newest } = ahead;
  return [
    {
      stops: false,
      text: `${rows === 1 ? '1 row lies' : `${rows} rows lie`} ahead of today, the latest on ${newest}: stored, and in no figure until ${rows === 1 ? 'its' : 'their'} day comes`,
      rows,
      mapping: null,
    },
  ];
}

/**
 * Judges the rows of a file that were staged.
 * @param read rows of the file
 */
export async function judgeStaged(
  transaction: Transaction,
  understanding: Understanding,
  settled: readonly Finding[],
  { read, quarantined }: Readonly<ReadCounts>,
): Promise<Judgement> {
  const { format, holdsMoney } = understanding;
  const { entity } = format;
  const own =
    entity === 'sales' ? await openSums(transaction) : entity === 'returns' ? await lateRefunds(transaction) : [];
  const problems = quarantined === 0 ? [] : await problemFindings(transaction, entity, read);
  const ahead = ENTITIES[entity].some(({ name }) => name === 'placed_at') ? await aheadFindings(transaction) : [];
  const findings = [...understanding.findings, ...settled, ...own, ...ahead, ...problems];
  if (read > 0 && quarantined === read) return { findings, failure: 'no row of it can be used' };
  const columns = ENTITIES[entity].map(({ name }) => name).filter((name) => MONEY.includes(name));
  if (holdsMoney && !(await stagesMoney(transaction, columns)))
    return { findings, failure: 'it holds money, and none of it is stored' };
  return { findings };
}

/** What the header, the format and the chosen columns of a file are known by. */
export const shapeOf = (head: FileHead, format: string, { columns, ignored, also }: Mapping): string =>
  createHash('sha256')
    .update(JSON.stringify([head.header, format, Object.entries(columns).sort(), ignored ?? [], also ?? []]))
    .digest('hex');

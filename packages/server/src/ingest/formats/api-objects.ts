import type { EntityKey } from '../../db/queries/imports/merge.js';
import type { InputFormat, NamedCells } from '../format.js';
import { problem } from '../rows/clean.js';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `customerId` -> `customer_id`, so that the API's names meet the fields' own. */
const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function cellsOf(object: Record<string, unknown>, externalId: string): NamedCells {
  const cells: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) {
    cells[name === 'externalId' ? externalId : snakeCase(name)] = isObject(value)
      ? (value.amount ?? JSON.stringify(value))
      : value;
  }
  return cells;
}

/**
 * The rows of an order: one a line, each with the order's own cells; an order without lines is one row.
 * The status and the return of a line stand beside the order's own.
 */
export function rowsOfOrder(order: Record<string, unknown>): NamedCells[] {
  const { lines, ...own } = order;
  const shared = cellsOf(own, 'order_id');
  if (!Array.isArray(lines) || lines.length === 0) return [shared];
  return lines.filter(isObject).map((line) => {
    const { status, returnedAt, ...rest } = line;
    const cells: Record<string, unknown> = { ...shared, ...cellsOf(rest, 'item_id') };
    if (status !== undefined) cells.line_status = status;
    if (returnedAt !== undefined) cells.line_returned_at = returnedAt;
    return cells;
  });
}

function parseLine(line: string, rows: (object: Record<string, unknown>) => readonly NamedCells[]) {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return problem('not-json', {});
  }
  if (!isObject(parsed)) return problem('not-an-object', {});
  try {
    return rows(parsed);
  } catch (error) {
    // JSON can be read deeper than it can be written.
    if (error instanceof RangeError) return problem('nests-too-deep', {});
    throw error;
  }
}

function objects(
  key: string,
  title: string,
  entity: EntityKey,
  marks: readonly string[],
  externalId: string,
  rows = (object: Record<string, unknown>): readonly NamedCells[] => [cellsOf(object, externalId)],
): InputFormat {
  return {
    key,
    title,
    entity,
    reading: { kind: 'lines', isHeader: () => false, parse: (line) => parseLine(line, rows) },
    recognises: ({ text }) => {
      const first = text.trimStart().split(/\r?\n/, 1)[0] ?? '';
      return first.startsWith('{') && marks.every((mark) => first.includes(`"${mark}"`));
    },
  };
}

/** One JSON object a line (NDJSON), in the shapes of the API's own inputs. */
export const apiObjects: readonly InputFormat[] = [
  objects(
    'ndjson-orders',
    'orders with their lines, one JSON object a line',
    'sales',
    ['externalId', 'placedAt'],
    'order_id',
    rowsOfOrder,
  ),
  objects('ndjson-events', 'events, one JSON object a line', 'events', ['customerId', 'occurredAt'], 'event_id'),
  objects('ndjson-customers', 'customers, one JSON object a line', 'customers', ['externalId', 'email'], 'customer_id'),
  objects('ndjson-products', 'products, one JSON object a line', 'products', ['externalId', 'name'], 'product_id'),
];

import type { EntityKey } from '../db/queries/merge.js';
import { customersTable } from './formats/customers-table.js';
import { orderItemsTable } from './formats/order-items-table.js';
import { ordersTable } from './formats/orders-table.js';
import { productsJson } from './formats/products-json.js';
import { productsTable } from './formats/products-table.js';
import { transactionLog } from './formats/transaction-log.js';
import { usersKeyValue } from './formats/users-key-value.js';

/** The start of a file: enough to tell what it is. */
export interface FileHead {
  /** The first characters, at most 64 Ki, without a byte order mark. */
  readonly text: string;
  /** The first record's cells, normalised (`normaliseHeader`). */
  readonly header: readonly string[];
  /** The second record's cells as they stand; empty in a file of one record. */
  readonly firstRow: readonly string[];
  readonly delimiter: string;
}

/** How a file is cut into rows of cells. */
export type Reading =
  /** CSV with a header: cells are found by name. */
  | { readonly kind: 'csv' }
  /** One text a line, perhaps CSV-quoted; `parse` finds the cells by name. */
  | {
      readonly kind: 'lines';
      /** Asked of the first line only. */
      isHeader(line: string): boolean;
      parse(line: string): Record<string, string> | string;
    }
  /** One JSON array of objects, raw or inside a CSV cell. */
  | { readonly kind: 'json-array' };

/** THE CONTRACT of an input format. */
export interface InputFormat {
  readonly key: string;
  readonly title: string;
  readonly entity: EntityKey;
  readonly reading: Reading;
  recognises(head: FileHead): boolean;
}

/** THE LIST of formats. The first that recognises a file reads it, so the more particular stand first. */
export const FORMATS: readonly InputFormat[] = [
  usersKeyValue,
  productsJson,
  orderItemsTable,
  ordersTable,
  customersTable,
  productsTable,
  transactionLog,
];

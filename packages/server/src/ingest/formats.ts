import type { EntityKey } from '../db/queries/merge.js';
import type { Problem } from './clean.js';
import { apiObjects } from './formats/api-objects.js';
import { campaignsTable } from './formats/campaigns-table.js';
import { cdnowText } from './formats/cdnow-text.js';
import { customerAttributes } from './formats/customer-attributes.js';
import { customersTable } from './formats/customers-table.js';
import { eventsTable } from './formats/events-table.js';
import { invoiceLines } from './formats/invoice-lines.js';
import { mergesTable } from './formats/merges-table.js';
import { orderItemsTable } from './formats/order-items-table.js';
import { ordersTable } from './formats/orders-table.js';
import { productsJson } from './formats/products-json.js';
import { productsTable } from './formats/products-table.js';
import { returnsTable } from './formats/returns-table.js';
import { shopifyCustomers } from './formats/shopify-customers.js';
import { shopifyOrders } from './formats/shopify-orders.js';
import { transactionLog } from './formats/transaction-log.js';
import { treatmentsTable } from './formats/treatments-table.js';
import { usersKeyValue } from './formats/users-key-value.js';
import { woocommerceOrders } from './formats/woocommerce-orders.js';

/** The start of a file: enough to tell what it is. */
export interface FileHead {
  /** The first characters, at most 64 Ki, without a byte order mark. */
  readonly text: string;
  /** The first record's cells, normalised (`normaliseHeader`). */
  readonly header: readonly string[];
  readonly delimiter: string;
}

/** Cells by the names of their columns; a value that is not text is read as its JSON. */
export type NamedCells = Readonly<Record<string, unknown>>;

/** How a file is cut into rows of cells. */
export type Reading =
  /** CSV with a header: cells are found by name. */
  | {
      readonly kind: 'csv';
      /** Columns that no field takes are kept as the customer's attributes. */
      readonly keepsOtherColumns?: boolean;
      /** Columns by field where the format's own names differ from the entity's aliases. */
      readonly columns?: Readonly<Record<string, string>>;
    }
  /** One text a line, perhaps CSV-quoted; `parse` finds the cells by name, or says why it cannot. */
  | {
      readonly kind: 'lines';
      /** Asked of the first line only. */
      isHeader(line: string): boolean;
      /** Several rows come from a line that holds an order with its lines. */
      parse(line: string): NamedCells | readonly NamedCells[] | Problem;
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
  ...apiObjects,
  cdnowText,
  shopifyOrders,
  shopifyCustomers,
  woocommerceOrders,
  mergesTable,
  treatmentsTable,
  campaignsTable,
  eventsTable,
  invoiceLines,
  returnsTable,
  orderItemsTable,
  ordersTable,
  transactionLog,
  customersTable,
  productsTable,
  customerAttributes,
];

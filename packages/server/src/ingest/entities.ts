import type { EntityKey } from '../db/queries/merge.js';
import {
  type CellReader,
  readAge,
  readDecimal,
  readId,
  readInteger,
  readMoment,
  readStatus,
  readText,
} from './clean.js';

export interface Field {
  /** The column of the staging table. */
  readonly name: string;
  readonly read: CellReader;
  /** Without it the row says nothing and is quarantined. An optional one that cannot be read is left empty and counted. */
  readonly required?: boolean;
  /** An optional field whose unreadable value must not be dropped: it decides what the row means. */
  readonly decisive?: boolean;
  /** Other names in headers, in normalised form (lower case, words joined by `_`); `name` itself always counts. */
  readonly aliases: readonly string[];
}

const id = (name: string, aliases: readonly string[], required = false): Field => ({
  name,
  read: readId,
  required,
  decisive: true,
  aliases,
});
const text = (name: string, ...aliases: string[]): Field => ({ name, read: readText, aliases });
const moment = (name: string, ...aliases: string[]): Field => ({ name, read: readMoment, decisive: true, aliases });
const money = (name: string, ...aliases: string[]): Field => ({ name, read: readDecimal, decisive: true, aliases });

const customerId = (required: boolean, ...more: string[]) =>
  id('customer_id', ['user_id', 'customerid', 'userid', 'customer', 'client_id', ...more], required);
const status: Field = { name: 'status', read: readStatus, decisive: true, aliases: ['order_status', 'state_of_order'] };
const lifecycleTimes = [
  moment('shipped_at', 'shipped', 'shipped_date', 'ship_date'),
  moment('delivered_at', 'delivered', 'delivered_date', 'delivery_date'),
  moment('cancelled_at', 'canceled_at', 'cancelled_date'),
  moment('returned_at', 'returned', 'returned_date', 'return_date'),
];
const quantity: Field = {
  name: 'quantity',
  read: readInteger,
  decisive: true,
  aliases: ['qty', 'units', 'cds', 'pieces'],
};
const placedAt = (required: boolean): Field => ({
  ...moment('placed_at', 'created_at', 'order_date', 'ordered_at', 'date', 'purchase_date', 'invoice_date'),
  required,
});
const person = [
  text('email', 'email_address', 'e_mail'),
  text('first_name', 'firstname', 'given_name'),
  text('last_name', 'lastname', 'surname', 'family_name'),
];

/** THE LIST of entities: the fields of each staging table, under every name that a header may give them. */
export const ENTITIES: Readonly<Record<EntityKey, readonly Field[]>> = {
  customers: [
    customerId(true, 'id'),
    ...person,
    { name: 'age', read: readAge, aliases: [] },
    text('gender', 'sex'),
    text('country', 'country_name'),
    text('state', 'region', 'province'),
    text('city', 'town'),
    text('channel', 'traffic_source', 'acquisition_channel', 'source'),
    { ...moment('registered_at', 'created_at', 'signup_date', 'registration_date'), decisive: false },
  ],
  products: [
    id('product_id', ['id', 'productid'], true),
    text('name', 'title', 'product_name'),
    text('category', 'product_category', 'product_type'),
    text('brand', 'vendor', 'manufacturer'),
    text('department'),
    text('sku'),
    { ...money('cost', 'unit_cost'), decisive: false },
    { ...money('list_price', 'retail_price', 'price', 'msrp'), decisive: false },
  ],
  orders: [id('order_id', ['orderid', 'order'], true), customerId(false), status, placedAt(true), ...lifecycleTimes],
  items: [
    id('order_id', ['orderid', 'order'], true),
    id('item_id', ['id', 'order_item_id', 'line_id']),
    customerId(false),
    id('product_id', ['productid', 'sku', 'stock_code']),
    quantity,
    { ...money('unit_price', 'sale_price', 'price', 'item_price'), required: true },
    status,
    ...lifecycleTimes,
  ],
  transactions: [
    customerId(true),
    id('order_id', ['orderid', 'order', 'transaction_id']),
    id('product_id', ['productid', 'sku']),
    placedAt(true),
    quantity,
    { ...money('amount', 'revenue', 'total', 'total_amount', 'spend', 'value'), required: true },
    ...person,
  ],
};

/** `" Shipped At"` -> `shipped_at` */
export const normaliseHeader = (cell: string) =>
  cell
    .replace(/^\uFEFF/, '')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '');

/** For each field of an entity the index of its column, -1 where the header has none. A field's own name wins over an alias. */
export function mapHeader(fields: readonly Field[], header: readonly string[]): Int32Array {
  const columns = new Int32Array(fields.length).fill(-1);
  const taken = new Set<number>();
  fields.forEach((field, i) => {
    for (const name of [field.name, ...field.aliases]) {
      const column = header.indexOf(name);
      if (column === -1 || taken.has(column)) continue;
      columns[i] = column;
      taken.add(column);
      break;
    }
  });
  return columns;
}

/** Whether a header names all of these fields of an entity. */
export function headerHas(header: readonly string[], entity: EntityKey, ...names: string[]): boolean {
  const fields = ENTITIES[entity];
  const columns = mapHeader(fields, header);
  return names.every((name) => columns[fields.findIndex((field) => field.name === name)]! >= 0);
}

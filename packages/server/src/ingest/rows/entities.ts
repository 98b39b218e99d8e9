import type { EntityKey } from '../../db/queries/imports/merge.js';
import {
  type CellReader,
  readAge,
  readCurrency,
  readCustomerId,
  readDecimal,
  readEmail,
  readFlag,
  readId,
  readInteger,
  readJson,
  readMoment,
  readOnSale,
  readQuantity,
  readStatus,
  readText,
} from './clean.js';

export interface Field {
  /** The column of the staging table. */
  readonly name: string;
  readonly read: CellReader;
  /** The column's type there. */
  readonly type: 'text' | 'int' | 'numeric' | 'timestamptz' | 'jsonb' | 'boolean';
  /** Without it the row says nothing and is quarantined. */
  readonly required?: boolean;
  /** It decides what the row means: unreadable, it spoils the row. Of others only the cell is left empty, and counted. */
  readonly decisive?: boolean;
  /** Other names in headers, in normalised form (lower case, words joined by `_`); `name` itself always counts. */
  readonly aliases: readonly string[];
}

const id = (name: string, ...aliases: string[]): Field => ({
  name,
  read: readId,
  type: 'text',
  decisive: true,
  aliases,
});
const text = (name: string, ...aliases: string[]): Field => ({ name, read: readText, type: 'text', aliases });
const moment = (name: string, ...aliases: string[]): Field => ({
  name,
  read: readMoment,
  type: 'timestamptz',
  decisive: true,
  aliases,
});
const money = (name: string, ...aliases: string[]): Field => ({
  name,
  read: readDecimal,
  type: 'numeric',
  decisive: true,
  aliases,
});
const flag = (name: string, ...aliases: string[]): Field => ({ name, read: readFlag, type: 'boolean', aliases });
const required = (field: Field): Field => ({ ...field, required: true });
const droppable = (field: Field): Field => ({ ...field, decisive: false });

const customerId: Field = {
  ...id('customer_id', 'user_id', 'customerid', 'userid', 'customer', 'client_id', 'customer_external_id'),
  read: readCustomerId,
};
const orderId = id(
  'order_id',
  'orderid',
  'order',
  'invoiceno',
  'invoice_no',
  'invoice',
  'order_number',
  'transaction_id',
  'order_external_id',
);
const productId = id(
  'product_id',
  'productid',
  'stockcode',
  'stock_code',
  'lineitem_sku',
  'item_sku',
  'sku',
  'product_external_id',
);
const status: Field = {
  name: 'status',
  read: readStatus,
  type: 'text',
  decisive: true,
  aliases: ['order_status', 'financial_status'],
};
const lifecycleTimes = [
  moment('shipped_at', 'shipped', 'shipped_date', 'ship_date', 'fulfilled_at'),
  moment('delivered_at', 'delivered', 'delivered_date', 'delivery_date'),
  moment('cancelled_at', 'canceled_at', 'cancelled_date'),
  moment('returned_at', 'returned', 'returned_date', 'return_date'),
];
const quantity: Field = {
  name: 'quantity',
  read: readQuantity,
  type: 'numeric',
  decisive: true,
  aliases: ['qty', 'units', 'cds', 'pieces', 'lineitem_quantity', 'item_quantity'],
};
const placedAt = moment(
  'placed_at',
  'created_at',
  'order_date',
  'ordered_at',
  'date',
  'purchase_date',
  'invoicedate',
  'invoice_date',
  'date_created',
);
const unitPrice = money('unit_price', 'sale_price', 'unitprice', 'price', 'item_price', 'lineitem_price', 'item_cost');
const currency: Field = {
  name: 'currency',
  read: readCurrency,
  type: 'text',
  decisive: true,
  aliases: ['currency_code', 'order_currency'],
};
/** When the source last changed the row: an older version never replaces a newer one. */
const version = moment('version', 'updated_at', 'modified_at', 'date_modified', 'last_modified');
const person = [
  {
    name: 'email',
    read: readEmail,
    type: 'text',
    aliases: ['email_address', 'e_mail', 'customer_email', 'billing_email'],
  } satisfies Field,
  text('first_name', 'firstname', 'given_name', 'billing_first_name'),
  text('last_name', 'lastname', 'surname', 'family_name', 'billing_last_name'),
];
const country = text('country', 'country_name', 'billing_country', 'default_address_country_code', 'country_code');

/** What an order states once, in its first row or in all of them. */
const saleHead: readonly Field[] = [
  orderId,
  customerId,
  ...person,
  text('phone', 'billing_phone', 'customer_phone', 'phone_number', 'telephone'),
  country,
  placedAt,
  droppable(moment('paid_at', 'paid', 'payment_date', 'date_paid', 'paid_date')),
  droppable(moment('promised_at', 'promised', 'promised_date', 'estimated_delivery_date', 'promised_delivery_date')),
  status,
  { ...status, name: 'payment_status', aliases: ['payment_state'] },
  ...lifecycleTimes,
  version,
  currency,
  text('channel', 'sales_channel', 'order_source', 'sales_channel_name'),
  text('ship_country', 'shipping_country', 'shipping_country_code', 'delivery_country', 'ship_to_country'),
  text('ship_region', 'shipping_province', 'shipping_state', 'shipping_region', 'delivery_region', 'ship_to_state'),
  text('carrier', 'shipping_carrier', 'shipping_company', 'courier'),
  text(
    'coupons',
    'coupon',
    'coupon_code',
    'coupon_codes',
    'discount_code',
    'discount_codes',
    'voucher',
    'voucher_code',
  ),
  money('subtotal', 'sub_total', 'order_subtotal', 'subtotal_price', 'items_subtotal'),
  money(
    'order_discount',
    'discount_amount',
    'discount_total',
    'total_discount',
    'total_discounts',
    'order_discount_amount',
    'cart_discount',
  ),
  money('tax', 'taxes', 'tax_amount', 'tax_total', 'total_tax', 'order_tax', 'vat', 'vat_amount'),
  money(
    'shipping',
    'shipping_amount',
    'shipping_cost',
    'shipping_total',
    'shipping_price',
    'order_shipping',
    'freight',
    'postage',
  ),
  money('tip', 'tips', 'tip_amount', 'gratuity'),
  money('order_total', 'order_amount', 'grand_total', 'total_price', 'order_total_amount'),
  money('refunded', 'refunded_amount', 'order_refund_amount', 'total_refunded', 'amount_refunded'),
  moment('refunded_at', 'refunded_date', 'refund_date'),
  flag('tax_included', 'taxes_included', 'prices_include_tax'),
  money('gift_card_paid', 'gift_card_amount', 'paid_by_gift_card', 'store_credit_paid'),
];

/** What stands in the row of a line. */
const saleLine: readonly Field[] = [
  id('item_id', 'order_item_id', 'line_id', 'item_external_id'),
  productId,
  text('variant', 'variant_title', 'variation', 'lineitem_variant_title'),
  text('product_name', 'description', 'lineitem_name', 'item_name'),
  text('category', 'product_category'),
  text('brand', 'lineitem_vendor', 'vendor', 'manufacturer'),
  text('size', 'product_size', 'item_size'),
  text('colour', 'color', 'product_color', 'product_colour', 'item_color'),
  quantity,
  unitPrice,
  droppable(
    money('list_price', 'compare_at_price', 'lineitem_compare_at_price', 'retail_price', 'msrp', 'original_price'),
  ),
  money('amount', 'revenue', 'total', 'total_amount', 'spend', 'value', 'line_total'),
  money('line_discount', 'lineitem_discount', 'item_discount', 'item_discount_amount', 'line_discount_amount'),
  money('line_tax', 'item_tax', 'lineitem_tax', 'line_tax_amount'),
  { ...status, name: 'line_status', aliases: ['item_status'] },
  moment('line_returned_at', 'item_returned_at'),
  text('return_reason', 'reason', 'refund_reason', 'reason_for_return'),
  flag('gift_card', 'is_gift_card'),
];

/** THE LIST of entities: the fields of each staging table, under every name that a header may give them. */
export const ENTITIES: Readonly<Record<EntityKey, readonly Field[]>> = {
  customers: [
    required({ ...customerId, aliases: [...customerId.aliases, 'id', 'external_id'] }),
    ...person,
    { name: 'age', read: readAge, type: 'int', aliases: [] },
    text('gender', 'sex'),
    country,
    text('state', 'region', 'province', 'billing_state', 'default_address_province_code'),
    text('city', 'town', 'billing_city', 'default_address_city'),
    text('channel', 'traffic_source', 'acquisition_channel', 'source'),
    droppable(
      moment('registered_at', 'created_at', 'signup_date', 'registration_date', 'dt_customer', 'date_registered'),
    ),
    droppable(version),
    { name: 'attributes', read: readJson, type: 'jsonb', aliases: [] },
  ],
  products: [
    required({ ...id('product_id', 'id', 'productid', 'external_id') }),
    text('name', 'title', 'product_name'),
    text('category', 'product_category', 'product_type', 'type'),
    text('brand', 'vendor', 'manufacturer'),
    text('department'),
    text('sku'),
    droppable(money('cost', 'unit_cost')),
    droppable(money('list_price', 'retail_price', 'price', 'msrp')),
    { name: 'active', read: readOnSale, type: 'boolean', aliases: ['is_active', 'on_sale', 'published'] },
    {
      name: 'stock',
      read: readInteger,
      type: 'int',
      aliases: ['stock_quantity', 'inventory_quantity', 'quantity_in_stock', 'in_stock_quantity'],
    },
  ],
  orders: [required(orderId), customerId, status, required(placedAt), ...lifecycleTimes, version],
  items: [
    required(orderId),
    id('item_id', 'id', 'order_item_id', 'line_id'),
    customerId,
    productId,
    quantity,
    required(unitPrice),
    status,
    ...lifecycleTimes,
    currency,
  ],
  sales: [...saleHead, ...saleLine],
  returns: [
    id('return_id', 'refund_id', 'id', 'return_external_id'),
    customerId,
    orderId,
    id('item_id', 'order_item_id', 'line_id', 'item_external_id'),
    productId,
    text('reason', 'return_reason', 'refund_reason'),
    quantity,
    money('amount', 'refund_amount', 'refunded', 'total', 'refund'),
    moment('returned_at', 'refunded_at', 'refund_date', 'return_date', 'created_at', 'date'),
    currency,
  ],
  events: [
    id('event_id', 'id', 'external_id'),
    required(customerId),
    required(text('kind', 'event', 'event_type', 'event_name', 'type')),
    required(moment('occurred_at', 'timestamp', 'created_at', 'event_time', 'time', 'date')),
    id('campaign_id', 'campaign'),
    money('value', 'score', 'rating', 'amount'),
  ],
  campaigns: [
    required(id('campaign_id', 'campaign', 'id')),
    text('name', 'campaign_name', 'title', 'description'),
    text('channel'),
    droppable(moment('starts_at', 'start_date', 'start_day', 'start')),
    droppable(moment('ends_at', 'end_date', 'end_day', 'end')),
    droppable(money('cost', 'budget')),
  ],
  treatments: [
    required(customerId),
    required(id('campaign_id', 'campaign')),
    moment('treated_at', 'sent_at', 'timestamp', 'date', 'created_at'),
    text('arm', 'group', 'variant'),
    money('cost', 'discount', 'incentive'),
    moment('redeemed_at', 'redemption_date', 'redeemed'),
  ],
  merges: [
    required(id('from_customer_id', 'old_customer_id', 'old_id', 'merged_customer_id', 'from')),
    required(id('customer_id', 'into_customer_id', 'new_customer_id', 'new_id', 'into', 'to')),
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

/**
 * For each field of an entity the index of its column, -1 where the header has none. A field's own name wins over an
 * alias, an earlier alias over a later one.
 * @param chosen columns that a mapping file or a format names for fields, by normalised header; one may serve several fields
 */
export function mapHeader(
  fields: readonly Field[],
  header: readonly string[],
  chosen: Readonly<Record<string, string | readonly string[]>> = {},
): Int32Array {
  const columns = new Int32Array(fields.length).fill(-1);
  const taken = new Set<number>();
  // An address that stands for the customer is his address too.
  const person = fields.findIndex(({ name }) => name === 'customer_id');
  const serves = (i: number, column: number) =>
    !taken.has(column) || (fields[i]!.name === 'email' && column === columns[person]);
  const take = (i: number, name: string) => {
    const column = header.indexOf(name);
    if (columns[i] !== -1 || column === -1 || !serves(i, column)) return;
    columns[i] = column;
    taken.add(column);
  };
  const isChosen = ({ name }: Field) => Object.hasOwn(chosen, name);
  fields.forEach((field, i) => {
    if (!isChosen(field)) return;
    columns[i] = header.indexOf(
      [chosen[field.name]!].flat().find((name) => name !== '' && header.includes(name)) ?? '\0',
    );
  });
  for (const column of columns) if (column >= 0) taken.add(column);
  fields.forEach((field, i) => {
    if (!isChosen(field)) take(i, field.name);
  });
  fields.forEach((field, i) => {
    if (!isChosen(field)) for (const alias of field.aliases) take(i, alias);
  });
  return columns;
}

/** Whether a header names all of these fields of an entity. */
export function headerHas(header: readonly string[], entity: EntityKey, ...names: string[]): boolean {
  const fields = ENTITIES[entity];
  const columns = mapHeader(fields, header);
  return names.every((name) => columns[fields.findIndex((field) => field.name === name)]! >= 0);
}

/** Whether a header names what an order, a line or a piece is worth. */
export const hasWorth = (header: readonly string[]): boolean =>
  ['amount', 'order_total', 'subtotal', 'unit_price'].some(
    (name) => ENTITIES.sales.some((field) => field.name === name) && headerHas(header, 'sales', name),
  );

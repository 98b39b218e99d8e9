import type { Product } from './catalogue.js';
import type { Chance } from './chance.js';
import type { DemoCustomer, DemoOrder } from './customer-life.js';

// The raw form: what a careless extract of a shop's tables looks like. Every row is readable; rows that are
// not are planted by planted-rows.ts.

export const USERS_HEADER = 'USERS\n';
export const ORDERS_HEADER =
  '\uFEFFORDER_ID,USER_ID,Status,GENDER, created_at,RETURNED_AT,Shipped At,delivered_at ,NUM_OF_ITEM\r\n';
export const ORDER_ITEMS_HEADER =
  'ID,Order ID,USER_ID,PRODUCT_ID,STATUS,CREATED_AT,SHIPPED_AT,DELIVERED_AT,Returned_At,SALE_PRICE,Quantity\r\n';

const BARE_ROW = 0.1;
const VALUE_MISSING = 0.015;
const ODD_STATUS = 0.4;
const LEADING_BLANKS = 0.1;

const TIME_STYLES: { time: (moment: number) => string; missing: string }[] = [
  { time: (moment) => `${day(moment)} ${timeOfDay(moment)}.000000 UTC`, missing: '' },
  { time: (moment) => `${day(moment)} ${timeOfDay(moment)} UTC`, missing: 'NULL' },
  { time: (moment) => `${day(moment)}T${timeOfDay(moment)}Z`, missing: 'NaT' },
];

const DAY_SECONDS = 86_400;
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
/** Date formatting was half of all the work; the shop's years have only some 2,400 days. */
const dayTexts = new Map<number, string>();

function day(moment: number): string {
  const number = Math.floor(moment / 1000 / DAY_SECONDS);
  let text = dayTexts.get(number);
  if (text === undefined) {
    text = new Date(moment).toISOString().slice(0, 10);
    dayTexts.set(number, text);
  }
  return text;
}

function timeOfDay(moment: number): string {
  const second = Math.floor(moment / 1000) % DAY_SECONDS;
  return `${TWO_DIGITS[Math.floor(second / 3600)]}:${TWO_DIGITS[Math.floor(second / 60) % 60]}:${TWO_DIGITS[second % 60]}`;
}

/** JSON-like text whose key "" repeats, in a CSV cell or, now and then, bare. No value holds a quotation mark. */
export function userRow(chance: Chance, { id, person, trafficSource, signedUpAt }: DemoCustomer): string {
  const bare = chance.happens(BARE_ROW);
  const quote = bare ? '"' : '""';
  const value = (key: string, text: string | number): string => `, ${quote}${quote}:${quote}/${key}/${text}${quote}`;
  const valueOrNone = (key: string, text: string | number): string =>
    chance.happens(VALUE_MISSING) ? '' : value(key, text);
  const object =
    `{${quote}id${quote}:${id}${value('firstname', person.firstName)}${value('lastname', person.lastName)}` +
    `${value('email', person.email)}${valueOrNone('age', person.age)}${valueOrNone('gender', person.gender)}` +
    `${valueOrNone('state', person.state)}${valueOrNone('street_address', person.streetAddress)}` +
    `${valueOrNone('city', person.city)}${value('country', person.country)}` +
    `${valueOrNone('traffic_source', trafficSource)}${value('created_at', TIME_STYLES[0].time(signedUpAt))}}`;
  return bare ? `${object}\n` : `"${object}"\n`;
}

export function productObject(product: Product): string {
  return JSON.stringify({
    ID: product.id,
    COST: product.costCents / 100,
    CATEGORY: product.kind.category,
    NAME: product.name,
    BRAND: product.brand,
    RETAIL_PRICE: product.retailCents / 100,
    DEPARTMENT: product.department,
    SKU: product.sku,
  });
}

/** The cells of a row before they are joined, so that a planted row can spoil one of them. */
export interface OrderCells {
  orderId: string;
  userId: string;
  status: string;
  gender: string;
  createdAt: string;
  returnedAt: string;
  shippedAt: string;
  deliveredAt: string;
  itemCount: string;
}

export interface LineCells {
  lineId: string;
  orderId: string;
  userId: string;
  productId: string;
  status: string;
  createdAt: string;
  shippedAt: string;
  deliveredAt: string;
  returnedAt: string;
  salePrice: string;
  quantity: string;
}

/** The item count is that of the checkout, also where the extract has lost the lines. */
export function orderCells(
  chance: Chance,
  orderId: number,
  { id, person }: DemoCustomer,
  order: DemoOrder,
): OrderCells {
  const pad = chance.happens(LEADING_BLANKS) ? ' ' : '';
  return {
    orderId: pad + orderId,
    userId: pad + id,
    gender: pad + person.gender,
    itemCount: pad + order.lines.reduce((pieces, { quantity }) => pieces + quantity, 0),
    ...journeyCells(chance, order),
  };
}

export function lineCells(
  chance: Chance,
  ids: { lineId: number; orderId: number; userId: number },
  order: DemoOrder,
  line: DemoOrder['lines'][number],
): LineCells {
  const pad = chance.happens(LEADING_BLANKS) ? ' ' : '';
  return {
    lineId: pad + ids.lineId,
    orderId: pad + ids.orderId,
    userId: pad + ids.userId,
    productId: pad + line.product.id,
    salePrice: pad + (line.saleCents / 100).toFixed(2),
    quantity: pad + line.quantity,
    ...journeyCells(chance, order),
  };
}

function journeyCells(chance: Chance, order: DemoOrder) {
  const style = chance.pick(TIME_STYLES);
  const time = (moment: number | null): string => (moment === null ? style.missing : style.time(moment));
  return {
    status: writeStatus(chance, order.status),
    createdAt: time(order.createdAt),
    shippedAt: time(order.shippedAt),
    deliveredAt: time(order.deliveredAt),
    returnedAt: time(order.returnedAt),
  };
}

function writeStatus(chance: Chance, status: string): string {
  if (!chance.happens(ODD_STATUS)) return status;
  return chance.pick([status.toUpperCase(), status.toLowerCase(), ` ${status} `]);
}

export function orderRow(cells: OrderCells): string {
  return (
    `${cells.orderId},${cells.userId},${cells.status},${cells.gender},${cells.createdAt},${cells.returnedAt},` +
    `${cells.shippedAt},${cells.deliveredAt},${cells.itemCount}\r\n`
  );
}

export function lineRow(cells: LineCells): string {
  return (
    `${cells.lineId},${cells.orderId},${cells.userId},${cells.productId},${cells.status},${cells.createdAt},` +
    `${cells.shippedAt},${cells.deliveredAt},${cells.returnedAt},${cells.salePrice},${cells.quantity}\r\n`
  );
}

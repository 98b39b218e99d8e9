import { said } from '@tessera/core';
import type { NamedCells } from '../../ingest/format.js';
import { isMissingWord, readId } from '../../ingest/rows/clean.js';
import type { RowGroup, RowProblem } from '../../ingest/webhooks/messages.js';
import { lineIds } from '../../ingest/webhooks/payload.js';
import { builder } from '../builder.js';

const VERSION = 'When the source last changed it: an older version never replaces a newer one.';

export const CustomerInput = builder.inputType('CustomerInput', {
  description: 'A field that is left out keeps what is known.',
  fields: (t) => ({
    externalId: t.string({ required: true, description: "The shop's own id." }),
    email: t.string(),
    firstName: t.string(),
    lastName: t.string(),
    age: t.int(),
    gender: t.string(),
    country: t.string(),
    state: t.string(),
    city: t.string(),
    channel: t.string(),
    registeredAt: t.field({ type: 'DateTime' }),
    version: t.field({ type: 'DateTime', description: VERSION }),
  }),
});

export const ProductInput = builder.inputType('ProductInput', {
  description: 'A field that is left out keeps what is known.',
  fields: (t) => ({
    externalId: t.string({ required: true, description: "The shop's own id." }),
    name: t.string(),
    category: t.string(),
    brand: t.string(),
    department: t.string(),
    sku: t.string(),
    cost: t.field({ type: 'Decimal' }),
    listPrice: t.field({ type: 'Decimal' }),
    active: t.boolean({ description: 'False once it is not sold any more: it is no longer recommended.' }),
    stock: t.int({ description: 'Pieces that can be sold; at 0 it is not recommended.' }),
  }),
});

const OrderLineInput = builder.inputType('OrderLineInput', {
  fields: (t) => ({
    externalId: t.string({ description: "Without one it is told apart by its product among the order's lines." }),
    productId: t.string(),
    productName: t.string(),
    category: t.string(),
    quantity: t.int({ description: '1 when left out.' }),
    unitPrice: t.field({ type: 'Decimal' }),
    amount: t.field({ type: 'Decimal', description: 'What the line costs in all; else unit price times quantity.' }),
  }),
});

export const OrderInput = builder.inputType('OrderInput', {
  description: 'An order as it is now: a time that is left out is empty, and lines that are no longer given are gone.',
  fields: (t) => ({
    externalId: t.string({ required: true, description: "The shop's own id." }),
    customerId: t.string({ description: "The customer's external id; without one the order counts in totals only." }),
    status: t.string({
      description: "A word of the common platforms; when left out, the last station that has a time, else 'placed'.",
    }),
    placedAt: t.field({ type: 'DateTime', required: true }),
    shippedAt: t.field({ type: 'DateTime' }),
    deliveredAt: t.field({ type: 'DateTime' }),
    cancelledAt: t.field({ type: 'DateTime' }),
    returnedAt: t.field({ type: 'DateTime' }),
    currency: t.string({ description: "The shop's when left out." }),
    version: t.field({ type: 'DateTime', description: VERSION }),
    lines: t.field({ type: [OrderLineInput], description: 'None given: those that are known stay.' }),
  }),
});

export const EventInput = builder.inputType('EventInput', {
  fields: (t) => ({
    externalId: t.string({ required: true, description: 'The same id again is the same event.' }),
    customerId: t.string({ required: true }),
    kind: t.string({ required: true, description: 'Such as visit, email_open, email_click, service_contact.' }),
    occurredAt: t.field({ type: 'DateTime', required: true }),
    campaignId: t.string(),
    value: t.field({ type: 'Decimal' }),
  }),
});

type Customer = typeof CustomerInput.$inferInput;
type Product = typeof ProductInput.$inferInput;
type Order = typeof OrderInput.$inferInput;
type Line = typeof OrderLineInput.$inferInput;
type Event = typeof EventInput.$inferInput;

const at = (moment: Date | null | undefined) => moment?.toISOString();

export const rowOfCustomer = (given: Customer): NamedCells => ({
  customer_id: given.externalId,
  email: given.email,
  first_name: given.firstName,
  last_name: given.lastName,
  age: given.age,
  gender: given.gender,
  country: given.country,
  state: given.state,
  city: given.city,
  channel: given.channel,
  registered_at: at(given.registeredAt),
  version: at(given.version),
});

export const rowOfProduct = (given: Product): NamedCells => ({
  product_id: given.externalId,
  name: given.name,
  category: given.category,
  brand: given.brand,
  department: given.department,
  sku: given.sku,
  cost: given.cost,
  list_price: given.listPrice,
  active: given.active == null ? undefined : String(given.active),
  stock: given.stock == null ? undefined : String(given.stock),
});

const cellsOfEvent = (given: Event): NamedCells => ({
  event_id: given.externalId,
  customer_id: given.customerId,
  kind: given.kind,
  occurred_at: at(given.occurredAt),
  campaign_id: given.campaignId,
  value: given.value,
});

/** Without an id a row would be another one each time it comes. */
const withoutId = (field: string, externalId: string): RowProblem | null =>
  externalId.trim() === '' || isMissingWord(externalId.trim(), readId)
    ? { field, value: externalId, reason: said('missing', {}) }
    : null;

/** The last station of an order that has a time. */
function stationOf(order: Order): string {
  if (order.cancelledAt != null) return 'cancelled';
  if (order.returnedAt != null) return 'returned';
  if (order.deliveredAt != null) return 'delivered';
  return order.shippedAt == null ? 'placed' : 'shipped';
}

export const rowOfEvent = (given: Event): NamedCells | RowProblem =>
  withoutId('event_id', given.externalId) ?? cellsOfEvent(given);

const productOf = (line: Line) => line.productId || undefined;

/** The rows of an order: one a line; an order without lines is one row. */
export function rowsOfOrderInput(order: Order): RowGroup['rows'] {
  const own = {
    order_id: order.externalId,
    customer_id: order.customerId,
    status: order.status || stationOf(order),
    placed_at: at(order.placedAt),
    shipped_at: at(order.shippedAt),
    delivered_at: at(order.deliveredAt),
    cancelled_at: at(order.cancelledAt),
    returned_at: at(order.returnedAt),
    currency: order.currency,
    version: at(order.version),
  };
  const problem = withoutId('order_id', order.externalId);
  if (problem !== null) return [problem];
  const lines = order.lines ?? [];
  if (lines.length === 0) return [own];
  const ids = lineIds(lines.map(productOf));
  return lines.map((line, i): NamedCells | RowProblem => {
    if (line.amount == null && line.unitPrice == null) {
      const reason = said('missing-amount-of-line', {});
      return { field: 'amount', value: '', reason, orderId: order.externalId };
    }
    return {
      ...own,
      item_id: line.externalId || ids[i],
      product_id: productOf(line),
      product_name: line.productName,
      category: line.category,
      quantity: line.quantity,
      unit_price: line.unitPrice,
      amount: line.amount,
    };
  });
}

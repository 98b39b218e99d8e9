import { z } from 'zod';
import type { NamedCells } from '../../format.js';
import type { RowGroup } from '../../webhooks/messages.js';
import { amount, id, lineIds, negative, optionalId, optionalText, sum, withoutSign } from '../../webhooks/payload.js';

/** What is read of an order; all else of the message is left aside. */
export const wooOrder = z.object({
  id,
  number: optionalId,
  status: z.string(),
  currency: optionalText,
  date_created_gmt: z.string(),
  date_modified_gmt: z.string(),
  date_completed_gmt: optionalText,
  date_paid_gmt: optionalText,
  created_via: optionalText,
  prices_include_tax: z.boolean().nullish(),
  shipping_total: amount.nullish(),
  total_tax: amount.nullish(),
  total: amount.nullish(),
  coupon_lines: z.array(z.object({ code: z.string() })).nullish(),
  shipping: z.object({ country: optionalText, state: optionalText }).nullish(),
  customer_id: optionalId,
  billing: z
    .object({ email: optionalText, first_name: optionalText, last_name: optionalText, country: optionalText })
    .nullish(),
  line_items: z.array(
    z.object({
      name: optionalText,
      sku: optionalText,
      product_id: optionalId,
      quantity: z.number().int(),
      subtotal: amount.nullish(),
      total: amount,
    }),
  ),
  refunds: z.array(z.object({ id, total: amount })).nullish(),
});

type Order = z.infer<typeof wooOrder>;

/** `2026-03-22T16:28:02`, in UTC by its name only. */
const inUtc = (moment: string | null | undefined) => (moment == null || moment === '' ? undefined : `${moment}Z`);
/** The number of no customer, of no product. */
const orNone = (given: string | null | undefined) => (given === '0' ? undefined : given);
/** Statuses of orders that are not paid for: they do not count yet. */
const UNPAID = new Set(['pending', 'on-hold']);
const ENDS_AS_CANCELLED = new Set(['cancelled', 'failed']);

/** One row a line. A line costs its total: after discounts, without shipping and taxes. */
export function rowsOfWooOrder(order: Order): NamedCells[] {
  const changedAt = inUtc(order.date_modified_gmt);
  const discounts = order.line_items.map(({ subtotal, total }) =>
    subtotal == null ? '0' : sum([subtotal, negative(total)]),
  );
  const own = {
    order_id: order.number || order.id,
    customer_id: orNone(order.customer_id),
    email: order.billing?.email,
    first_name: order.billing?.first_name,
    last_name: order.billing?.last_name,
    country: order.billing?.country,
    placed_at: inUtc(order.date_created_gmt),
    status: UNPAID.has(order.status) ? 'pending payment' : order.status,
    delivered_at: inUtc(order.date_completed_gmt),
    cancelled_at: ENDS_AS_CANCELLED.has(order.status) ? changedAt : undefined,
    returned_at: order.status === 'refunded' ? changedAt : undefined,
    version: changedAt,
    currency: order.currency,
    paid_at: inUtc(order.date_paid_gmt),
    channel: order.created_via,
    ship_country: order.shipping?.country,
    ship_region: order.shipping?.state,
    coupons: (order.coupon_lines ?? []).map(({ code }) => code).join(', '),
    // What was taken off the goods; the amounts of the lines are those after it.
    order_discount: sum(discounts),
    tax: order.total_tax,
    shipping: order.shipping_total,
    order_total: order.total,
    tax_included: order.prices_include_tax,
  };
  const ids = lineIds(order.line_items.map(({ sku }) => sku || undefined));
  const items = order.line_items.map((item, i) => ({
    ...own,
    item_id: ids[i],
    product_id: item.sku || orNone(item.product_id),
    product_name: item.name,
    quantity: item.quantity,
    amount: item.total,
    line_discount: discounts[i],
  }));
  return items.length === 0 ? [own] : items;
}

/** An order with its refunds, which say neither their date nor their lines: each is dated by the message that first tells it. */
export function groupsOfWooOrder(order: Order): RowGroup[] {
  const orders: RowGroup = { entity: 'sales', rows: rowsOfWooOrder(order) };
  const orderId = order.number || order.id;
  const returns = (order.refunds ?? []).map((refund) => ({
    return_id: refund.id,
    order_id: orderId,
    quantity: 0,
    amount: withoutSign(refund.total),
    returned_at: inUtc(order.date_modified_gmt),
    currency: order.currency,
  }));
  if (returns.length === 0) return [orders];
  return [orders, { entity: 'returns', rows: returns, onlyNew: true, supersedes: [`${orderId}:refunded`] }];
}

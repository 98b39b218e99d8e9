import { z } from 'zod';
import type { NamedCells } from '../../format.js';
import type { RowGroup } from '../../webhooks/messages.js';
import { amount, id, isZero, lineAmount, lineIds, optionalId, optionalText, sum } from '../../webhooks/payload.js';

const line = z.object({
  sku: optionalText,
  product_id: optionalId,
  title: optionalText,
  quantity: z.number().int(),
  price: amount,
  vendor: optionalText,
  variant_title: optionalText,
  gift_card: z.boolean().nullish(),
  discount_allocations: z.array(z.object({ amount })).nullish(),
});
const refund = z.object({
  id,
  created_at: z.string(),
  refund_line_items: z
    .array(
      z.object({
        id,
        quantity: z.number().int(),
        restock_type: optionalText,
        subtotal: amount,
        subtotal_set: z.object({ shop_money: z.object({ currency_code: z.string() }) }).nullish(),
        line_item: z.object({ sku: optionalText, product_id: optionalId }).nullish(),
      }),
    )
    .nullish(),
  transactions: z
    .array(z.object({ kind: z.string(), status: z.string(), amount, test: z.boolean().nullish() }))
    .nullish(),
});
const person = z.object({ id: optionalId, email: optionalText, first_name: optionalText, last_name: optionalText });

/** What is read of an order; all else of the message is left aside. */
export const shopifyOrder = z.object({
  id,
  name: z.string().min(1),
  test: z.boolean().nullish(),
  email: optionalText,
  currency: optionalText,
  created_at: z.string(),
  updated_at: z.string(),
  cancelled_at: optionalText,
  financial_status: optionalText,
  fulfillment_status: optionalText,
  source_name: optionalText,
  taxes_included: z.boolean().nullish(),
  total_tax: amount.nullish(),
  total_price: amount.nullish(),
  total_tip_received: amount.nullish(),
  total_shipping_price_set: z.object({ shop_money: z.object({ amount }) }).nullish(),
  discount_codes: z.array(z.object({ code: z.string() })).nullish(),
  shipping_address: z.object({ country_code: optionalText, province: optionalText }).nullish(),
  customer: person.nullish(),
  billing_address: z.object({ country_code: optionalText }).nullish(),
  line_items: z.array(line),
  fulfillments: z
    .array(
      z.object({
        created_at: z.string(),
        updated_at: optionalText,
        tracking_company: optionalText,
        status: optionalText,
        shipment_status: optionalText,
      }),
    )
    .nullish(),
  refunds: z.array(refund).nullish(),
});
export const shopifyRefund = refund.extend({ order_id: id });
export const shopifyCustomer = person.extend({
  id,
  created_at: optionalText,
  updated_at: optionalText,
  default_address: z.object({ country_code: optionalText, province_code: optionalText, city: optionalText }).nullish(),
});

type Order = z.infer<typeof shopifyOrder>;
type Refund = z.infer<typeof refund>;

/** Payments that did not come yet: such an order does not count. */
const UNPAID = new Set(['pending', 'expired', 'unpaid']);

/** The word that the list of status words knows best. */
function statusOf(order: Order): string {
  if (order.cancelled_at != null || order.financial_status === 'voided') return 'cancelled';
  if (order.financial_status === 'refunded') return 'refunded';
  if (UNPAID.has(order.financial_status ?? '')) return 'pending payment';
  if (order.fulfillment_status === 'fulfilled') return 'fulfilled';
  return order.fulfillment_status === 'partial' ? 'shipped' : 'placed';
}

const byTime = (moments: readonly string[]) => [...moments].sort((a, b) => Date.parse(a) - Date.parse(b));

/** The same product in a file and in a message: exports print the SKU. */
const productOf = (item: { sku?: string | null; product_id?: string | null } | null | undefined) =>
  item?.sku || item?.product_id || undefined;

/** One row a line. What lines cost is their price less their discounts, without shipping and without taxes added on top. */
export function rowsOfShopifyOrder(order: Order): NamedCells[] {
  const fulfillments = (order.fulfillments ?? []).filter(({ status }) => status !== 'cancelled' && status !== 'error');
  const delivered = fulfillments.filter(({ shipment_status }) => shipment_status === 'delivered');
  const isDelivered = delivered.length > 0 && delivered.length === fulfillments.length;
  const isRefunded = order.financial_status === 'refunded';
  const discounts = order.line_items.map((item) =>
    sum((item.discount_allocations ?? []).map((discount) => discount.amount)),
  );
  const own = {
    order_id: order.name,
    customer_id: order.customer?.id,
    email: order.customer?.email ?? order.email,
    first_name: order.customer?.first_name,
    last_name: order.customer?.last_name,
    country: order.billing_address?.country_code,
    placed_at: order.created_at,
    status: statusOf(order),
    shipped_at: byTime(fulfillments.map(({ created_at }) => created_at))[0],
    delivered_at: isDelivered ? byTime(delivered.flatMap(({ updated_at }) => updated_at ?? [])).at(-1) : undefined,
    cancelled_at: order.cancelled_at,
    // The order's own return is a return of all of it; parts stand as returns of their own.
    returned_at: isRefunded ? byTime((order.refunds ?? []).map(({ created_at }) => created_at)).at(-1) : undefined,
    version: order.updated_at,
    currency: order.currency,
    channel: order.source_name,
    ship_country: order.shipping_address?.country_code,
    ship_region: order.shipping_address?.province,
    carrier: fulfillments.flatMap(({ tracking_company }) => tracking_company ?? [])[0],
    coupons: (order.discount_codes ?? []).map(({ code }) => code).join(', '),
    // What was taken off the goods; the amounts of the lines are those after it.
    order_discount: sum(discounts),
    tax: order.total_tax,
    shipping: order.total_shipping_price_set?.shop_money.amount,
    tip: order.total_tip_received,
    order_total: order.total_price,
    tax_included: order.taxes_included,
  };
  // An export leaves the product away where there is no SKU, and numbers lines by what it prints.
  const ids = lineIds(order.line_items.map(({ sku }) => sku));
  const items = order.line_items.map((item, i) => ({
    ...own,
    item_id: ids[i],
    product_id: productOf(item),
    product_name: item.title,
    quantity: item.quantity,
    amount: lineAmount(
      item.price,
      item.quantity,
      (item.discount_allocations ?? []).map((discount) => discount.amount),
    ),
    line_discount: discounts[i],
    variant: item.variant_title,
    brand: item.vendor,
    gift_card: item.gift_card,
  }));
  return items.length === 0 ? [own] : items;
}

/** One row a line that came back; a refund without lines is one row of what was paid back. */
export function rowsOfShopifyRefund(given: Refund, orderId: string): NamedCells[] {
  const items = given.refund_line_items ?? [];
  if (items.length > 0) {
    return items.map((item) => ({
      return_id: `${given.id}:${item.id}`,
      order_id: orderId,
      product_id: productOf(item.line_item),
      // A line that was taken off an order before it was sent never came back.
      quantity: item.restock_type === 'cancel' ? 0 : item.quantity,
      amount: item.subtotal,
      returned_at: given.created_at,
      currency: item.subtotal_set?.shop_money.currency_code,
    }));
  }
  const paid = (given.transactions ?? []).filter(({ kind, status }) => kind === 'refund' && status === 'success');
  const total = sum(paid.map((transaction) => transaction.amount));
  if (isZero(total)) return [];
  const none = { product_id: undefined, quantity: 0, currency: undefined };
  return [{ return_id: given.id, order_id: orderId, amount: total, returned_at: given.created_at, ...none }];
}

/** Whether money of this refund is play money. */
export const isTestRefund = ({ transactions }: Refund) =>
  (transactions ?? []).length > 0 && (transactions ?? []).every(({ test }) => test === true);

/** An order with the refunds that it has by now. */
export function groupsOfShopifyOrder(order: Order): RowGroup[] {
  const returns = (order.refunds ?? []).flatMap((each) => rowsOfShopifyRefund(each, order.name));
  const orders: RowGroup = { entity: 'sales', rows: rowsOfShopifyOrder(order) };
  if (returns.length === 0) return [orders];
  return [orders, { entity: 'returns', rows: returns, supersedes: [`${order.name}:refunded`] }];
}

export const rowOfShopifyCustomer = (customer: z.infer<typeof shopifyCustomer>): NamedCells => ({
  customer_id: customer.id,
  email: customer.email,
  first_name: customer.first_name,
  last_name: customer.last_name,
  country: customer.default_address?.country_code,
  state: customer.default_address?.province_code,
  city: customer.default_address?.city,
  registered_at: customer.created_at,
  version: customer.updated_at,
});

import type { Transaction } from '../../database.js';

/**
 * Which of the reductions that a file states are still to be taken off its prices: the order's, which repeats those of its
 * lines; the order's and its lines', which are two; the sum of what each row calls the order's; those of lines alone; none,
 * as the prices are those after it.
 */
export const DISCOUNTS = ['order', 'both', 'each', 'lines', 'none'] as const;
export type Discounts = (typeof DISCOUNTS)[number];

/** What the sums of a file say. */
export interface Sums {
  /** Orders that state a total or a subtotal and name the price of each line. */
  readonly orders: number;
  /** Of these, how many close under each reading of the discounts. */
  readonly closing: Readonly<Record<Discounts, number>>;
  /** The reading under which most orders close; of equals the first. */
  readonly best: Discounts;
  /** Whether the subtotals of orders with a discount are those after it. */
  readonly subtotalsAfter: boolean;
  /** Orders that do not close under the best reading; their difference, in their own currency, is what is stated less what the lines say. */
  readonly open: readonly { readonly orderId: string; readonly difference: string }[];
  /** How many orders do not close. */
  readonly openOrders: number;
}

/** What an order states in several rows: one figure that they repeat, or a part of it in each. */
const stated = (name: string) =>
  `case when min(${name}) is distinct from max(${name}) then sum(${name}) else max(${name}) end`;

/** The money of a staged row `s`, in its own currency. */
export const ROW_MONEY = {
  gross: 'coalesce(s.amount, s.unit_price * coalesce(s.quantity, 1))',
  /** A reduction that the amount of the line does not hold yet: it is the price times the quantity. */
  lineDiscount: `case when s.amount is null or abs(s.amount - s.unit_price * coalesce(s.quantity, 1)) < 0.005 then abs(coalesce(s.line_discount, 0)) else 0 end`,
} as const;

/** A row that came back. */
export const IS_RETURN = `(coalesce(s.quantity < 0, false) or coalesce(s.amount, s.unit_price * coalesce(s.quantity, 1), 0) < 0)`;

/** What each order states, of rows with `order_id`, `gross`, `open_discount` and the cells that an order states. */
export const orderMoney = (from: string) => `
  select order_id, count(*) as rows, count(gross) as priced, sum(gross) as gross, sum(open_discount) as open_discount,
         coalesce(sum(abs(line_discount)), 0) as line_discounts,
         coalesce(abs(${stated('order_discount')}), 0) as order_discount, coalesce(abs(sum(order_discount)), 0) as row_discounts,
         ${stated('order_total')} as total, ${stated('subtotal')} as subtotal, coalesce(${stated('tax')}, 0) as tax,
         coalesce(${stated('shipping')}, 0) as shipping, coalesce(${stated('tip')}, 0) as tip,
         coalesce(${stated('gift_card_paid')}, 0) as gift_card_paid, coalesce(bool_or(tax_included), false) as tax_included
  from ${from} group by order_id`;

/** What is to be taken off the prices of an order of `orderMoney` under each reading; what the lines' amounts hold already is not taken again. */
export const DISCOUNT_OF: Readonly<Record<Discounts, string>> = {
  order: 'greatest(greatest(order_discount, line_discounts) - (line_discounts - open_discount), open_discount)',
  both: 'order_discount + open_discount',
  each: 'greatest(row_discounts, open_discount)',
  lines: 'open_discount',
  none: '0',
};

/** What rows of the staging table give to `orderMoney`. */
const STAGED = `(
  select s.order_id, ${ROW_MONEY.gross} as gross, ${ROW_MONEY.lineDiscount} as open_discount, s.line_discount, s.order_discount,
         s.order_total, s.subtotal, s.tax, s.shipping, s.tip, s.gift_card_paid, s.tax_included
  from staging s where s.problem is null and s.order_id is not null and not ${IS_RETURN}) as rows`;

/** Whether goods of this worth give what the order states. A cent a line is rounding. */
function closes(worth: string): string {
  const total = (taxes: string) => `abs(total - (${worth} + shipping + tip + ${taxes})) <= tolerance`;
  const totals = ['tax', '0', 'tax - gift_card_paid', '- gift_card_paid'].map(total).join(' or ');
  return `(case when total is not null then ${totals} else abs(subtotal - (${worth})) <= tolerance or abs(subtotal - gross) <= tolerance end)`;
}

/** The discount of an order: under the file's reading, or, where the order closes under another one only, under that. */
export function discountOf({ best, subtotalsAfter }: Pick<Sums, 'best' | 'subtotalsAfter'>): string {
  const own = (key: Discounts) => {
    const worth = `gross - (${DISCOUNT_OF[key]})`;
    return subtotalsAfter
      ? `abs(subtotal - (${worth})) <= 0.005 + 0.01 * rows`
      : closes(worth).replaceAll('tolerance', '(0.005 + 0.01 * rows)');
  };
  const others = DISCOUNTS.filter((key) => key !== best);
  return `case when ${own(best)} then ${DISCOUNT_OF[best]} ${others.map((key) => `when ${own(key)} then ${DISCOUNT_OF[key]}`).join(' ')} else ${DISCOUNT_OF[best]} end`;
}

/** What the sums of the staged rows of sales say: facts, from which follows whether a file is taken. Null where no order states any. */
export async function readSums(transaction: Transaction): Promise<Sums | null> {
  const [given] = await transaction<{ exist: boolean }[]>`
    select exists (select from staging where problem is null and (order_total is not null or subtotal is not null)) as exist`;
  if (given?.exist !== true) return null;
  const orders = `(
    select *, 0.005 + 0.01 * rows as tolerance from (${orderMoney(STAGED)}) as money
    where priced = rows and (total is not null or subtotal is not null)) as orders`;
  const [row] = await transaction.unsafe<Record<string, number>[]>(`
    select count(*)::float8 as orders, ${DISCOUNTS.map((key) => `count(*) filter (where ${closes(`gross - (${DISCOUNT_OF[key]})`)})::float8 as "${key}"`).join(', ')}
    from ${orders}`);
  if (row!.orders === 0) return null;
  const closing = Object.fromEntries(DISCOUNTS.map((key) => [key, row![key]!])) as Record<Discounts, number>;
  const best = DISCOUNTS.reduce((a, b) => (closing[b] > closing[a] ? b : a));
  const openOrders = row!.orders! - closing[best];
  const worth = `gross - (${DISCOUNT_OF[best]})`;
  const [subtotals] = await transaction.unsafe<{ after: boolean }[]>(`
    select count(*) filter (where abs(subtotal - (${worth})) <= tolerance) > count(*) filter (where abs(subtotal - gross) <= tolerance) as after
    from ${orders} where abs(${DISCOUNT_OF[best]}) > tolerance`);
  const open =
    openOrders === 0
      ? []
      : await transaction.unsafe<{ orderId: string; difference: string }[]>(`
          select order_id as "orderId",
                 (case when total is not null then total - shipping - tip - (case when tax_included then 0 else tax end) else subtotal end - (${worth}))::text as difference
          from ${orders} where not ${closes(worth)} order by order_id limit 5`);
  return { orders: row!.orders!, closing, best, subtotalsAfter: subtotals!.after, open, openOrders };
}

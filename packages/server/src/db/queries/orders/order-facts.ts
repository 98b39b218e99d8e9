/** Which orders make recency, frequency, tenure and cohorts. */
export type OrderRule =
  /** All but cancelled ones: the rule of the product. */
  | 'placed'
  /** Every order, cancelled or not. */
  | 'all'
  /** Orders of which at least one line was kept. */
  | 'kept';

/** When a cancellation or return is known. */
export type StatusRule =
  /** From its own time; a status without one counts from the order's. */
  | 'asOf'
  /** As the data says today, whatever the moment. Lets the future in: for comparison with references only. */
  | 'atExtraction';

export interface OrderFactsOptions {
  readonly asOf: Date;
  /** SQL for the moment of the customer of a table's alias, where each has one of his own; `asOf` when left out. */
  readonly momentOf?: (alias: string) => string;
  /** An IANA zone that was checked when the shop was made. */
  readonly timeZone: string;
  readonly orders: OrderRule;
  readonly status: StatusRule;
}

/** How many pieces a quantity is: goods by weight, length or hours are one. */
const pieces = (quantity: string) =>
  `case when ${quantity} = trunc(${quantity}) then ${quantity} else sign(${quantity}) end::int`;

export const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
export const momentLiteral = (moment: Date) => `${quote(moment.toISOString())}::timestamptz`;

/**
 * The common table expressions `placed`, `lines` and `per_order`: what is known of every order and line as of a moment.
 * The one place that says what counts as cancelled, returned and delivered; everything that sums money starts here.
 *
 * Times before the moment count, times at or after it do not exist yet. A refund that names an order which is not here
 * waits for it. `per_order` also has rows without an order id, for returns that name none; `per_order.counts` says whether the order makes
 * frequency under the rule; money is summed over all orders, net of what was cancelled or came back.
 * @param onlyCustomers a condition on `customer_id`, such as `in (select ...)`; '' for all
 * @returns SQL text without parameters, to stand after `with`
 */
export function orderFacts(options: OrderFactsOptions, onlyCustomers = ''): string {
  const asOf = options.momentOf ?? (() => momentLiteral(options.asOf));
  const zone = quote(options.timeZone);
  const known = (moment: string, alias: string) =>
    options.status === 'atExtraction' ? 'true' : `${moment} < ${asOf(alias)}`;
  const only = (alias: string) => (onlyCustomers === '' ? '' : `and ${alias}.customer_id ${onlyCustomers}`);
  const counts = { placed: 'not o.is_cancelled', all: 'true', kept: 'count(l.order_id) filter (where l.is_kept) > 0' }[
    options.orders
  ];
  return `
    placed as (
      select o.customer_id, o.order_id, o.placed_at, o.status, o.cancelled_at, o.delivered_at,
             -- A status that says so and no date: it came back when its refund was paid.
             case when o.returned_at is null and o.status in ('returned', 'refunded')
                  then (select max(r.returned_at) from returns r where r.customer_id = o.customer_id and r.order_id = o.order_id)
                  else o.returned_at end as returned_at,
             (o.placed_at at time zone ${zone})::date as day,
             (o.status = 'cancelled' or o.cancelled_at is not null) and ${known('coalesce(o.cancelled_at, o.placed_at)', 'o')} as is_cancelled
      from orders o
      where o.placed_at < ${asOf('o')} and o.customer_id <> '' and o.status <> 'pending' ${only('o')}
    ),
    line_states as (
      select i.customer_id, i.order_id, i.amount, ${pieces('i.quantity')} as quantity, i.product_id, o.placed_at, o.day,
             o.is_cancelled
               or ((coalesce(i.status = 'cancelled', false) or i.cancelled_at is not null) and ${known('coalesce(i.cancelled_at, o.cancelled_at, o.placed_at)', 'i')}) as is_cancelled,
             -- A return has a time of its own or that of its order; a status alone counts from the order's creation.
             case when i.returned_at is not null then ${known('i.returned_at', 'i')}
                  else coalesce(i.status in ('returned', 'refunded'),
                                o.status in ('returned', 'refunded') or o.returned_at is not null)
                       and ${known('coalesce(o.returned_at, o.placed_at)', 'i')} end as is_returned,
             case when coalesce(i.delivered_at, o.delivered_at) is not null then ${known('coalesce(i.delivered_at, o.delivered_at)', 'i')}
                  else coalesce(i.status, o.status) in ('delivered', 'returned', 'refunded') end as is_delivered
      from order_items i join placed o on o.customer_id = i.customer_id and o.order_id = i.order_id
      where true ${only('i')}
    ),
    lines as (select *, not is_cancelled and not is_returned as is_kept from line_states),
    refunds as (
      -- An order's own figure, its negative rows and refunds of their own tell of the same money: the largest telling counts.
      select customer_id, order_id, max(amount) as amount, max(pieces) as pieces
      from (
        select customer_id, order_id, sum(amount) as amount, sum(${pieces('quantity')}) as pieces
        from returns r where order_id is not null and ${known('r.returned_at', 'r')} ${only('r')}
        group by customer_id, order_id,
                 case when return_id = order_id || ':refunded' then 1 when starts_with(return_id, order_id || ':') then 2 else 3 end
      ) as tellings group by customer_id, order_id
    ),
    order_lines as (
      select o.customer_id, o.order_id, o.placed_at, o.day, ${counts} as counts,
             coalesce(sum(l.amount) filter (where not l.is_cancelled), 0) as gross,
             coalesce(sum(l.amount) filter (where l.is_kept), 0) as kept,
             coalesce(sum(l.quantity) filter (where not l.is_cancelled and l.is_delivered), 0) as delivered,
             coalesce(sum(l.quantity) filter (where not l.is_cancelled and l.is_delivered and l.is_returned), 0) as returned
      from placed o left join lines l on l.customer_id = o.customer_id and l.order_id = o.order_id
      group by o.customer_id, o.order_id, o.placed_at, o.day, o.is_cancelled
    ),
    per_order as (
      -- A refund takes no more than what is left of its order: what came back line by line is not paid back twice.
      select o.customer_id, o.order_id, o.placed_at, o.day, o.counts, o.gross,
             o.kept - least(coalesce(f.amount, 0), greatest(o.kept, 0)) as net, o.delivered,
             least(o.returned + coalesce(f.pieces, 0), o.delivered) as returned
      from order_lines o left join refunds f on f.customer_id = o.customer_id and f.order_id = o.order_id
      union all
      -- Returns of which nobody says what they return: they count on their own day and make no order.
      select r.customer_id, null, r.returned_at, (r.returned_at at time zone ${zone})::date, false, 0, -r.amount, 0, ${pieces('r.quantity')}
      from returns r where r.order_id is null and r.customer_id <> '' and ${known('r.returned_at', 'r')} ${only('r')}
    )`;
}

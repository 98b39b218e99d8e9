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
  /** An IANA zone that was checked when the shop was made. */
  readonly timeZone: string;
  readonly orders: OrderRule;
  readonly status: StatusRule;
}

export const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
export const momentLiteral = (moment: Date) => `${quote(moment.toISOString())}::timestamptz`;

/**
 * The common table expressions `placed`, `lines` and `per_order`: what is known of every order and line as of a moment.
 * The one place that says what counts as cancelled, returned and delivered; everything that sums money starts here.
 *
 * Times before the moment count, times at or after it do not exist yet. `per_order.counts` says whether the order makes
 * frequency under the rule; money is summed over all orders, net of what was cancelled or came back.
 * @param onlyCustomers a condition on `customer_id`, such as `in (select ...)`; '' for all
 * @returns SQL text without parameters, to stand after `with`
 */
export function orderFacts(options: OrderFactsOptions, onlyCustomers = ''): string {
  const asOf = momentLiteral(options.asOf);
  const zone = quote(options.timeZone);
  const known = (moment: string) => (options.status === 'atExtraction' ? 'true' : `${moment} < ${asOf}`);
  const only = (alias: string) => (onlyCustomers === '' ? '' : `and ${alias}.customer_id ${onlyCustomers}`);
  const counts = { placed: 'not o.is_cancelled', all: 'true', kept: 'count(l.order_id) filter (where l.is_kept) > 0' }[
    options.orders
  ];
  return `
    placed as (
      select o.customer_id, o.order_id, o.placed_at, o.status, o.returned_at, o.delivered_at,
             (o.placed_at at time zone ${zone})::date as day,
             o.status = 'cancelled' and ${known('coalesce(o.cancelled_at, o.placed_at)')} as is_cancelled
      from orders o
      where o.placed_at < ${asOf} and o.customer_id <> '' ${only('o')}
    ),
    line_states as (
      select i.customer_id, i.order_id, i.amount, i.quantity, i.product_id,
             o.is_cancelled
               or (coalesce(i.status = 'cancelled', false) and ${known('coalesce(i.cancelled_at, o.placed_at)')}) as is_cancelled,
             -- A return has a time of its own; a status alone counts from the order's creation.
             case when i.returned_at is not null then ${known('i.returned_at')}
                  when i.status is not null then i.status in ('returned', 'refunded')
                  else o.status in ('returned', 'refunded') and ${known('coalesce(o.returned_at, o.placed_at)')} end as is_returned,
             case when coalesce(i.delivered_at, o.delivered_at) is not null then ${known('coalesce(i.delivered_at, o.delivered_at)')}
                  else coalesce(i.status, o.status) in ('delivered', 'returned', 'refunded') end as is_delivered
      from order_items i join placed o on o.customer_id = i.customer_id and o.order_id = i.order_id
      where true ${only('i')}
    ),
    lines as (select *, not is_cancelled and not is_returned as is_kept from line_states),
    per_order as (
      select o.customer_id, o.order_id, o.placed_at, o.day, ${counts} as counts,
             coalesce(sum(l.amount) filter (where not l.is_cancelled), 0) as gross,
             coalesce(sum(l.amount) filter (where l.is_kept), 0) as net,
             coalesce(sum(l.quantity) filter (where not l.is_cancelled and l.is_delivered), 0) as delivered,
             coalesce(sum(l.quantity) filter (where not l.is_cancelled and l.is_delivered and l.is_returned), 0) as returned
      from placed o left join lines l on l.customer_id = o.customer_id and l.order_id = o.order_id
      group by o.customer_id, o.order_id, o.placed_at, o.day, o.is_cancelled
    )`;
}

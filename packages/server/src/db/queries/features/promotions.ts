import { doublePrecision } from 'drizzle-orm/pg-core';
import { featureGroup } from './feature.js';

/** What a line may lie below its list price, in the shop's currency, and still be at the full price: tills round. */
const ROUNDING = 0.01;

/**
 * How many of a customer's orders were bought at a discount: `o`. Today's list price stands for that of the day, as the data
 * keeps no older one; no source states a discount or coupon of a whole order.
 */
export const promotions = featureGroup({
  expressions: () => `
    priced_orders as (
      select l.customer_id, l.order_id, bool_or(l.amount < p.list_price * l.quantity - ${ROUNDING}) as is_reduced
      from lines l join products p on p.product_id = l.product_id
      where not l.is_cancelled and p.list_price > 0 and l.quantity > 0 group by l.customer_id, l.order_id
    ),
    promotions as (
      select customer_id, avg(is_reduced::int)::float8 as share from priced_orders group by customer_id
    )`,
  joins: 'left join promotions o on o.customer_id = c.customer_id',
  features: {
    promotionShare: { column: doublePrecision('promotion_share'), value: 'o.share', filterable: true },
  },
});

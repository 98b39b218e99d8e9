import { text } from 'drizzle-orm/pg-core';
import { featureGroup } from './feature.js';

/** Of the kinds of one customer the one of which most pieces were kept, then with more net revenue, then by name. */
const favouriteOf = (column: 'category' | 'brand') => `
    kept_by_${column} as (
      select customer_id, ${column} as kind, sum(pieces) as pieces, sum(net) as net
      from kept_pieces where ${column} is not null group by customer_id, ${column} having sum(pieces) > 0
    ),
    favourite_${column} as (
      select distinct on (customer_id) customer_id, kind
      from kept_by_${column} order by customer_id, pieces desc, net desc, kind COLLATE "C"
    )`;

/** What a customer likes to keep. Returns that name no order or no product are nobody's pieces. */
export const favourites = featureGroup({
  expressions: ({ isKnown, andChosen }) => `
    -- A refund takes no more than what is left of its product in its order: what came back line by line is gone already.
    refunded as (
      select r.customer_id, r.order_id, r.product_id, sum(r.quantity) as pieces, sum(r.amount) as amount
      from returns r
      where r.order_id is not null and r.product_id is not null and ${isKnown('r.returned_at', 'r')} ${andChosen('r')}
      group by r.customer_id, r.order_id, r.product_id
    ),
    taken_back as (
      select f.customer_id, f.product_id, least(min(f.pieces), sum(l.quantity)) as pieces,
             least(min(f.amount), greatest(sum(l.amount), 0)) as amount
      from refunded f
      join lines l on l.customer_id = f.customer_id and l.order_id = f.order_id and l.product_id = f.product_id
      where l.is_kept group by f.customer_id, f.order_id, f.product_id
    ),
    kept_pieces as (
      select k.customer_id, p.category, p.brand, k.pieces, k.net
      from (
        select customer_id, product_id, quantity as pieces, amount as net from lines where is_kept
        union all
        select customer_id, product_id, -pieces, -amount from taken_back
      ) as k
      join products p on p.product_id = k.product_id
    ),${favouriteOf('category')},${favouriteOf('brand')}`,
  joins: `
    left join favourite_category fc on fc.customer_id = c.customer_id
    left join favourite_brand fb on fb.customer_id = c.customer_id`,
  features: {
    favouriteCategory: { column: text('favourite_category'), value: 'fc.kind', filterable: true },
    favouriteBrand: { column: text('favourite_brand'), value: 'fb.kind', filterable: true },
  },
});

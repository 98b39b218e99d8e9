import { doublePrecision, integer, text } from 'drizzle-orm/pg-core';
import { featureGroup } from './feature.js';

/** What a customer bought, before returns: `b`. */
export const assortment = featureGroup({
  expressions: () => `
    by_category as (
      select l.customer_id, p.category, sum(greatest(l.amount, 0)) as spent,
             -- The same lines on both, so that an unknown list price moves neither.
             sum(l.amount) filter (where p.list_price > 0) as paid,
             sum(p.list_price * l.quantity) filter (where p.list_price > 0) as listed
      from lines l join products p on p.product_id = l.product_id
      where not l.is_cancelled group by l.customer_id, p.category
    ),
    bought as (
      select customer_id, count(category) as categories, 1 - sum(paid) / nullif(sum(listed), 0) as discount,
             (array_agg(category order by spent desc, category) filter (where category is not null))[1] as top_category,
             max(spent) filter (where category is not null)
               / nullif(sum(spent) filter (where category is not null), 0) as top_share
      from by_category group by customer_id
    )`,
  joins: 'left join bought b on b.customer_id = c.customer_id',
  features: {
    discountShare: {
      column: doublePrecision('discount_share'),
      value: 'b.discount::float8',
      explored: 'DISCOUNT_SHARE',
    },
    distinctCategories: {
      column: integer('distinct_categories').notNull(),
      value: 'coalesce(b.categories, 0)::int',
      explored: 'DISTINCT_CATEGORIES',
    },
    topSpendCategory: { column: text('top_spend_category'), value: 'b.top_category' },
    topSpendCategoryShare: { column: doublePrecision('top_spend_category_share'), value: 'b.top_share::float8' },
  },
});

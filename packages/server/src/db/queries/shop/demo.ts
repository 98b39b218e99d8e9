import type { Sql } from '../../database.js';

export interface DemoCustomer {
  readonly externalId: string;
  readonly name: string;
  readonly email: string | null;
  readonly country: string | null;
  readonly orders: number;
  readonly asOf: Date;
}

const PER_SEGMENT = 6;

/** A few customers of every RFM segment, mixed as an agent would meet them; the best VIP first. */
export async function readDemoCustomers(sql: Sql, runId: number): Promise<DemoCustomer[]> {
  return sql<DemoCustomer[]>`
    with ranked as (
      select p.customer_id, p.orders, p.country, p.as_of, p.segments[1] as segment,
             row_number() over (partition by p.segments[1] order by p.net_revenue desc, p.customer_id) as place
      from customer_profiles p where p.run_id = ${runId}
    )
    select r.customer_id as "externalId", coalesce(nullif(concat_ws(' ', c.first_name, c.last_name), ''), 'Customer ' || r.customer_id) as name,
           c.email, r.country, r.orders, r.as_of as "asOf"
    from ranked r join customers c on c.customer_id = r.customer_id
    where r.place <= ${PER_SEGMENT}
    order by r.place, r.segment = 'rfm:vip' desc, md5(r.customer_id)`;
}

export interface DemoProduct {
  readonly externalId: string;
  readonly name: string;
  readonly brand: string | null;
  readonly category: string | null;
  readonly price: string | null;
}

const PRODUCTS_SHOWN = 12;

/** The products that sell most; at most a few of one category. */
export async function readDemoProducts(sql: Sql): Promise<DemoProduct[]> {
  return sql<DemoProduct[]>`
    with sold as (
      select p.product_id, p.name, p.brand, p.category, round(p.list_price, 2)::text as price, sum(i.quantity) as pieces
      from products p join order_items i on i.product_id = p.product_id
      where p.name is not null group by p.product_id
    ), ranked as (
      select *, row_number() over (partition by category order by pieces desc, product_id) as place from sold
    )
    select product_id as "externalId", name, brand, category, price
    from ranked where place <= 2 order by pieces desc, product_id limit ${PRODUCTS_SHOWN}`;
}

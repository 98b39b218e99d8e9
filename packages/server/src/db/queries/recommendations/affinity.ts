import { FEWEST_SHARED, MOST_POPULAR, POPULARITY_DAYS, POPULARITY_HALF_LIFE_DAYS, REBUY_PRIOR } from '@tessera/core';
import { momentLiteral, type OrderFactsOptions, orderFacts, quote } from '../orders/order-facts.js';
import type { Connection, Workspace } from '../runs/workspace.js';

/** An order with more different products is a stock list or a mistake, and its pairs say nothing. */
const LARGEST_ORDER = 1000;
/** A customer's basket is the last so many different products that he bought. */
const LARGEST_HISTORY = 100;
/** Pieces at the shop's rate that a product's return rate starts from. */
const RETURN_PRIOR = 20;
const SEGMENTATION = 'rfm';

export interface AffinityOptions extends Omit<OrderFactsOptions, 'momentOf'> {
  /** A table of profiles whose `segments` say who is in which; null where nobody's is known. */
  readonly profiles: string | null;
}

const TABLES = ['lines', 'items', 'baskets', 'near', 'facts', 'popular'] as const;

const dayOf = ({ asOf, timeZone }: AffinityOptions) => `(${momentLiteral(asOf)} at time zone ${quote(timeZone)})::date`;

export async function dropAffinity(workspace: Workspace): Promise<void> {
  await workspace.drop(...TABLES);
}

/**
 * `lines`, one row a customer, order and product, cancelled lines left out and what came back marked; and
 * `items`, one row a product that was bought, numbered in the order of ids.
 * @returns share of all delivered pieces that came back
 */
export async function createLines(workspace: Workspace, options: AffinityOptions): Promise<number> {
  await workspace.fill(
    'lines',
    `with ${orderFacts(options)}
    select l.customer_id, l.order_id, l.product_id, l.day, bool_and(l.is_returned) as is_returned,
           coalesce(sum(l.quantity) filter (where l.is_delivered), 0)::float8 as delivered,
           coalesce(sum(l.quantity) filter (where l.is_delivered and l.is_returned), 0)::float8 as returned
    from lines l where not l.is_cancelled and l.product_id is not null
    group by l.customer_id, l.order_id, l.product_id, l.day`,
  );
  await workspace.connection.unsafe(`analyze ${workspace.name('lines')}`);
  const known = options.status === 'atExtraction' ? 'true' : `r.returned_at < ${momentLiteral(options.asOf)}`;
  await workspace.fill(
    'items',
    `with apart as (
      select r.product_id, sum(r.quantity)::float8 as returned from returns r
      where r.product_id is not null and r.customer_id <> '' and ${known} group by r.product_id
    ),
    days as (
      select customer_id, product_id, count(distinct day) as days, max(day) - min(day) as span
      from ${workspace.name('lines')} group by customer_id, product_id
    ),
    again as (
      select product_id, count(*) as customers, count(*) filter (where days > 1) as again, sum(days - 1) as gaps, sum(span) as span
      from days group by product_id
    ),
    sold as (
      select l.product_id, count(*) as orders, sum(l.delivered) as delivered,
             least(sum(l.delivered), sum(l.returned) + coalesce(max(a.returned), 0)) as returned
      from ${workspace.name('lines')} l left join apart a on a.product_id = l.product_id group by l.product_id
    ),
    usual as (
      select (select sum(again)::float8 / nullif(sum(customers), 0) from again) as rebuy,
             (select coalesce(sum(returned) / nullif(sum(delivered), 0), 0) from sold) as rate
    )
    select (row_number() over (order by s.product_id) - 1)::int as item, s.product_id, s.orders, g.customers, s.delivered, s.returned,
           (g.again + ${REBUY_PRIOR} * u.rebuy) / (g.customers + ${REBUY_PRIOR}) as rebuy_share,
           g.span::float8 / nullif(g.gaps, 0) as rebuy_days,
           (s.returned + ${RETURN_PRIOR} * u.rate) / (s.delivered + ${RETURN_PRIOR}) as return_rate
    from sold s join again g on g.product_id = s.product_id cross join usual u`,
  );
  await workspace.connection.unsafe(`analyze ${workspace.name('items')}`);
  const [usual] = await workspace.connection.unsafe<{ rate: number }[]>(
    `select coalesce(sum(returned)::float8 / nullif(sum(delivered), 0), 0) as rate from ${workspace.name('items')}`,
  );
  return usual!.rate;
}

const segmentOf = (alias: string) =>
  `(select split_part(s, ':', 2) from unnest(${alias}.segments) as s where split_part(s, ':', 1) = '${SEGMENTATION}')`;

/** How orders and customers become baskets; both orders of rows come sorted by basket. */
export interface BasketRows {
  readonly basket: Int32Array;
  readonly item: Int32Array;
}

/**
 * The baskets that pairs are counted in, as integers: orders, and the last products of each customer, with his RFM segment.
 * Of more lines than `mostLines` those of a sample of the customers, by their ids: the same in the same run.
 */
export async function readBaskets(workspace: Workspace, profiles: string | null, mostLines: number) {
  const { connection } = workspace;
  const [lines, items, baskets] = [workspace.name('lines'), workspace.name('items'), workspace.name('baskets')];
  const [size] = await connection.unsafe<{ lines: number; oversized: number }[]>(`
    select coalesce(sum(n), 0)::float8 as lines, count(*) filter (where n > ${LARGEST_ORDER})::float8 as oversized
    from (select count(*) as n from ${lines} group by customer_id, order_id) as sizes`);
  const sampledShare = size!.lines > mostLines ? mostLines / size!.lines : 1;
  const isIn = `(hashtextextended(l.customer_id, 7) & 1048575) < ${Math.ceil(sampledShare * 1_048_576)}`;
  const orders = await readRows(
    workspace,
    `select basket, item from (
       select (dense_rank() over (order by l.customer_id, l.order_id) - 1)::int as basket, i.item,
              count(*) over (partition by l.customer_id, l.order_id) as size
       from ${lines} l join ${items} i on i.product_id = l.product_id where ${isIn}) as b
     where size <= ${LARGEST_ORDER} order by basket`,
  );
  await workspace.fill(
    'baskets',
    `with owned as (
      select l.customer_id, i.item, max(l.day) as last from ${lines} l join ${items} i on i.product_id = l.product_id
      where ${isIn} group by l.customer_id, i.item
    ),
    recent as (
      select customer_id, item, row_number() over (partition by customer_id order by last desc, item) as place from owned
    )
    select (dense_rank() over (order by customer_id) - 1)::int as basket, item, customer_id from recent where place <= ${LARGEST_HISTORY}`,
  );
  const customers = await readRows(workspace, `select basket, item from ${baskets} order by basket`);
  const segments =
    profiles === null
      ? []
      : await connection.unsafe<{ segment: string | null }[]>(`
          select ${segmentOf('p')} as segment from (select distinct basket, customer_id from ${baskets}) as c
          left join ${profiles} p on p.customer_id = c.customer_id order by c.basket`);
  return {
    orders,
    customers,
    segments: segments.map(({ segment }) => segment),
    sampledShare,
    oversizedOrders: size!.oversized,
  };
}

/** Two columns of integers, read in parts so that millions of rows are never objects all at once. */
async function readRows(workspace: Workspace, query: string): Promise<BasketRows> {
  const parts: { basket: Int32Array; item: Int32Array }[] = [];
  for await (const rows of workspace.connection.unsafe<{ basket: number; item: number }[]>(query).cursor(20_000)) {
    parts.push({
      basket: Int32Array.from(rows, ({ basket }) => basket),
      item: Int32Array.from(rows, ({ item }) => item),
    });
  }
  const length = parts.reduce((sum, { item }) => sum + item.length, 0);
  const whole = { basket: new Int32Array(length), item: new Int32Array(length) };
  let from = 0;
  for (const { basket, item } of parts) {
    whole.basket.set(basket, from);
    whole.item.set(item, from);
    from += item.length;
  }
  return whole;
}

/** A product's neighbours as they are stored, both texts of JSON over the items' numbers. */
export interface NeighbourRow {
  readonly item: number;
  /** `[[item, strength], ...]` */
  readonly neighbours: string;
  /** `[[item, evidence], ...]` */
  readonly evidence: string;
}

/** `facts`: one row a product with its counts, its neighbours and what each of them rests on. */
export async function createFacts(workspace: Workspace, rows: readonly NeighbourRow[]): Promise<void> {
  const { connection } = workspace;
  const [near, items] = [workspace.name('near'), workspace.name('items')];
  await workspace.make('near');
  for (let from = 0; from < rows.length; from += 5000) {
    const part = rows.slice(from, from + 5000);
    await connection`
      insert into ${connection(near)} select * from unnest(${part.map(({ item }) => item)}::int[],
        ${part.map(({ neighbours }) => neighbours)}::text[]::jsonb[], ${part.map(({ evidence }) => evidence)}::text[]::jsonb[])`;
  }
  await workspace.fill(
    'facts',
    `select i.product_id, i.orders, i.customers, i.rebuy_share, i.rebuy_days, i.return_rate,
           coalesce((select jsonb_agg(jsonb_build_array(b.product_id, n -> 1, round(b.return_rate::numeric, 4)) order by place)
                     from jsonb_array_elements(a.neighbours) with ordinality as near (n, place)
                     join ${items} b on b.item = (n ->> 0)::int), '[]') as neighbours,
           coalesce((select jsonb_object_agg(b.product_id, e -> 1) from jsonb_array_elements(a.evidence) as e
                     join ${items} b on b.item = (e ->> 0)::int), '{}') as evidence
    from ${items} i left join ${near} a on a.item = i.item`,
  );
  await connection.unsafe(`create unique index on ${workspace.name('facts')} (product_id)`);
}

/** What each segment and the shop bought of late: a customer counts once a product, by his last purchase of it. */
export async function createPopular(workspace: Workspace, options: AffinityOptions): Promise<void> {
  const weight = `power(0.5, (${dayOf(options)} - last)::float8 / ${POPULARITY_HALF_LIFE_DAYS})`;
  await workspace.fill(
    'popular',
    `with bought as (
      select customer_id, product_id, max(day) as last from ${workspace.name('lines')} where day >= ${dayOf(options)} - ${POPULARITY_DAYS}
      group by customer_id, product_id
    ),
    people as (
      select b.customer_id, max(b.last) as last, ${options.profiles === null ? 'null::text' : `max(${segmentOf('p')})`} as segment
      from bought b ${options.profiles === null ? '' : `left join ${options.profiles} p on p.customer_id = b.customer_id`} group by b.customer_id
    ),
    groups as (
      select customer_id, last, '' as segment from people
      union all select customer_id, last, '${SEGMENTATION}:' || segment from people where segment is not null
    ),
    totals as (select segment, count(*)::float8 as customers, sum(${weight}) as weight from groups group by segment),
    counted as (
      select g.segment, b.product_id, count(*) as customers, sum(${weight.replace('last', 'b.last')}) as weight
      from bought b join groups g on g.customer_id = b.customer_id group by g.segment, b.product_id
    ),
    ranked as (
      select c.segment, c.product_id, c.customers, c.customers / t.customers as share, c.weight / t.weight as recent_share,
             row_number() over (partition by c.segment order by c.weight desc, c.product_id) as place
      from counted c join totals t on t.segment = c.segment
      -- A single customer of a small segment must not be told of.
      where c.customers >= ${FEWEST_SHARED} or c.segment = ''
    )
    select r.segment, r.product_id, r.customers, r.share, r.recent_share, i.return_rate
    from ranked r join ${workspace.name('items')} i on i.product_id = r.product_id where place <= ${MOST_POPULAR}`,
  );
}

/** Keeps the facts and the popular products as rows of the run. */
export async function storeAffinity(workspace: Workspace, runId: number): Promise<void> {
  const { connection } = workspace;
  await connection`
    insert into item_affinity (run_id, product_id, orders, customers, rebuy_share, rebuy_days, return_rate, neighbours, evidence)
    select ${runId}, product_id, orders, customers, rebuy_share, rebuy_days, return_rate, neighbours, evidence
    from ${connection(workspace.name('facts'))}`;
  await connection`
    insert into popular_products (run_id, segment, product_id, customers, share, recent_share, return_rate)
    select ${runId}, segment, product_id, customers, share, recent_share, return_rate
    from ${connection(workspace.name('popular'))}`;
}

/** The rows of a run that is dropped. */
export async function dropRecommendations(connection: Connection, runId: number): Promise<void> {
  await connection`delete from item_affinity where run_id = ${runId}`;
  await connection`delete from popular_products where run_id = ${runId}`;
}

/** How many products `createLines` found. */
export async function countItems(workspace: Workspace): Promise<number> {
  const [known] = await workspace.connection.unsafe<{ items: number }[]>(
    `select count(*)::int as items from ${workspace.name('items')}`,
  );
  return known!.items;
}

import { seededRandom } from '@tessera/core/numerics/random.js';
import { basketsOf, CoCounter } from '@tessera/core/recommendations/affinity.js';
import { type PurchaseLines, recommender } from '@tessera/core/recommendations/recommender.js';
import { openDatabase, type Sql, type Transaction } from '@tessera/server/db/database.js';
import { Workspace } from '@tessera/server/db/queries/runs/workspace.js';
import { type AffinityCounts, createAffinity } from '@tessera/server/scoring/affinity.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linesOf, onlineRetailLines } from '../../core/recommendations/purchase-lines.js';
import { createTestDatabase, testDatabase } from '../../support/database.js';
import { describeWithSet, sharedJson } from '../../support/shared.js';

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2026, 0, 1) / DAY_MS;

/** Orders at noon of their days; one piece a line, delivered. */
async function fillShop(sql: Sql, lines: PurchaseLines): Promise<void> {
  const rows = lines.order.length;
  const texts = (column: Int32Array, prefix: string) => Array.from(column, (value) => `${prefix}${value}`);
  const CHUNK = 50_000;
  for (let from = 0; from < rows; from += CHUNK) {
    const part = (column: Int32Array) => column.subarray(from, from + CHUNK);
    await sql`
      insert into orders (customer_id, order_id, status, placed_at)
      select distinct c, o, 'delivered', to_timestamp(d * 86400.0 + 43200)
      from unnest(${texts(part(lines.customer), 'c')}::text[], ${texts(part(lines.order), 'o')}::text[], ${Array.from(part(lines.day))}::int[]) as t (c, o, d)
      on conflict do nothing`;
    await sql`
      insert into order_items (customer_id, order_id, item_id, product_id, quantity, amount)
      select c, o, n::text, p, 1, 10
      from unnest(${texts(part(lines.customer), 'c')}::text[], ${texts(part(lines.order), 'o')}::text[],
                  ${Array.from(part(lines.product), (product) => lines.products[product]!)}::text[], ${Array.from(part(lines.order), (_, row) => from + row)}::int[]) as t (c, o, p, n)`;
  }
  await sql`insert into customers (customer_id) select distinct customer_id from orders`;
  await sql`insert into products (product_id) select distinct product_id from order_items`;
  await sql`analyze`;
}

/** A shop in which some products are bought together, and some again. */
function randomShop(orders: number): PurchaseLines {
  const random = seededRandom(5);
  const rows: { customer: string; order: string; product: string; day: number }[] = [];
  for (let order = 0; order < orders; order++) {
    const customer = `${Math.floor(random() * orders * 0.4)}`;
    const kind = Math.floor(random() * 6);
    const size = 1 + Math.floor(random() * 5);
    for (let line = 0; line < size; line++) {
      const product = random() < 0.6 ? `p${kind * 5 + Math.floor(random() * 5)}` : `p${Math.floor(random() ** 2 * 60)}`;
      rows.push({ customer, order: `${order}`, product, day: FIRST_DAY + Math.floor((order / orders) * 300) });
    }
  }
  return linesOf(rows);
}

const options = (lines: PurchaseLines) => ({
  ...({ timeZone: 'UTC', orders: 'placed', status: 'asOf', profiles: null } as const),
  asOf: new Date((lines.day.reduce((a, b) => Math.max(a, b)) + 1) * DAY_MS),
});

interface Fact {
  productId: string;
  orders: number;
  customers: number;
  rebuyShare: number;
  rebuyDays: number | null;
  neighbours: [string, number, number][];
  evidence: Record<string, { orders: number[]; customers: number[] }>;
}

const readFacts = (transaction: Transaction) => transaction<Fact[]>`
  select product_id as "productId", orders::float8 as orders, customers::float8 as customers, rebuy_share as "rebuyShare",
         rebuy_days as "rebuyDays", neighbours, evidence from affinity_facts`;

describe('affinity in SQL', () => {
  it('has the neighbours, strengths, counts and re-buy figures of core, strengths at 1e-6 as they are stored', async () => {
    const { sql } = await testDatabase();
    const lines = randomShop(900);
    await fillShop(sql, lines);
    const { asOf } = options(lines);
    const fitted = recommender.fit(lines, { asOfDay: asOf.getTime() / DAY_MS, neighbours: 20 });
    const itemCount = lines.products.length;
    const orders = new CoCounter(basketsOf(lines.order, lines.product, itemCount));
    await sql.begin(async (transaction) => {
      const counts = await createAffinity(new Workspace(transaction), options(lines));
      expect(counts).toMatchObject({ products: itemCount, orders: 900, sampledShare: 1, oversizedOrders: 0 });
      const facts = await readFacts(transaction);
      expect(facts.length).toBe(itemCount);
      for (const fact of facts) {
        const wanted = fitted.facts.get(fact.productId)!;
        expect(fact.rebuyShare, fact.productId).toBeCloseTo(wanted.rebuyShare, 12);
        if (wanted.rebuyDays === null) expect(fact.rebuyDays).toBeNull();
        else expect(fact.rebuyDays).toBeCloseTo(wanted.rebuyDays, 10);
        const strengths = wanted.neighbours.map(([, strength]) => strength);
        fact.neighbours.forEach(([, strength], i) => {
          expect(Math.abs(strength - strengths[i]!), fact.productId).toBeLessThanOrEqual(5.1e-7);
        });
        expect(fact.neighbours.length).toBe(wanted.neighbours.length);
        // Equal strengths stand in the order of their ids in one and of their indexes in the other.
        const sure = wanted.neighbours.filter(([, strength]) => strength > strengths.at(-1)! + 1e-9);
        const found = new Set(fact.neighbours.map(([product]) => product));
        for (const [product] of sure) expect(found).toContain(product);
        const own = lines.products.indexOf(fact.productId);
        expect(fact.orders).toBe(orders.itemBaskets[own]);
        for (const [other, { orders: held }] of Object.entries(fact.evidence)) {
          const index = lines.products.indexOf(other);
          orders.meet(own);
          expect(held).toEqual([orders.shared[index], orders.itemBaskets[own], orders.itemBaskets[index]]);
        }
      }
      const popular = await transaction<{ product: string; share: number }[]>`
        select product_id as product, recent_share as share from affinity_popular where segment = '' order by recent_share desc, product_id`;
      popular.forEach(({ share }, i) => {
        expect(share).toBeCloseTo(fitted.popular[i]!.recentShare, 10);
      });
      expect(popular.length).toBe(fitted.popular.length);
    });
  });

  it('counts a sample of the customers where all pairs are too many, and says so', async () => {
    const { sql } = await testDatabase();
    const lines = randomShop(900);
    await fillShop(sql, lines);
    const half = await sql.begin((transaction) => createAffinity(new Workspace(transaction), options(lines), 1300));
    expect(half.sampledShare).toBeLessThan(0.9);
    expect(half.sampledShare).toBeGreaterThan(0.1);
    expect(half.customers / 357).toBeCloseTo(half.sampledShare, 1);
  });
});

describeWithSet('online-retail')('Online Retail in SQL', () => {
  let sql: Sql;
  let counts: AffinityCounts;
  let facts: Fact[];
  let close: () => Promise<void>;
  beforeAll(async () => {
    const created = await createTestDatabase();
    const database = await openDatabase({ databaseUrl: created.url, dataFolder: '' });
    close = async () => {
      await database.close();
      await created.drop();
    };
    sql = database.sql;
    const lines = onlineRetailLines();
    await fillShop(sql, lines);
    [counts, facts] = await sql.begin(async (transaction) => {
      const made = await createAffinity(new Workspace(transaction), options(lines));
      return [made, await readFacts(transaction)];
    });
  }, 300_000);
  afterAll(() => close());

  it('has the supports, confidences and lifts of the reference for its most frequent pairs', () => {
    const reference = sharedJson<{
      baskets: number;
      top_pairs_by_count: {
        a: string;
        b: string;
        count: number;
        support: number;
        confidence_a_to_b: number;
        confidence_b_to_a: number;
        lift: number;
      }[];
    }>('reference', 'baskets-online-retail.json');
    expect(counts.orders).toBe(reference.baskets);
    const byProduct = new Map(facts.map((fact) => [fact.productId, fact]));
    let compared = 0;
    for (const pair of reference.top_pairs_by_count) {
      for (const [first, second, confidence] of [
        [pair.a, pair.b, pair.confidence_a_to_b],
        [pair.b, pair.a, pair.confidence_b_to_a],
      ] as const) {
        const held = byProduct.get(first)!.evidence[second]?.orders;
        // The twenty strongest are kept of each product; the most frequent need not be among them.
        if (held === undefined) continue;
        compared++;
        const [both, own, other] = held as [number, number, number];
        expect(both).toBe(pair.count);
        expect(both / reference.baskets).toBeCloseTo(pair.support, 10);
        expect(both / own).toBeCloseTo(confidence, 9);
        expect((both / own) * (reference.baskets / other)).toBeCloseTo(pair.lift, 7);
      }
    }
    expect(compared).toBeGreaterThanOrEqual(30);
  });
});

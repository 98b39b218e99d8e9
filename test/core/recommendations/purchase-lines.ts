import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { PurchaseLines } from '@tessera/core/recommendations/recommender.js';
import { sharedPath } from '../../support/shared.js';

const DAY_MS = 86_400_000;

function rowsOf(...parts: string[]): string[] {
  const text = gunzipSync(readFileSync(sharedPath('data', ...parts))).toString('utf8');
  return text.split(/\r?\n/).slice(1).filter(Boolean);
}

/** Texts as indexes in the order in which they first come. */
class Indexes {
  readonly names: string[] = [];
  private readonly known = new Map<string, number>();
  of(name: string): number {
    const found = this.known.get(name);
    if (found !== undefined) return found;
    this.known.set(name, this.names.length);
    this.names.push(name);
    return this.names.length - 1;
  }
}

/** Lines of real baskets from rows of customer, order, product and day. */
export function linesOf(
  rows: readonly { customer: string | null; order: string; product: string; day: number }[],
): PurchaseLines {
  const customers = new Indexes();
  const orders = new Indexes();
  const products = new Indexes();
  return {
    customer: Int32Array.from(rows, ({ customer }) => (customer === null ? -1 : customers.of(customer))),
    order: Int32Array.from(rows, ({ order }) => orders.of(order)),
    product: Int32Array.from(rows, ({ product }) => products.of(product)),
    day: Int32Array.from(rows, ({ day }) => day),
    products: products.names,
  };
}

/** The lines that the references count: customer present, no cancellation, quantity and price above 0. */
export function onlineRetailLines(): PurchaseLines {
  const rows = rowsOf('online-retail', 'online_retail.csv.gz').flatMap((line) => {
    // The description may hold commas, so the columns after it are counted from the end.
    const cells = line.replaceAll('"', '').split(',');
    const [order, product] = cells as [string, string];
    const [quantity, stamp, price, customer] = cells.slice(-5) as [string, string, string, string];
    if (customer === '' || order.startsWith('C') || !(Number(quantity) > 0) || !(Number(price) > 0)) return [];
    return [{ customer, order, product, day: Math.floor(Date.parse(`${stamp.slice(0, 10)}T00:00:00Z`) / DAY_MS) }];
  });
  return linesOf(rows);
}

/** 9,835 baskets of nobody, all on one day. */
export function groceryLines(): PurchaseLines {
  const rows = rowsOf('groceries', 'groceries_long.csv.gz').map((line) => {
    const [, order, product] = /^(\d+),"([^"]*)",/.exec(line)!;
    return { customer: null, order: order!, product: product!, day: 0 };
  });
  return linesOf(rows);
}

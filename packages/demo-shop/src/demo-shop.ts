import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { InvalidInputError } from '@tessera/core';
import { signUpMoments } from './calendar.js';
import { stockCatalogue } from './catalogue.js';
import { Chance } from './chance.js';
import { type DemoCustomer, type DemoOrder, liveCustomer } from './customer-life.js';
import { GrowingFile } from './growing-file.js';
import {
  type PlantedKind,
  type PlantedRows,
  Planter,
  UNKNOWN_ORDER_IDS_FROM,
  UNKNOWN_STATUSES,
  UNREADABLE_DATES,
  UNREADABLE_PRICES,
} from './planted-rows.js';
import {
  lineCells,
  lineRow,
  ORDER_ITEMS_HEADER,
  ORDERS_HEADER,
  orderCells,
  orderRow,
  productObject,
  USERS_HEADER,
  userRow,
} from './raw-form.js';

export interface DemoShopOptions {
  /** 1 to 10,000,000; Prospects included. */
  customers?: number;
  /** Any integer; only its low 32 bits count. */
  seed?: number;
}

/** What was written, planted rows apart: a file holds its good rows and its planted ones. */
export interface DemoShop {
  customers: number;
  /** Customers with at least one order, whatever its status. */
  buyers: number;
  products: number;
  orders: number;
  lines: number;
  ordersWithoutLines: number;
  planted: PlantedRows;
}

const DEFAULT_CUSTOMERS = 10_000;
const MOST_CUSTOMERS = 10_000_000;
const DEFAULT_SEED = 3;
/** 29 products for 100 customers, 29,000 at most. */
const PRODUCTS_PER_CUSTOMER = 0.29;
const FEWEST_PRODUCTS = 300;
const MOST_PRODUCTS = 29_000;
/** Orders whose lines the extract has lost. */
const LINES_LOST = 0.28;
const CUSTOMERS_BETWEEN_FLUSHES = 1024;

/**
 * Writes a made-up shop as raw files (USERS.csv, PRODUCTS.csv, ORDERS.csv, ORDER_ITEMS.csv), with their
 * noise. The same options give the same bytes. Of its buyers 68/22/10 % have 1/2/3+ orders, 19 % of delivered orders
 * come back, 18 to 20 % of customers never order, 28 % of orders have no line; all within sampling error.
 * Memory does not grow with the number of customers; some 50 microseconds a customer.
 * @param directory made if missing; files of these names in it are replaced
 * @throws InvalidInputError when customers or seed is not such a number
 */
export async function writeDemoShop(directory: string, options: DemoShopOptions = {}): Promise<DemoShop> {
  const { customers = DEFAULT_CUSTOMERS, seed = DEFAULT_SEED } = options;
  if (!Number.isInteger(customers) || customers < 1 || customers > MOST_CUSTOMERS) {
    throw new InvalidInputError(`writeDemoShop requires customers between 1 and ${MOST_CUSTOMERS}, got ${customers}`);
  }
  if (!Number.isInteger(seed)) throw new InvalidInputError(`writeDemoShop requires an integer seed, got ${seed}`);
  await mkdir(directory, { recursive: true });

  const chances = { catalogue: new Chance(seed, 0), signUps: new Chance(seed, 1), lives: new Chance(seed, 2) };
  const productCount = Math.round(customers * PRODUCTS_PER_CUSTOMER);
  const catalogue = stockCatalogue(chances.catalogue, Math.min(MOST_PRODUCTS, Math.max(FEWEST_PRODUCTS, productCount)));
  const files: GrowingFile[] = [];
  const open = async (name: string, header: string): Promise<GrowingFile> => {
    const file = await GrowingFile.create(path.join(directory, name), header);
    files.push(file);
    return file;
  };
  try {
    const products = await open('PRODUCTS.csv', '[');
    for (const [index, product] of catalogue.products.entries()) {
      products.add((index > 0 ? ', ' : '') + productObject(product));
    }
    products.add(']\n');
    await products.flush();

    const rows = new ShopRows(customers, new Chance(seed, 3), {
      users: await open('USERS.csv', USERS_HEADER),
      orders: await open('ORDERS.csv', ORDERS_HEADER),
      items: await open('ORDER_ITEMS.csv', ORDER_ITEMS_HEADER),
    });
    let id = 0;
    for (const signedUpAt of signUpMoments(chances.signUps, customers)) {
      rows.addCustomer(liveCustomer(chances.lives, catalogue, ++id, signedUpAt));
      if (id % CUSTOMERS_BETWEEN_FLUSHES === 0) await Promise.all(files.map((file) => file.flush()));
    }
    await Promise.all(files.map((file) => file.flush()));
    return { ...rows.counts, customers, products: catalogue.products.length, planted: rows.planted };
  } finally {
    for (const file of files) await file.close();
  }
}

/** Turns customers into rows of the three growing files, with what is planted among them. */
class ShopRows {
  readonly counts = { buyers: 0, orders: 0, lines: 0, ordersWithoutLines: 0 };
  readonly #planter: Planter;
  readonly #noise: Chance;
  readonly #files: { users: GrowingFile; orders: GrowingFile; items: GrowingFile };
  #customerIndex = -1;
  #lastOrderId = 0;
  #lastLineId = 0;

  constructor(
    customerCount: number,
    noise: Chance,
    files: { users: GrowingFile; orders: GrowingFile; items: GrowingFile },
  ) {
    this.#planter = new Planter(customerCount);
    this.#noise = noise;
    this.#files = files;
  }

  get planted(): PlantedRows {
    return this.#planter.planted;
  }

  addCustomer(customer: DemoCustomer): void {
    this.#customerIndex++;
    const row = userRow(this.#noise, customer);
    this.#files.users.add(row);
    this.#plant('usersWithoutId', () => this.#files.users.add(row.replace(/^("?\{).*?, /, '$1')));
    if (customer.orders.length > 0) this.counts.buyers++;
    for (const order of customer.orders) this.#addOrder(customer, order);
  }

  #addOrder(customer: DemoCustomer, order: DemoOrder): void {
    const orderId = ++this.#lastOrderId;
    const cells = orderCells(this.#noise, orderId, customer, order);
    const file = this.#files.orders;
    file.add(orderRow(cells));
    this.counts.orders++;
    this.#plant('repeatedOrders', () => file.add(orderRow(cells)));
    this.#plant('ordersWithUnreadableDate', (nth) => {
      const createdAt = UNREADABLE_DATES[nth % UNREADABLE_DATES.length];
      file.add(orderRow({ ...cells, orderId: `${++this.#lastOrderId}`, createdAt }));
    });
    this.#plant('ordersWithUnknownStatus', (nth) => {
      const status = UNKNOWN_STATUSES[nth % UNKNOWN_STATUSES.length];
      file.add(orderRow({ ...cells, orderId: `${++this.#lastOrderId}`, status }));
    });
    if (this.#noise.happens(LINES_LOST)) this.counts.ordersWithoutLines++;
    else for (const line of order.lines) this.#addLine(customer, orderId, order, line);
  }

  #addLine(customer: DemoCustomer, orderId: number, order: DemoOrder, line: DemoOrder['lines'][number]): void {
    const ids = { lineId: ++this.#lastLineId, orderId, userId: customer.id };
    const cells = lineCells(this.#noise, ids, order, line);
    const file = this.#files.items;
    file.add(lineRow(cells));
    this.counts.lines++;
    this.#plant('repeatedLines', () => file.add(lineRow(cells)));
    this.#plant('linesWithUnreadablePrice', (nth) => {
      const salePrice = UNREADABLE_PRICES[nth % UNREADABLE_PRICES.length];
      file.add(lineRow({ ...cells, lineId: `${++this.#lastLineId}`, salePrice }));
    });
    this.#plant('linesOfUnknownOrder', (nth) => {
      const unknown = `${UNKNOWN_ORDER_IDS_FROM + nth}`;
      file.add(lineRow({ ...cells, lineId: `${++this.#lastLineId}`, orderId: unknown }));
    });
  }

  #plant(kind: PlantedKind, write: (nth: number) => void): void {
    const nth = this.#planter.due(kind, this.#customerIndex);
    if (nth !== undefined) write(nth);
  }
}

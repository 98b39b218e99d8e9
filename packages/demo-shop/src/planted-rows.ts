/**
 * Bad rows that the demo shop plants, each an extra one, so that the good rows stay whole: an importer that keeps every
 * good row and refuses exactly these has done its work.
 */
export interface PlantedRows {
  /** USERS rows without an id. */
  usersWithoutId: number;
  /** ORDERS rows whose created_at cannot be read, with an order id of their own and no lines. */
  ordersWithUnreadableDate: number;
  /** ORDERS rows with a status no shop knows, otherwise good, with an order id of their own and no lines. */
  ordersWithUnknownStatus: number;
  /** ORDERS rows that repeat the row before them byte for byte. */
  repeatedOrders: number;
  /** ORDER_ITEMS rows whose sale_price is no number, with a line id of their own, of a good order. */
  linesWithUnreadablePrice: number;
  /** ORDER_ITEMS rows of an order that ORDERS does not hold, with a line id of their own, otherwise good. */
  linesOfUnknownOrder: number;
  /** ORDER_ITEMS rows that repeat the row before them byte for byte. */
  repeatedLines: number;
}

export type PlantedKind = keyof PlantedRows;

export const UNREADABLE_DATES = ['31/31/2023 25:61', 'yesterday', '2023-02-30T99:00:00Z', 'date?'];
export const UNREADABLE_PRICES = ['abc', '-abc', 'twelve', '1O.5O'];
export const UNKNOWN_STATUSES = ['lost in post', 'teleported', 'Lost In Post'];
/** Ids of the orders that ORDERS does not hold start here, beyond any shop the generator makes. */
export const UNKNOWN_ORDER_IDS_FROM = 900_000_001;

/** How many of each are planted among this many customers: about one row in a thousand, and some of each. */
function planFor(customerCount: number): PlantedRows {
  const perCustomer = (share: number) => Math.max(1, Math.round(share * customerCount));
  return {
    usersWithoutId: perCustomer(0.0005),
    ordersWithUnreadableDate: perCustomer(0.0006),
    ordersWithUnknownStatus: customerCount < 1000 ? 2 : 3,
    repeatedOrders: perCustomer(0.0004),
    linesWithUnreadablePrice: perCustomer(0.0006),
    linesOfUnknownOrder: perCustomer(0.0006),
    repeatedLines: perCustomer(0.0004),
  };
}

/** Spreads the planted rows evenly over the customers and counts those really written. */
export class Planter {
  readonly #plan: PlantedRows;
  readonly #customerCount: number;
  readonly planted: PlantedRows = {
    usersWithoutId: 0,
    ordersWithUnreadableDate: 0,
    ordersWithUnknownStatus: 0,
    repeatedOrders: 0,
    linesWithUnreadablePrice: 0,
    linesOfUnknownOrder: 0,
    repeatedLines: 0,
  };

  constructor(customerCount: number) {
    this.#customerCount = customerCount;
    this.#plan = planFor(customerCount);
  }

  /**
   * Whether a row of this kind is to be written now; if so, it counts as written. One that found no place (a Prospect
   * has no order to repeat) waits for the next customer who offers one.
   * @returns how many of the kind were planted before, or undefined for "not now"
   */
  due(kind: PlantedKind, customerIndex: number): number | undefined {
    // Half a step early, so that the last of each falls before the last customer.
    const share = (customerIndex + 1) / this.#customerCount;
    if (this.planted[kind] >= Math.floor(this.#plan[kind] * share + 0.5)) return undefined;
    return this.planted[kind]++;
  }
}

/** What of an order's revenue a shop keeps after returns. Plain JSON. */
export interface KeptShare {
  /** Of all revenue before returns, 0 to 1; 1 for a shop without revenue. */
  readonly shop: number;
  /** The shop's share counts as much as this much revenue of the customer's own, in the shop's currency. */
  readonly priorRevenue: number;
}

/** A customer's own returns outweigh the shop's average after this many average orders. */
const PRIOR_ORDERS = 5;

/**
 * Learns what a shop keeps. Rows that are not finite are left out.
 * @param gross revenue before returns @param net what of it was kept @param orders same rows
 * O(rows).
 */
export function fitKeptShare(gross: Float64Array, net: Float64Array, orders: Float64Array): KeptShare {
  let grossTotal = 0;
  let netTotal = 0;
  let orderCount = 0;
  for (let row = 0; row < gross.length; row++) {
    if (!(gross[row]! > 0 && Number.isFinite(net[row]!))) continue;
    grossTotal += gross[row]!;
    netTotal += Math.min(gross[row]!, Math.max(0, net[row]!));
    orderCount += orders[row]!;
  }
  if (!(grossTotal > 0)) return { shop: 1, priorRevenue: 0 };
  return { shop: netTotal / grossTotal, priorRevenue: (PRIOR_ORDERS * grossTotal) / Math.max(1, orderCount) };
}

/** The share that one customer is expected to keep, 0 to 1: his own so far, drawn towards the shop's where it is little. */
export function keptShareOf({ shop, priorRevenue }: KeptShare, gross: number, net: number): number {
  const own = gross > 0 && Number.isFinite(net) ? gross : 0;
  const kept = own > 0 ? Math.min(gross, Math.max(0, net)) : 0;
  return own + priorRevenue > 0 ? (kept + priorRevenue * shop) / (own + priorRevenue) : shop;
}

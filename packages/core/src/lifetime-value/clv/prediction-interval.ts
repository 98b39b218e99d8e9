/**
 * Ranges of what customers with similar predictions really brought in the back-test, by bands of the prediction. Plain JSON.
 */
export interface PredictionBands {
  /** Ascending upper bounds of all bands but the last. */
  readonly bounds: readonly number[];
  /** For each band the 5th and 95th percentile of actual value, over the band's mean prediction. */
  readonly low: readonly number[];
  readonly high: readonly number[];
}

const BANDS = 10;
/** A 5th percentile of fewer customers is one of the two or three lowest. */
const SMALLEST_BAND = 40;

/**
 * Learns bands from predictions and what came of them. Null with fewer than 40 customers.
 * @param predicted 0 or more @param actual same order; negative counts as 0
 * O(n log n).
 */
export function fitPredictionBands(predicted: Float64Array, actual: Float64Array): PredictionBands | null {
  const rows = predicted.length;
  if (rows < SMALLEST_BAND) return null;
  const order = Array.from(predicted, (_, row) => row).sort((left, right) => predicted[left]! - predicted[right]!);
  const wanted = Math.max(1, Math.min(BANDS, Math.floor(rows / SMALLEST_BAND)));
  const bounds: number[] = [];
  const low: number[] = [];
  const high: number[] = [];
  let from = 0;
  for (let band = 1; band <= wanted; band++) {
    let to = Math.round((band * rows) / wanted);
    // Equal predictions stay in one band, or the same prediction would have two ranges.
    while (to < rows && to > 0 && predicted[order[to]!] === predicted[order[to - 1]!]) to++;
    if (to - from < SMALLEST_BAND && to < rows) continue;
    if (to <= from) continue;
    const inBand = order.slice(from, to);
    const mean = inBand.reduce((sum, row) => sum + predicted[row]!, 0) / inBand.length;
    const sorted = Float64Array.from(inBand, (row) => Math.max(0, actual[row]!)).sort();
    const at = (share: number) => (mean > 0 ? sorted[Math.round(share * (sorted.length - 1))]! / mean : 0);
    low.push(Math.min(1, at(0.05)));
    high.push(Math.max(1, at(0.95)));
    if (to < rows) bounds.push(predicted[order[to - 1]!]!);
    from = to;
  }
  return { bounds, low, high };
}

/** The range that 9 of 10 customers with such a prediction fell into; it always holds the prediction itself. */
export function predictionInterval(bands: PredictionBands, predicted: number): { low: number; high: number } {
  let band = 0;
  while (band < bands.bounds.length && predicted > bands.bounds[band]!) band++;
  return { low: predicted * bands.low[band]!, high: predicted * bands.high[band]! };
}

/** The ends of what nine of ten customers stay within. */
const LOW = 0.05;
const HIGH = 0.95;

/**
 * The range before a back-test has shown one: so many orders as nine of ten customers make, each worth the same, where rates
 * differ between customers as an exponential does (the count is then geometric). It always holds the prediction itself.
 * @param predicted 0 or more @param expectedOrders 0 or more, of the same horizon
 */
export function untestedInterval(predicted: number, expectedOrders: number): { low: number; high: number } {
  if (!(predicted > 0 && expectedOrders > 0)) return { low: 0, high: predicted };
  const more = Math.log(expectedOrders / (1 + expectedOrders));
  const orders = (share: number) => Math.max(0, Math.ceil(Math.log1p(-share) / more) - 1);
  const each = predicted / expectedOrders;
  return { low: Math.min(predicted, each * orders(LOW)), high: Math.max(predicted, each * orders(HIGH)) };
}

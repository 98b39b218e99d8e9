/** How the edges of a histogram were chosen. */
export type BinRule =
  /** Nothing to show. */
  | 'NONE'
  /** Whole numbers over a short range: each value has its own bin. */
  | 'ONE_PER_VALUE'
  /** Equal widths. */
  | 'LINEAR'
  /** Equal widths of the logarithm; what is not above zero has a bin of its own. */
  | 'LOG';

/** A bin holds its lower edge and not its upper one; the last holds both, and so does one whose edges are equal. */
export interface BinEdges {
  readonly from: number;
  readonly to: number;
}

export interface BinPlan {
  readonly rule: BinRule;
  readonly bins: readonly BinEdges[];
  /** Where one bin ends and the next begins: a value is in the bin of how many of these it has reached. */
  readonly cuts: readonly number[];
}

/** What a plan needs to know of a sample. Quartiles interpolate linearly (R's type 7). */
export interface SampleShape {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly skewness: number | null;
  /** Whether every value is a whole number. */
  readonly whole: boolean;
  /** Of the values above zero; the quartiles are those of their natural logarithm. Null where there are none. */
  readonly positive: {
    readonly count: number;
    readonly min: number;
    readonly lowerQuartileLog: number;
    readonly upperQuartileLog: number;
  } | null;
}

/** A skewness above this bends a bell so far that equal widths would put nearly all into the first bin. */
export const SKEWED = 1;
/** Many bins show noise, few hide the shape. Of the width before it is rounded down to a readable one, by 2.5 at most. */
const MOST_BINS = 20;
const FEWEST_BINS = 5;
/** Whole numbers that span less than this are shown one by one. */
const SHORT_RANGE = 20;
/** Bins a decade that people can read. */
const BINS_A_DECADE = [1, 2, 3, 5, 10, 20];

const isFlat = (shape: SampleShape) => shape.max === shape.min;

/** Freedman and Diaconis (1981): 2 IQR n^(-1/3). Without a spread of the middle half, Sturges (1926): range / (log2 n + 1). */
function binWidth(count: number, interquartileRange: number, range: number): number {
  const width = interquartileRange > 0 ? (2 * interquartileRange) / Math.cbrt(count) : range / (Math.log2(count) + 1);
  return Math.min(Math.max(width, range / MOST_BINS), range / FEWEST_BINS);
}

/** 1, 2 or 5 times a power of ten, the largest that is not above the width. */
function roundWidth(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  // A hair of slack: 5 / 10 ** 0 may come out below 5.
  const factor = [5, 2].find((candidate) => width / power >= candidate - 1e-9) ?? 1;
  return factor * power;
}

function linearPlan(shape: SampleShape): BinPlan {
  const range = shape.max - shape.min;
  const ideal = roundWidth(binWidth(shape.count, shape.upperQuartile - shape.lowerQuartile, range));
  const width = shape.whole ? Math.max(1, ideal) : ideal;
  const first = Math.floor(shape.min / width);
  const last = Math.max(first + 1, Math.ceil(shape.max / width));
  // From whole multiples, so that 3 x 0.1 is 0.3 and no error adds up.
  const edge = (index: number) => Number((index * width).toPrecision(12));
  return planOf(
    'LINEAR',
    Array.from({ length: last - first + 1 }, (_, i) => edge(first + i)),
  );
}

function logPlan(shape: SampleShape, positive: NonNullable<SampleShape['positive']>): BinPlan {
  const range = Math.log10(shape.max / positive.min);
  const spread = (positive.upperQuartileLog - positive.lowerQuartileLog) / Math.LN10;
  const width = binWidth(positive.count, spread, range);
  const perDecade = BINS_A_DECADE.find((each) => 1 / each <= width + 1e-9) ?? BINS_A_DECADE.at(-1)!;
  // A hair of slack: the logarithm of 1000 may come out below 3.
  const first = Math.floor(Math.log10(positive.min) * perDecade + 1e-9);
  const last = Math.ceil(Math.log10(shape.max) * perDecade - 1e-9);
  const edges: number[] = [];
  for (let index = first; index <= last; index++) {
    const exact = Number((10 ** (index / perDecade)).toPrecision(2));
    const edge = shape.whole ? Math.round(exact) : exact;
    if (edges.length === 0 || edge > edges.at(-1)!) edges.push(edge);
  }
  // Two digits are read more easily than sixteen, but every value keeps its place between the outer edges.
  edges[0] = Math.min(edges[0]!, positive.min);
  if (edges.at(-1)! < shape.max || edges.length === 1) edges.push(Number(shape.max.toPrecision(12)));
  const plan = planOf('LOG', edges);
  if (shape.min > 0) return plan;
  return { ...plan, bins: [{ from: shape.min, to: 0 }, ...plan.bins], cuts: [edges[0]!, ...plan.cuts] };
}

const planOf = (rule: BinRule, edges: readonly number[]): BinPlan => ({
  rule,
  bins: edges.slice(1).map((to, i) => ({ from: edges[i]!, to })),
  cuts: edges.slice(1, -1),
});

/**
 * Chooses the bins of a histogram: each value its own where whole numbers span less than 20; else widths after Freedman
 * and Diaconis, of the logarithm where the skewness is above 1 and most values are above zero; rounded down to 1, 2 or 5
 * times a power of ten (1, 2, 3, 5, 10 or 20 bins a decade); 5 to about 50 bins.
 * @returns bins that cover every value; none for no values, one for values that are all equal. O(1).
 */
export function planBins(shape: SampleShape): BinPlan {
  if (shape.count === 0) return { rule: 'NONE', bins: [], cuts: [] };
  if (isFlat(shape) || (shape.whole && shape.max - shape.min < SHORT_RANGE)) {
    const step = isFlat(shape) ? 0 : shape.max - shape.min;
    const values = Array.from({ length: step + 1 }, (_, i) => shape.min + i);
    return { rule: 'ONE_PER_VALUE', bins: values.map((value) => ({ from: value, to: value })), cuts: values.slice(1) };
  }
  const { positive } = shape;
  const isSkewed = shape.skewness !== null && shape.skewness > SKEWED;
  // With a single positive value there is no range to divide.
  const canLog = positive !== null && positive.count > shape.count / 2 && positive.min < shape.max;
  return isSkewed && canLog ? logPlan(shape, positive) : linearPlan(shape);
}

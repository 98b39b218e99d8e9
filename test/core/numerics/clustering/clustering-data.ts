import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import {
  type FeatureMatrix,
  matrixFromColumns,
  standardise,
} from '@tessera/core/numerics/linear-algebra/feature-matrix.js';
import { type Random, seededRandom } from '@tessera/core/numerics/random.js';
import { sharedJson, sharedPath } from '../../../support/shared.js';

const DAY_MS = 86_400_000;

export const REFERENCE_SETS = ['wholesale', 'marketing-campaign', 'cdnow-sample', 'online-retail'] as const;
export type ReferenceSet = (typeof REFERENCE_SETS)[number];

interface ClusterFit {
  readonly inertia_n_init_10_seed_42: number;
  readonly best_inertia_known: number;
  readonly sizes_at_best: number[];
  readonly silhouette_at_best: number;
  readonly davies_bouldin_at_best: number;
  readonly calinski_harabasz_at_best: number;
}

interface GivenLabels {
  readonly silhouette: number;
  readonly davies_bouldin: number;
  readonly calinski_harabasz: number;
  readonly within_ss: number;
}

export interface ClusteringReference {
  readonly rows: number;
  readonly features: string[];
  readonly scaler: { mean: Record<string, number>; variance_population: Record<string, number> };
  readonly first_row_standardised: number[];
  readonly kmeans: Record<string, ClusterFit>;
  readonly ward: Record<string, { sizes: number[]; silhouette: number; ari_with_kmeans: number; within_ss: number }>;
  readonly dbscan: {
    eps: number;
    min_samples: number;
    clusters: number;
    noise: number;
    core_points: number;
    sizes: number[];
  }[];
  readonly metrics_of_given_labels: {
    row_number_mod_3: GivenLabels;
    first_feature_above_its_median: GivenLabels;
  };
  readonly ari_of_the_two_given_labelings: number;
  readonly kmeans_k1_inertia: number;
  readonly elbow_chord_k1_to_9: number;
  readonly best_silhouette_k: number;
  readonly pca: {
    explained_variance_ratio: number[];
    explained_variance: number[];
    components_sign_fixed_largest_positive: number[][];
    first_row_scores: number[];
  };
  readonly stability_mean_ari_80pct_10_runs: Record<string, number>;
}

export const clusteringReference = (set: ReferenceSet) =>
  sharedJson<ClusteringReference>('reference', `clustering-${set}.json`);

function lines(...parts: string[]): string[][] {
  const bytes = readFileSync(sharedPath('data', ...parts));
  const text = (parts[parts.length - 1]!.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.split(','));
}

export interface Purchase {
  readonly customer: number;
  readonly order: string;
  /** Days since 1970. */
  readonly day: number;
  /** The time within the day, 0 to 1. */
  readonly time: number;
  readonly amount: number;
}

const dayOf = (date: string) => Math.floor(Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / DAY_MS);

/** One entry a line of the CDNOW sample or master: every line is an order of its own. */
export function cdnowPurchases(file: 'cdnow_sample.csv.gz' | 'cdnow_master.csv.gz'): Purchase[] {
  const shift = file === 'cdnow_sample.csv.gz' ? 1 : 0;
  return lines('cdnow', file)
    .slice(1)
    .map((cells, index) => ({
      customer: Number(cells[shift]),
      order: String(index),
      day: dayOf(cells[shift + 1]!),
      time: 0,
      amount: Number(cells[shift + 3]),
    }));
}

/** One entry a line of the orders of the R package rfm; people are numbered as they first appear. */
export function rfmOrdersPurchases(): Purchase[] {
  const numbers = new Map<string, number>();
  return lines('rfm-orders', 'rfm_data_orders.csv.gz')
    .slice(1)
    .map(([name, date, revenue], index) => {
      if (!numbers.has(name!)) numbers.set(name!, numbers.size);
      return {
        customer: numbers.get(name!)!,
        order: String(index),
        day: dayOf(date!.replaceAll('"', '')),
        time: 0,
        amount: Number(revenue),
      };
    });
}

/** The purchases of Online Retail by the cleaning rule of the references. Fields before the description hold no comma. */
export function onlineRetailPurchases(): Purchase[] {
  return lines('online-retail', 'online_retail.csv.gz')
    .slice(1)
    .flatMap((cells) => {
      const [country, customer, price, date, quantity] = [1, 2, 3, 4, 5].map((back) => cells[cells.length - back]!);
      if (country === undefined || customer === '' || cells[0]!.startsWith('C')) return [];
      if (!(Number(quantity) > 0) || !(Number(price) > 0)) return [];
      return [
        {
          customer: Number(customer),
          order: cells[0]!,
          day: dayOf(date!),
          time: (Date.parse(`${date!.replace(' ', 'T')}Z`) / DAY_MS) % 1,
          amount: Number(quantity) * Number(price),
        },
      ];
    });
}

export interface RfmColumns {
  readonly customers: number[];
  readonly recencyDays: Float64Array;
  readonly tenureDays: Float64Array;
  readonly frequency: Float64Array;
  readonly monetary: Float64Array;
}

/** R, F, M in customer order, as of the day after the last purchase or as of the given day, purchases from it on left out. */
export function rfmColumns(all: readonly Purchase[], asOfDay?: number): RfmColumns {
  const purchases = asOfDay === undefined ? all : all.filter(({ day }) => day < asOfDay);
  let last = Number.NEGATIVE_INFINITY;
  const seen = new Map<number, { first: number; last: number; orders: Set<string>; amount: number }>();
  for (const { customer, order, day, amount } of purchases) {
    last = Math.max(last, day);
    let entry = seen.get(customer);
    if (entry === undefined) {
      entry = { first: day, last: day, orders: new Set(), amount: 0 };
      seen.set(customer, entry);
    }
    entry.first = Math.min(entry.first, day);
    entry.last = Math.max(entry.last, day);
    entry.orders.add(order);
    entry.amount += amount;
  }
  const snapshot = asOfDay ?? last + 1;
  const customers = [...seen.keys()].sort((a, b) => a - b);
  const entries = customers.map((customer) => seen.get(customer)!);
  return {
    customers,
    recencyDays: Float64Array.from(entries, (entry) => snapshot - entry.last),
    tenureDays: Float64Array.from(entries, (entry) => snapshot - entry.first),
    frequency: Float64Array.from(entries, (entry) => entry.orders.size),
    monetary: Float64Array.from(entries, (entry) => Number(entry.amount.toFixed(4))),
  };
}

const logRfm = ({ recencyDays, frequency, monetary }: RfmColumns) =>
  [recencyDays, frequency, monetary].map((column) => column.map(Math.log1p));

function marketingColumns(): Float64Array[] {
  const [header, ...rows] = lines('marketing-campaign', 'marketing_campaign.csv.gz');
  const at = (name: string) => header!.indexOf(name);
  const known = rows.filter((cells) => Number(cells[at('Income')]) > 0);
  const column = (value: (cells: string[]) => number) => Float64Array.from(known, value);
  const number = (name: string) => (cells: string[]) => Number(cells[at(name)]);
  const spends = header!.filter((name) => name.startsWith('Mnt'));
  return [
    column((cells) => Math.log(number('Income')(cells))),
    column((cells) => 2014 - number('Year_Birth')(cells)),
    column(number('Recency')),
    column((cells) => Math.log1p(spends.reduce((sum, name) => sum + number(name)(cells), 0))),
    column(number('NumStorePurchases')),
    column(number('NumWebPurchases')),
    column(number('NumCatalogPurchases')),
    column(number('NumWebVisitsMonth')),
  ];
}

function wholesaleColumns(): Float64Array[] {
  const rows = lines('wholesale', 'wholesale_customers.csv').slice(1);
  return [2, 3, 4, 5, 6, 7].map((cell) => Float64Array.from(rows, (cells) => Math.log(Number(cells[cell]))));
}

/** The matrix before scaling, as each reference file describes it under `how`. */
export function referenceColumns(set: ReferenceSet): FeatureMatrix {
  switch (set) {
    case 'wholesale':
      return matrixFromColumns(wholesaleColumns());
    case 'marketing-campaign':
      return matrixFromColumns(marketingColumns());
    case 'cdnow-sample':
      return matrixFromColumns(logRfm(rfmColumns(cdnowPurchases('cdnow_sample.csv.gz'))));
    case 'online-retail':
      return matrixFromColumns(logRfm(rfmColumns(onlineRetailPurchases())));
  }
}

const matrices = new Map<ReferenceSet, FeatureMatrix>();

/** The standardised matrix of a reference set, read once a test file. */
export function referenceMatrix(set: ReferenceSet): FeatureMatrix {
  const held = matrices.get(set) ?? standardise(referenceColumns(set));
  matrices.set(set, held);
  return held;
}

/** The two labelings whose indexes the references hold. */
export function givenLabels(features: FeatureMatrix): { byRow: Int32Array; byMedian: Int32Array } {
  const first = Float64Array.from({ length: features.rows }, (_, row) => features.values[row * features.columns]!);
  const sorted = first.slice().sort();
  const middle = features.rows >> 1;
  const median = features.rows % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return {
    byRow: Int32Array.from({ length: features.rows }, (_, row) => row % 3),
    byMedian: Int32Array.from(first, (value) => (value > median ? 1 : 0)),
  };
}

export const sizesOf = (labels: Int32Array) =>
  [...labels.reduce((sizes, label) => sizes.set(label, (sizes.get(label) ?? 0) + 1), new Map<number, number>())]
    .filter(([label]) => label >= 0)
    .map(([, size]) => size)
    .sort((a, b) => b - a);

/** A standard normal number (Box and Muller, 1958). */
export const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Gaussian blobs of standard deviation 1 around centres, rows taking turns; the planted label of a row is row % centres. */
export function blobs(rows: number, centres: readonly (readonly number[])[], seed: number): FeatureMatrix {
  const random = seededRandom(seed);
  const columns = centres[0]!.length;
  const values = Float64Array.from(
    { length: rows * columns },
    (_, index) => centres[Math.floor(index / columns) % centres.length]![index % columns]! + normal(random),
  );
  return { rows, columns, values };
}

// Times our k search against scikit-learn's on the same matrix, one after the other, then what a million customers need.
// usage: node scripts/bench.mjs kmeans [ROWS=50000] [COLUMNS=5]; needs /usr/bin/python3 with numpy and scikit-learn.
//        node scripts/bench.mjs kmeans --million   runs the second part alone, so that its peak memory is its own.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { emptyFeatures } from '@tessera/core/customers/customer-features.js';
import { assignToCentroids, kMeans, lloyd } from '@tessera/core/numerics/clustering/k-means.js';
import { seedCentroids } from '@tessera/core/numerics/clustering/k-means-seeding.js';
import { silhouettes } from '@tessera/core/numerics/clustering/silhouette.js';
import { type FeatureMatrix, selectRows } from '@tessera/core/numerics/linear-algebra/feature-matrix.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { sampleRows } from '@tessera/core/numerics/row-sample.js';
import { behaviourClusters } from '@tessera/core/segmentation/behaviour-clusters/behaviour-clusters.js';
import { fitWithMlKmeans } from '@tessera/core/segmentation/behaviour-clusters/published-fit.js';

const PYTHON = '/usr/bin/python3';
const RESTARTS = 10;
/** The matrix of kmeans_reference.py: the same generator, seed and recipe. */
const WRITE_MATRIX = `
import sys, numpy as np
n, d = int(sys.argv[1]), int(sys.argv[2])
X = np.random.default_rng(42).normal(size=(n, d)) + 3.0 * np.eye(5, d)[np.arange(n) % 5]
X.astype("<f8").tofile(sys.argv[3])
`;

function timed<T>(title: string, run: () => T): T {
  const begin = performance.now();
  const result = run();
  console.log(`ours, ${title}: ${((performance.now() - begin) / 1000).toFixed(2)} s`);
  return result;
}

const peakMemory = () => `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`;

function referenceMatrix(rows: number, columns: number): FeatureMatrix {
  const folder = mkdtempSync(path.join(tmpdir(), 'kmeans-'));
  const file = path.join(folder, 'matrix');
  execFileSync(PYTHON, ['-c', WRITE_MATRIX, String(rows), String(columns), file]);
  const bytes = readFileSync(file);
  rmSync(folder, { recursive: true });
  return { rows, columns, values: new Float64Array(bytes.buffer, bytes.byteOffset, rows * columns) };
}

function compare(rows: number, columns: number): void {
  const script = path.resolve(process.cwd(), '../shared/bench/kmeans_reference.py');
  console.log(execFileSync(PYTHON, [script, String(rows), String(columns)], { encoding: 'utf8' }).trimEnd());
  const features = referenceMatrix(rows, columns);
  const fits = timed('k-means', () =>
    [2, 3, 4, 5, 6, 7, 8, 9, 10].map((k) => kMeans(features, k, { seed: 42, restarts: { first: 0, end: RESTARTS } })),
  );
  console.log(`  inertia ${fits.map(({ inertia }) => inertia.toFixed(1)).join(' ')}`);
  const sample = sampleRows(rows, 10_000, seededRandom(1));
  const measured = timed('silhouette', () =>
    silhouettes(
      selectRows(features, sample),
      fits.map(({ labels }) => Int32Array.from(sample, (row) => labels[row]!)),
    ),
  );
  console.log(`  ${measured.map((value) => value.toFixed(4)).join(' ')}`);

  const start = seedCentroids(features, 8, seededRandom(3));
  const ours = timed('one fit at k = 8 from given centroids', () => lloyd(features, start, { tolerance: 0 }));
  const theirs = timed('the same by ml-kmeans', () => fitWithMlKmeans(features, start));
  console.log(
    `  iterations ${ours.iterations} and ${theirs.iterations}, ` +
      `inertia ${ours.inertia.toFixed(3)} and ${assignToCentroids(features, theirs.centroids).inertia.toFixed(3)}`,
  );
}

function million(): void {
  const rows = 1_000_000;
  const random = seededRandom(42);
  const values = Float64Array.from(
    { length: rows * 5 },
    (_, index) => random() + random() + random() + (index % 5 === Math.floor(index / 5) % 5 ? 3 : 0),
  );
  const fit = timed('k-means of 1,000,000 x 5 at k = 10, 3 starts', () =>
    kMeans({ rows, columns: 5, values }, 10, { seed: 1, restarts: { first: 0, end: 3 } }),
  );
  console.log(`  ${fit.iterations} iterations, peak memory ${peakMemory()}`);
  const features = emptyFeatures(rows);
  const { columns } = features;
  for (let row = 0; row < rows; row++) {
    columns.orders[row] = 1 + Math.floor(-4 * Math.log(1 - random()));
    columns.recencyDays[row] = Math.floor(400 * random());
    columns.tenureDays[row] = columns.recencyDays[row]! + Math.floor(300 * random());
    columns.averageOrderValue[row] = 20 + 80 * random();
    columns.netRevenue[row] = columns.orders[row]! * columns.averageOrderValue[row]!;
    columns.discountShare[row] = random() < 0.3 ? 0.3 * random() : 0;
  }
  const fitted = timed('behaviour clusters of 1,000,000 customers', () =>
    behaviourClusters.fit(features, behaviourClusters.defaults, seededRandom(1)),
  );
  timed('their scores', () => behaviourClusters.score(fitted, features));
  console.log(`  ${fitted.clusters.length} clusters, peak memory ${peakMemory()}`);
}

if (!process.argv.includes('--million')) compare(Number(process.argv[2] ?? 50_000), Number(process.argv[3] ?? 5));
else million();

import type { BasisStatus, Segmentation } from '../../model.js';
import { PROSPECT } from '../../model.js';
import { componentScore } from '../../numerics/linear-algebra/principal-components.js';
import { said } from '../../words/reasons.js';
import { DEFAULT_FEATURES } from '../scaling.js';
import { explainMembership } from './explain.js';
import { fitBehaviourClusters } from './fit.js';
import {
  type BehaviourCluster,
  type BehaviourClusterOptions,
  type BehaviourClustersFitted,
  type ClusterMap,
  centroidMatrix,
  placeRow,
} from './fitted.js';

function statusOf(fitted: BehaviourClustersFitted, missing: number): BasisStatus {
  if (fitted.scaling.length === 0 || missing === fitted.scaling.length) return 'NOT_ENOUGH_DATA';
  return missing > 0 ? 'GROUP_AVERAGE' : 'MODELLED';
}

function placeOnMap({ key, centroid }: BehaviourCluster, map: ClusterMap) {
  const place = Float64Array.from(centroid);
  return { segmentKey: key, x: componentScore(map, 0, place, 0), y: componentScore(map, 1, place, 0) };
}

/**
 * Clusters of customers who behave alike: k-means on recency, orders, net revenue, tenure, discounts and returns.
 *
 * Features are clipped, taken on the log scale where that is less skewed, and standardised (`behaviour-clusters-scaling.ts`).
 * The number of clusters comes from elbow and silhouette together (`cluster-count.ts`), names from what sets clusters apart
 * (`naming.ts`), keys from the fit before (`behaviour-clusters-matching.ts`).
 *
 * A fit draws at most `fitRows` customers, so its memory does not grow with the shop but for 4 bytes a customer; profiles
 * count everybody. `score` puts each row to its nearest centroid. Outputs: `distance` to it and `margin`, how much farther the
 * next one is, both in standard deviations; `mapX` and `mapY`, the place on the plane of the two main components.
 *
 * Customers without orders are Prospects. A missing feature stands at the median and the status says GROUP_AVERAGE; with all
 * missing, or in a shop of fewer than ten buyers or of buyers all alike, it is NOT_ENOUGH_DATA.
 */
export const behaviourClusters: Segmentation<BehaviourClusterOptions, BehaviourClustersFitted> = {
  key: 'behaviour',
  title: said('model-title', { model: 'behaviour' }),
  version: '1',
  method: said('model-method', { model: 'behaviour' }),
  defaults: {
    features: DEFAULT_FEATURES,
    clusterCount: null,
    leastClusterCount: 2,
    mostClusterCount: 10,
    restarts: 10,
    fitRows: 50_000,
    silhouetteRows: 10_000,
    wardRows: 2_000,
    stabilityRows: 5_000,
    previous: null,
  },

  optionsAfter: (previous) => ({ ...behaviourClusters.defaults, previous }),

  fit: fitBehaviourClusters,

  score(fitted, features) {
    const { count } = features;
    const distance = new Float64Array(count).fill(Number.NaN);
    const margin = new Float64Array(count).fill(Number.NaN);
    const mapX = new Float64Array(count).fill(Number.NaN);
    const mapY = new Float64Array(count).fill(Number.NaN);
    const segment = new Int32Array(count).fill(fitted.clusters.length);
    const statuses: BasisStatus[] = new Array(count).fill('NOT_APPLICABLE');
    const centroids = centroidMatrix(fitted);
    const scratch = new Float64Array(fitted.scaling.length);
    for (let row = 0; row < count; row++) {
      if (!(features.columns.orders[row]! > 0)) continue;
      const { cluster, distances, missing } = placeRow(fitted.scaling, centroids, features, row, scratch);
      segment[row] = cluster;
      statuses[row] = statusOf(fitted, missing);
      if (fitted.scaling.length === 0) continue;
      const own = distances[cluster]!;
      distance[row] = own;
      let next = Number.POSITIVE_INFINITY;
      for (let other = 0; other < distances.length; other++) {
        if (other !== cluster && distances[other]! < next) next = distances[other]!;
      }
      if (Number.isFinite(next)) margin[row] = next - own;
      if (fitted.map !== null) {
        mapX[row] = componentScore(fitted.map, 0, scratch, 0);
        if (fitted.map.components.length > 1) mapY[row] = componentScore(fitted.map, 1, scratch, 0);
      }
    }
    return { columns: { distance, margin, mapX, mapY }, segment, statuses };
  },

  explain: explainMembership,

  summarise(fitted) {
    return {
      parameters: {
        clusterCount: fitted.clusters.length,
        choice: fitted.choice,
        candidates: fitted.candidates,
        features: fitted.scaling,
        dropped: fitted.dropped,
        clusters: fitted.clusters,
        map: fitted.map,
      },
      metrics: {
        buyers: fitted.buyers,
        fitRows: fitted.fitRows,
        quality: fitted.quality,
        importance: fitted.importance,
      },
      converged: fitted.quality?.converged ?? true,
      note: fitted.note,
    };
  },

  quality({ quality, choice, candidates, clusters, map, scaling, importance, note }) {
    return {
      silhouette: quality?.silhouette ?? null,
      stability: quality?.stability ?? null,
      elbow: candidates.map(({ clusterCount, inertia, silhouette }) => ({ clusterCount, inertia, silhouette })),
      components: (map?.components ?? []).map((loadings, component) => ({
        index: component + 1,
        explainedShare: map!.varianceShare[component]!,
        loadings: scaling.map(({ feature }, column) => ({ feature, loading: loadings[column]! })),
      })),
      map: map === null || map.components.length < 2 ? [] : clusters.map((cluster) => placeOnMap(cluster, map)),
      importance,
      agreement:
        quality === null
          ? []
          : [{ with: 'ward', adjustedRandIndex: quality.wardAgreement, sampleSize: quality.wardRows }],
      binHealth: null,
      warnings: note === null ? [] : [note],
      reason: choice?.reason ?? note,
    };
  },

  segments: ({ clusters }) => [
    ...clusters.map(({ key, title, description, color, publicLabel }) => ({
      key,
      title,
      description,
      color,
      publicLabel,
    })),
    PROSPECT,
  ],
};

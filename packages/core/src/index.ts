// Errors

// Customers
export type { CategoryColumn, CustomerFeatures, FeatureName } from './customers/customer-features.js';
export { emptyFeatures, FEATURE_NAMES } from './customers/customer-features.js';
export { CoreError, InvalidInputError, NotEnoughDataError } from './errors.js';
// Lifetime value
export { clv, withValueRanks } from './lifetime-value/clv.js';
export { trainingWindows } from './lifetime-value/training-windows.js';
// The contract and its members
export type {
  BasisStatus,
  Explanation,
  FittedSummary,
  Model,
  Reason,
  Scores,
  Segmentation,
  SegmentDefinition,
  SegmentDistance,
  SegmentScores,
} from './model.js';
export { PROSPECT } from './model.js';
export { SEGMENTATIONS } from './models.js';
// Numerics
export { fitPercentiles, type PercentileTable, percentileOf } from './numerics/percentile-table.js';
export { type Random, seededRandom } from './numerics/random.js';
// Segmentation
export { type Agreement, type SegmentedCustomers, segmentAgreement } from './segmentation/agreement.js';
export { behaviourClusters } from './segmentation/behaviour-clusters.js';
export type {
  BehaviourCluster,
  BehaviourClusterOptions,
  BehaviourClustersFitted,
} from './segmentation/behaviour-clusters-fitted.js';
export { type OutlierOptions, type OutliersFitted, outliers } from './segmentation/outliers.js';
export { type RfmFitted, rfm } from './segmentation/rfm.js';
export { type ValueScoreFitted, type ValueScoreOptions, valueScore } from './segmentation/value-score.js';

// Errors

// Customers
export type { CategoryColumn, CustomerFeatures } from './customers/customer-features.js';
export { emptyFeatures } from './customers/customer-features.js';
export {
  type AnyFeatureName,
  CLUSTER_FEATURES,
  type ClusterFeature,
  DEMOGRAPHICS,
  FEATURE_NAMES,
  FEATURES,
  type Feature,
  type FeatureName,
  type FeatureUnit,
  featureOf,
  MODEL_CATEGORIES,
  MODEL_OUTPUTS,
  type ModelCategory,
  RULE_FEATURES,
  type RuleFeature,
} from './customers/features.js';
export { CoreError, InvalidInputError, NotEnoughDataError } from './errors.js';
export { clv } from './lifetime-value/clv/clv.js';
export { type ClvFitted, type ClvOptions, LIFETIME_PERIOD_DAYS } from './lifetime-value/clv/clv-fit.js';
// Lifetime value
export type { Backtest, Estimate } from './lifetime-value/judging/backtest.js';
export { type Distribution, type Drift, driftOf, fitDistribution } from './lifetime-value/judging/drift.js';
export { CLV_INPUTS, SCORE_WINDOW, TEST_WINDOW, TRAIN_WINDOW } from './lifetime-value/labelled-rows.js';
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
  SegmentationQuality,
  SegmentDefinition,
  SegmentDistance,
  SegmentScores,
} from './model.js';
export { NO_QUALITY, PROSPECT } from './model.js';
export { PREDICTIONS, SEGMENTATIONS } from './models.js';
// Numerics
export { adjustedRandIndexOfTable, type LabelPair } from './numerics/clustering/cluster-indexes.js';
export { fitPercentiles, type PercentileTable, percentileOf } from './numerics/quantiles/percentile-table.js';
export { type Random, seededRandom } from './numerics/random.js';
// Recommendations
export {
  type Affinity,
  affinityOf,
  basketsOf,
  FEWEST_SHARED,
  fitNeighbours,
  MOST_NEIGHBOURS,
  type Neighbours,
  type PairCounts,
  POPULARITY_DISCOUNT,
  PRIOR_BASKETS,
} from './recommendations/affinity.js';
export { DEFAULT_PLAYBOOK } from './recommendations/default-playbook.js';
export {
  type ActionFact,
  actionsOfSegment,
  type ChosenAction,
  type CustomerFacts,
  nextActions,
  type Playbook,
  type PlaybookAction,
  perksOf,
} from './recommendations/playbook.js';
export {
  checkPlaybook,
  type KnownSegments,
  type PlaybookProblem,
  parsePlaybook,
} from './recommendations/playbook-check.js';
export {
  type BoughtProduct,
  type CustomerSignals,
  type PopularProduct,
  type ProductFacts,
  RANKING,
  type RankedProduct,
} from './recommendations/rank-products.js';
export { backtestRanking, judgeList, LIST_LENGTH, type RankingBacktest } from './recommendations/ranking-backtest.js';
export {
  FEWEST_IN_SEGMENT,
  type PairEvidence,
  type RecommendationReason,
  SHOPPER_REASON_KINDS,
  type ShopperReasonKind,
} from './recommendations/recommendation-reasons.js';
export {
  MOST_POPULAR,
  POPULARITY_DAYS,
  POPULARITY_HALF_LIFE_DAYS,
  REBUY_PRIOR,
  type RecommendationsRun,
  recommender,
} from './recommendations/recommender.js';
// Segmentation
export { behaviourClusters } from './segmentation/behaviour-clusters/behaviour-clusters.js';
export type {
  BehaviourCluster,
  BehaviourClusterOptions,
  BehaviourClustersFitted,
} from './segmentation/behaviour-clusters/fitted.js';
export { type OutlierOptions, type OutliersFitted, outliers } from './segmentation/outliers/outliers.js';
export { rfm } from './segmentation/rfm/rfm.js';
export type { RfmFitted, RfmOptions } from './segmentation/rfm/rfm-fitted.js';
export { checkRules, type RuleProblem } from './segmentation/rules/rule-check.js';
export type { RuleCondition } from './segmentation/rules/rule-condition.js';
export type { SegmentRule } from './segmentation/rules/segment-rules.js';
export type { ScoreThresholds } from './segmentation/score-thresholds.js';
export { type ValueScoreFitted, type ValueScoreOptions, valueScore } from './segmentation/value-score/value-score.js';
// Words
export {
  LANGUAGES,
  type Language,
  type Named,
  notes,
  type ReasonKind,
  type ReasonValues,
  type RowProblemKind,
  type RunFailure,
  type Said,
  said,
  type Translations,
  type WayToFix,
  type Wording,
} from './words/reasons.js';
export { REASON_KINDS, type Words, wordsIn } from './words/words.js';

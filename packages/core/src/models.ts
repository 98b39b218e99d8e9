import { clv } from './lifetime-value/clv/clv.js';
import type { Model, Segmentation } from './model.js';
import { behaviourClusters } from './segmentation/behaviour-clusters/behaviour-clusters.js';
import { outliers } from './segmentation/outliers/outliers.js';
import { rfm } from './segmentation/rfm/rfm.js';
import { valueScore } from './segmentation/value-score/value-score.js';

/** THE LIST of segmentations, in the order in which they are shown. The only file that knows them all. */
export const SEGMENTATIONS: readonly Segmentation<unknown, unknown>[] = [rfm, valueScore, behaviourClusters, outliers];

/** THE LIST of models that foretell: they learn from labelled windows of the past, see `trainingWindows`. */
export const PREDICTIONS: readonly Model<unknown, unknown>[] = [clv];

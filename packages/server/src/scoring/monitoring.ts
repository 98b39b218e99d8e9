import {
  type CustomerFeatures,
  type Distribution,
  type Drift,
  driftOf,
  FEATURE_NAMES,
  featureOf,
  fitDistribution,
  said,
  type Wording,
} from '@tessera/core';
import type { Realised } from '../db/queries/runs/fitted-models.js';
import type { Fitted } from '../runs/fitted-models.js';

/** How the columns of a run were spread, by name: what models read as it is called, what they wrote as `model.column`. */
export type Distributions = Readonly<Record<string, Distribution>>;

/** A model against the run before. */
export interface ModelDrift {
  /** Of the column that moved most, those left aside that move by themselves. */
  readonly level: Drift['level'];
  /** Population stability by column; STALE ones first. */
  readonly columns: readonly (Drift & { readonly column: string })[];
  readonly sentence: Wording;
}

/** What a model read and wrote, column by column. */
function columnsOf({ model, fitted }: Fitted, features: CustomerFeatures): [string, Float64Array][] {
  const buyers = features.columns.orders;
  const isBuyer = (row: number) => buyers[row]! >= 1;
  // Prospects have no value in any column, and a campaign that brings many is no drift.
  const ofBuyers = (column: Float64Array) => column.filter((_, row) => isBuyer(row));
  const { columns } = model.score(fitted, features);
  return [
    ...FEATURE_NAMES.map((name): [string, Float64Array] => [name, ofBuyers(features.columns[name])]),
    ...Object.entries(features.outputs).map(([name, column]): [string, Float64Array] => [name, ofBuyers(column)]),
    ...Object.entries(columns).map(([name, column]): [string, Float64Array] => [
      `${model.key}.${name}`,
      ofBuyers(column),
    ]),
  ];
}

/** Everybody's grows by a day a day: between two runs months apart it moves far, and says nothing of the model. */
const ages = (column: string) => featureOf(column)?.ages === true;

const LEVELS = ['STABLE', 'SHIFTED', 'STALE'] as const;

/**
 * Compares the customers of a fit with those of the fit before.
 * @param before what `distributions` was then; null or empty for the first
 */
export function monitorModel(
  fitted: Fitted,
  features: CustomerFeatures,
  before: Distributions | null,
): { distributions: Distributions; drift: ModelDrift | null } {
  const columns = columnsOf(fitted, features);
  const distributions = Object.fromEntries(columns.map(([name, values]) => [name, fitDistribution(values)]));
  const compared = columns.flatMap(([column, values]) => {
    const then = before?.[column];
    return then === undefined ? [] : [{ column, ...driftOf(then, values) }];
  });
  if (compared.length === 0) return { distributions, drift: null };
  compared.sort((left, right) => right.index - left.index);
  const telling = compared.filter(({ column }) => !ages(column));
  const level = LEVELS[Math.max(...telling.map((drift) => LEVELS.indexOf(drift.level)))]!;
  const most = telling.find((drift) => drift.level === level)!;
  const sentence =
    level === 'STABLE'
      ? said('columns-steady', {})
      : said('column-moved', { column: most.column, level, index: most.index });
  return { distributions, drift: { level, columns: compared, sentence } };
}

/** A total that came out this far from its prediction, as a ratio, says that the model is stale. */
const STALE_RATIO = 1.5;
/** And this many standard errors: a few customers of a small shop come out far from what was predicted by chance. */
const STALE_ERRORS = 2;

/** What is wrong with predictions whose time has passed; null where nothing is. */
export function realisedWarning(realised: Realised | null): Wording | null {
  if (realised === null || realised.ratio === null) return null;
  const { ratio, predictedTotal, actualTotal, standardError = 0 } = realised;
  const certain = Math.abs(actualTotal - predictedTotal) > STALE_ERRORS * standardError;
  return certain && (ratio > STALE_RATIO || ratio < 1 / STALE_RATIO)
    ? said('predictions-missed', { ratio, runId: realised.runId })
    : null;
}

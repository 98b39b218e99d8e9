import type { CustomerFeatures, Scores } from '@tessera/core';
import { PROFILE_SCORES, type ProfileScore } from '../../db/queries/runs/profile-scores.js';
import { writeScores } from '../../db/queries/runs/runs.js';
import type { Workspace } from '../../db/queries/runs/workspace.js';
import { allOf, type FittedModels, type FittedSegmentation } from '../../runs/fitted-models.js';
import { readFeatureChunks } from './feature-chunks.js';

const MONEY_DECIMALS = 4;

/**
 * Scores the workspace's features chunk by chunk into its scores.
 * @param before segmentations of the run before, for the ledger; none when there was none
 * @param onRows told how many rows are scored so far
 */
export async function scoreFeatures(
  workspace: Workspace,
  models: FittedModels,
  before: readonly FittedSegmentation[] = [],
  onRows: (rows: number) => void = () => {},
): Promise<void> {
  await workspace.make('scores');
  let rows = 0;
  for await (const chunk of readFeatureChunks(workspace)) {
    await writeScores(workspace, scoreLines(models, before, chunk.rows, chunk.features));
    rows += chunk.rows.length;
    onRows(rows);
  }
}

/** The segments of every row as a PostgreSQL array literal: `{rfm:vip,value:premium}`. */
function segmentLiterals(segmentations: readonly FittedSegmentation[], features: CustomerFeatures): string[] {
  const literals: string[] = new Array(features.count).fill('');
  for (const { model, fitted } of segmentations) {
    const keys = model.segments(fitted).map(({ key }) => `${model.key}:${key}`);
    const { segment } = model.score(fitted, features);
    for (let row = 0; row < literals.length; row++)
      literals[row] += `${literals[row] === '' ? '' : ','}${keys[segment[row]!]}`;
  }
  return literals.map((literal) => `{${literal}}`);
}

/** What a model says of each row, in COPY's words; a model that is not there says nothing. */
function cellsOf({ output, type }: ProfileScore, scores: Scores | undefined): (row: number) => string {
  if (scores === undefined) return () => '\\N';
  if (output === null) return (row) => scores.statuses[row]!;
  const column = scores.columns[output]!;
  const write = type === 'numeric' ? (value: number) => value.toFixed(MONEY_DECIMALS) : String;
  return (row) => (Number.isNaN(column[row]!) ? '\\N' : write(column[row]!));
}

function scoreLines(
  models: FittedModels,
  before: readonly FittedSegmentation[],
  rows: Int32Array,
  features: CustomerFeatures,
): string {
  const scores = new Map(allOf(models).map(({ model, fitted }) => [model.key, model.score(fitted, features)]));
  const cells = PROFILE_SCORES.map((score) => cellsOf(score, scores.get(score.model)));
  const segments = segmentLiterals(models.segmentations, features);
  const segmentsBefore = before.length === 0 ? null : segmentLiterals(before, features);
  let text = '';
  for (let i = 0; i < rows.length; i++) {
    text += rows[i];
    for (const cell of cells) text += `\t${cell(i)}`;
    text += `\t${segments[i]}\t${segmentsBefore?.[i] ?? '\\N'}\n`;
  }
  return text;
}

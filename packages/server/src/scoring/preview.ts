import {
  type CustomerFeatures,
  emptyFeatures,
  FEATURE_NAMES,
  SEGMENTATIONS,
  type Segmentation,
  type SegmentDefinition,
  type Words,
  wordsIn,
} from '@tessera/core';
import type { Sql, Transaction } from '../db/database.js';
import { readCurrentRun } from '../db/queries/runs/current-run.js';
import { readFittedModels } from '../db/queries/runs/fitted-models.js';
import { readProfileFeatures } from '../db/queries/runs/profile-features.js';
import { UserError } from '../errors.js';
import { DEFAULT_LANGUAGE } from '../language.js';
import { type SegmentationSettings, segmentationOptions } from '../settings/segmentation.js';
import { fitSegmentation, sampleEvery } from './fit-rules.js';

/** In a segmentation that the run did not know yet. */
const NOWHERE = '(none)';

/** Customers who would go from one segment to another, by the segments' keys: a new title moves nobody. */
export interface PreviewMove {
  readonly from: string;
  readonly to: string;
  readonly customers: number;
}

export interface SegmentationPreview {
  readonly key: string;
  readonly title: string;
  readonly moved: number;
  /** Of all customers, 0 to 1. */
  readonly movedShare: number;
  /** The most customers first. */
  readonly moves: readonly PreviewMove[];
  /** Best first; a segment that the run has and the settings have not comes last, with 0 after. */
  readonly segments: readonly {
    readonly key: string;
    readonly title: string;
    readonly before: number;
    readonly after: number;
  }[];
  readonly warnings: readonly string[];
}

export interface PreviewReport {
  readonly runId: number;
  readonly asOf: string;
  readonly customers: number;
  readonly segmentations: readonly SegmentationPreview[];
}

async function collect(transaction: Transaction, runId: number, every: number): Promise<CustomerFeatures> {
  const parts: CustomerFeatures[] = [];
  for await (const { features } of readProfileFeatures(transaction, runId, every)) parts.push(features);
  const whole = emptyFeatures(parts.reduce((count, part) => count + part.count, 0));
  let offset = 0;
  for (const part of parts) {
    for (const name of FEATURE_NAMES) whole.columns[name].set(part.columns[name], offset);
    offset += part.count;
  }
  return whole;
}

interface Candidate {
  readonly model: Segmentation<unknown, unknown>;
  readonly fitted: unknown;
  readonly segments: readonly SegmentDefinition[];
  /** The published ones; none where the run is of another version of the model. */
  readonly segmentsBefore: readonly SegmentDefinition[];
  /** Customers by the two keys, from and to. */
  readonly moves: Map<string, Map<string, number>>;
}

function count(moves: Candidate['moves'], from: string, to: string): void {
  const row = moves.get(from) ?? new Map<string, number>();
  moves.set(from, row.set(to, (row.get(to) ?? 0) + 1));
}

function summarise(candidate: Candidate, customers: number, { say }: Words): SegmentationPreview {
  const { model, fitted, segments, segmentsBefore, moves } = candidate;
  const pairs = [...moves].flatMap(([from, row]) => [...row].map(([to, count]) => ({ from, to, customers: count })));
  const total = (side: 'from' | 'to', key: string) =>
    pairs.reduce((sum, pair) => sum + (pair[side] === key ? pair.customers : 0), 0);
  const moved = pairs.filter(({ from, to }) => from !== to);
  const movedCustomers = moved.reduce((sum, pair) => sum + pair.customers, 0);
  const titles = new Map([...segmentsBefore, ...segments].map(({ key, title }) => [key, say(title)]));
  const keys = new Set([...segments.map(({ key }) => key), ...titles.keys(), ...moves.keys()]);
  return {
    key: model.key,
    title: say(model.title),
    moved: movedCustomers,
    movedShare: customers > 0 ? movedCustomers / customers : 0,
    moves: moved.sort((a, b) => b.customers - a.customers),
    segments: [...keys].map((key) => ({
      key,
      title: titles.get(key) ?? key,
      before: total('from', key),
      after: total('to', key),
    })),
    warnings: model.quality(fitted).warnings.map(say),
  };
}

/**
 * What settings would change: fits the segmentations that they speak of (all, where they speak of none) to the customers of the
 * published run, and counts who would move. Nothing is written.
 * @param words of titles and warnings
 * @param largestFit for tests: see `sampleEvery`
 * @throws UserError when nothing was scored yet
 */
export async function previewSegmentation(
  sql: Sql,
  settings: SegmentationSettings,
  words: Words = wordsIn(DEFAULT_LANGUAGE),
  largestFit?: number,
): Promise<PreviewReport> {
  const options = segmentationOptions(settings);
  return sql.begin('isolation level repeatable read read only', async (transaction) => {
    const run = await readCurrentRun(transaction);
    if (run === null) throw new UserError('there is no published run to compare with: score first (tessera score)');
    const { runId, customers } = run;
    const sample = await collect(transaction, runId, sampleEvery(customers, 'fit', largestFit));
    const stored = await readFittedModels(transaction, runId);
    const spokenOf = SEGMENTATIONS.filter(({ key }) => key in options);
    const candidates = (spokenOf.length > 0 ? spokenOf : SEGMENTATIONS).map((model): Candidate => {
      const previous = stored.find(({ key, version }) => key === model.key && version === model.version);
      const fitted = fitSegmentation(model, sample, previous, options[model.key]);
      return {
        model,
        fitted,
        segments: model.segments(fitted),
        segmentsBefore: previous === undefined ? [] : model.segments(previous.fitted),
        moves: new Map(),
      };
    });
    for await (const { features, segments } of readProfileFeatures(transaction, runId)) {
      for (const { model, fitted, segments: known, moves } of candidates) {
        const { segment } = model.score(fitted, features);
        const prefix = `${model.key}:`;
        segments.forEach((entries, row) => {
          const entry = entries.find((each) => each.startsWith(prefix));
          count(moves, entry?.slice(prefix.length) ?? NOWHERE, known[segment[row]!]!.key);
        });
      }
    }
    return {
      runId,
      asOf: run.asOf.toISOString(),
      customers,
      segmentations: candidates.map((candidate) => summarise(candidate, customers, words)),
    };
  });
}

import {
  CLV_INPUTS,
  type CustomerFeatures,
  SCORE_WINDOW,
  TEST_WINDOW,
  TRAIN_WINDOW,
  trainingWindows,
} from '@tessera/core';
import { addLabels, createFeatures, type FeatureOptions } from '../../db/queries/runs/run-features.js';
import { orderDays, startOfDay } from '../../db/queries/runs/runs.js';
import type { Workspace } from '../../db/queries/runs/workspace.js';
import { sampleEvery } from '../fit-rules.js';
import { collectFeatures, readFeatureChunks, stackFeatures } from './feature-chunks.js';

const TABLE = 'windowFeatures';

/** The calendar day that is so many days after 1970-01-01. */
const dayText = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);

function inWindow(features: CustomerFeatures, window: number): CustomerFeatures {
  const index = new Float64Array(features.count).fill(window);
  return { ...features, outputs: { ...features.outputs, [CLV_INPUTS.window]: index } };
}

/**
 * Customers as of up to three moments, below each other: those whose next 90 days are known with what they brought, and
 * the workspace's features, which must be there, as of the run. Windows are the last that the data allows (`trainingWindows`); what
 * happened at or after a moment is unknown to its features.
 */
export async function readTrainingFeatures(
  workspace: Workspace,
  options: FeatureOptions,
  customers: number,
): Promise<CustomerFeatures> {
  const every = sampleEvery(customers, 'window');
  const parts = [inWindow(await collectFeatures(readFeatureChunks(workspace, { every })), SCORE_WINDOW)];
  const days = await orderDays(workspace.connection, options.asOf, options.timeZone);
  if (days !== null) {
    const { trainDay, testDay, horizonDays } = trainingWindows(days.first, days.last);
    for (const [window, day] of [
      [TRAIN_WINDOW, trainDay],
      [TEST_WINDOW, testDay],
    ] as const) {
      if (day === null) continue;
      const moment = await startOfDay(workspace.connection, dayText(day), options.timeZone);
      const end = await startOfDay(workspace.connection, dayText(day + horizonDays), options.timeZone);
      const past: FeatureOptions = { ...options, asOf: moment, table: TABLE, forPredictions: true };
      await createFeatures(workspace, past);
      await addLabels(workspace, past, end);
      const label = { column: 'revenue_next_90_days', output: CLV_INPUTS.revenueNext90Days };
      const features = await collectFeatures(readFeatureChunks(workspace, { table: TABLE, every, label }));
      parts.push(inWindow(features, window));
    }
    await workspace.drop(TABLE);
  }
  return stackFeatures(parts);
}

import type { Segmentation } from '@tessera/core';
import { seededRandom } from '@tessera/core';

/** The same data and options give the same fit; each model begins with it, so that a preview of one draws the same numbers. */
export const SEED = 20_260_101;

/** Customers that are looked at, by what for; of more, about every k-th. */
const LARGEST = {
  /** A fit of today's customers. */
  fit: 1_000_000,
  /** One moment of a fit on the shop's past: three moments are held at once. */
  window: 500_000,
  /** How their columns are spread, from run to run. */
  monitoring: 100_000,
} as const;

/**
 * Of how many customers one is looked at. `isSampled` says which one.
 * @param largest for tests: the bound, where it is not the usual one
 */
export const sampleEvery = (
  customers: number,
  purpose: keyof typeof LARGEST,
  largest: number = LARGEST[purpose],
): number => Math.max(1, Math.ceil(customers / largest));

/**
 * Fits a segmentation as a run does, and a preview: beginning from the options that its last fit leaves to the next one, under
 * what the shop sets.
 * @param previous the last fit of the same version, if there is one
 */
export function fitSegmentation(
  model: Segmentation<unknown, unknown>,
  sample: Parameters<Segmentation<unknown, unknown>['fit']>[0],
  previous: { readonly fitted: unknown } | undefined,
  own: object | undefined,
): unknown {
  const usual = (previous && model.optionsAfter?.(previous.fitted)) ?? model.defaults;
  return model.fit(sample, { ...(usual as object), ...own }, seededRandom(SEED));
}

import type { AnyFeatureName } from '@tessera/core';
import { assortment } from './assortment.js';
import { engagement } from './engagement.js';
import { favourites } from './favourites.js';
import type { FeatureGroup, StoredFeature } from './feature.js';
import { orders } from './orders.js';
import { person } from './person.js';
import { promotions } from './promotions.js';
import { purchaseDays } from './purchase-days.js';

/** THE LIST of groups of features: the server's half of core's list of features, one entry for each of its entries. */
export const FEATURE_GROUPS: readonly FeatureGroup<Readonly<Record<string, StoredFeature>>>[] = [
  person,
  orders,
  purchaseDays,
  assortment,
  engagement,
  favourites,
  promotions,
];

const FEATURES = {
  ...person.features,
  ...orders.features,
  ...purchaseDays.features,
  ...assortment.features,
  ...engagement.features,
  ...favourites.features,
  ...promotions.features,
} satisfies Record<AnyFeatureName, StoredFeature>;

/** All of them by name. */
export const STORED_FEATURES: Readonly<Record<AnyFeatureName, StoredFeature>> = FEATURES;
export const STORED_FEATURE_NAMES = Object.keys(FEATURES) as AnyFeatureName[];

type Features = typeof FEATURES;

/** The columns of the profile that hold features. */
export const FEATURE_COLUMNS = Object.fromEntries(
  Object.entries(FEATURES).map(([name, { column }]) => [name, column]),
) as { [Name in keyof Features]: Features[Name]['column'] };

/** Features whose distribution is explored. */
export type ExploredFeature = Extract<Features[keyof Features], { explored: string }>['explored'];

import type { FeatureName } from '@tessera/core';
import type { PgColumnBuilderBase } from 'drizzle-orm/pg-core';

/** As of when features are computed, as SQL. */
export interface FeatureScope {
  /** The moment of the customer of a table's alias: what happens at it or later does not exist yet. */
  readonly momentOf: (alias: string) => string;
  /** The moment so many days of the shop's calendar before that of the customer of a table's alias. */
  readonly daysBefore: (alias: string, days: number) => string;
  /** The calendar day of the moment of customer `c`, in the shop's zone. */
  readonly day: string;
  /** Whether a moment of a table's alias is known at the moment of its customer. */
  readonly isKnown: (moment: string, alias: string) => string;
  /** A condition to stand after others: the customers asked for; '' for all. */
  readonly andChosen: (alias: string) => string;
}

/** THE CONTRACT of a feature here: the server's half of its entry in core's list. */
export interface StoredFeature {
  /** The column of the profile, with its stored type. A new one can be null: runs from before it was there have no value. */
  readonly column: PgColumnBuilderBase;
  /** Its value as SQL, out of the customer `c` and the rows that the group joins. */
  readonly value: string | ((scope: FeatureScope) => string);
  /**
   * What models read where it is not the stored value (money: rounded to 4 decimals): as SQL over the columns of a profile,
   * and as the same number out of the features that are read as they are stored.
   */
  readonly read?: {
    readonly sql: string;
    readonly of: (plain: Readonly<Partial<Record<FeatureName, number>>>) => number;
  };
  /** Customer lists can be filtered by it. */
  readonly filterable?: true;
  /** Customer lists can be sorted by it; a customer without the value counts as the lowest. */
  readonly sortable?: true;
  /** Its name among the features whose distribution is explored. */
  readonly explored?: string;
}

/** Features that are computed together, out of the same common table expressions. */
export interface FeatureGroup<Features extends Readonly<Record<string, StoredFeature>>> {
  /** After those of `orderFacts` (`lines`, `per_order`), separated by commas; '' for none. */
  readonly expressions: (scope: FeatureScope) => string;
  /** Left joins to customer `c`, one row a customer at most; '' for none. */
  readonly joins: string;
  readonly features: Features;
}

export const featureGroup = <const Features extends Readonly<Record<string, StoredFeature>>>(
  group: FeatureGroup<Features>,
): FeatureGroup<Features> => group;

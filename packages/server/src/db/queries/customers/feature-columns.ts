import { type AnyFeatureName, type FeatureUnit, featureOf } from '@tessera/core';
import { type Column, type SQL, sql } from 'drizzle-orm';
import { customerProfiles } from '../../tables.js';
import { STORED_FEATURE_NAMES, STORED_FEATURES } from '../features/features.js';

/** How the API writes a feature's values. Days are Float, although most are whole: medians and means of them are not. */
const SCALARS = {
  orders: 'Int',
  money: 'Decimal',
  days: 'Float',
  pieces: 'Int',
  categories: 'Int',
  events: 'Int',
  share: 'Float',
  'a year': 'Float',
  years: 'Int',
  name: 'String',
} as const satisfies Readonly<Record<FeatureUnit, string>>;
export type FeatureScalar = (typeof SCALARS)[FeatureUnit];

export const scalarOf = (name: AnyFeatureName): FeatureScalar => SCALARS[featureOf(name)!.unit];

const CASTS: Readonly<Record<FeatureScalar, string>> = {
  Int: 'int',
  Float: 'float8',
  Decimal: 'numeric',
  String: 'text',
};

/** The features that customer lists can be filtered by. */
export const FILTERABLE_FEATURES = STORED_FEATURE_NAMES.filter((name) => STORED_FEATURES[name].filterable === true);

/** Their columns, with the type that a filter's values are cast to. */
export const FEATURE_FILTER_COLUMNS: Readonly<Record<string, readonly [Column, string]>> = Object.fromEntries(
  FILTERABLE_FEATURES.map((name) => [name, [customerProfiles[name], CASTS[scalarOf(name)]]]),
);

/** Below every amount, and below every count, day and share. */
const LOWEST = { money: '-1e15', other: '-1' };
const SORT_TYPES: Readonly<Record<string, 'int' | 'numeric' | 'float8'>> = {
  integer: 'int',
  numeric: 'numeric',
  'double precision': 'float8',
};

interface SortKey {
  readonly expression: SQL | Column;
  readonly type: 'int' | 'numeric' | 'float8';
}

/** The features that customer lists can be sorted by, under their names there. A customer without the value is the lowest. */
export const FEATURE_SORTS: Readonly<Record<string, SortKey>> = Object.fromEntries(
  STORED_FEATURE_NAMES.filter((name) => STORED_FEATURES[name].sortable === true).map((name) => {
    const column: Column = customerProfiles[name];
    const lowest = sql.raw(featureOf(name)!.unit === 'money' ? LOWEST.money : LOWEST.other);
    const expression = column.notNull ? column : sql`coalesce(${column}, ${lowest})`;
    return [column.name.toUpperCase(), { expression, type: SORT_TYPES[column.getSQLType()]! }];
  }),
);

import { type AnyFeatureName, FEATURES, type Feature } from '@tessera/core';
import { scalarOf } from '../../db/queries/customers/feature-columns.js';
import type { ProfileRow } from '../../db/queries/customers/profiles.js';
import { customerProfiles } from '../../db/tables.js';
import type { builder } from '../builder.js';
import { Money } from '../common.js';

type FieldBuilder = Parameters<
  NonNullable<Parameters<ReturnType<typeof builder.objectRef<ProfileRow>>['implement']>[0]['fields']>
>[0];

/** What a feature is, and when there is none. */
const describe = ({ doc, missing }: Feature) => (missing === null ? doc : `${doc} Null ${missing}.`);

function fieldOf(t: FieldBuilder, feature: Feature, name: AnyFeatureName) {
  const description = describe(feature);
  const nullable = !customerProfiles[name].notNull;
  const scalar = scalarOf(name);
  if (scalar !== 'Decimal') {
    // Which of a row's properties has which type is known to the list only.
    return t.field({ type: scalar, nullable, description, resolve: (row) => row[name] as never });
  }
  return t.field({
    type: Money,
    nullable,
    description,
    resolve: async (row, _args, context) => {
      const amount = row[name] as string | null;
      // Where it is null, the field is nullable.
      return (amount === null ? null : { amount, currency: (await context.shop()).currency }) as never;
    },
  });
}

/** One field a feature that is shown among a customer's metrics. */
export const metricFields = (t: FieldBuilder) =>
  Object.fromEntries(
    FEATURES.filter(({ shown }) => shown === 'metrics').map((feature) => [
      feature.name,
      fieldOf(t, feature, feature.name),
    ]),
  );

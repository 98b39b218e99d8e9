import type { CustomerFeature } from '../../db/queries/exploration/distributions.js';
import type { Extreme, Fences, Outliers } from '../../db/queries/exploration/outliers.js';
import { EXPLORED } from '../../db/queries/exploration/scope.js';
import type { RunSnapshot } from '../../runs/snapshot.js';
import { builder } from '../builder.js';
import { AGENT_BADGE, REPORTS_READ } from '../common.js';
import { Customer } from '../customers/customer.js';
import { Feature, ScaleType } from './distributions.js';
import { share } from './report.js';

const FencesType = builder.objectRef<Fences>('Fences').implement({
  authScopes: REPORTS_READ,
  fields: (t) => ({
    low: t.exposeFloat('low', { nullable: true, description: 'Null where nothing can lie below.' }),
    high: t.exposeFloat('high', { nullable: true }),
  }),
});

const ExtremeType = builder.objectRef<Extreme>('ExtremeCustomer').implement({
  authScopes: REPORTS_READ,
  fields: (t) => ({
    customer: t.field({
      type: Customer,
      nullable: true,
      authScopes: AGENT_BADGE,
      skipTypeScopes: true,
      resolve: ({ customerId }, _args, context) => context.profiles.load(customerId),
    }),
    externalId: t.exposeString('customerId'),
    value: t.exposeFloat('value'),
  }),
});

export const OutliersType = builder.objectRef<Outliers>('FeatureOutliers').implement({
  description:
    'Buyers far from the others in one feature: beyond 1.5 interquartile ranges from the quartiles (outside), or 3 (far out), on the scale named (Tukey 1977).',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    feature: t.field({ type: Feature, resolve: ({ feature }) => feature }),
    scale: t.field({ type: ScaleType, resolve: ({ scale }) => scale }),
    customers: t.exposeInt('customers', { description: 'Buyers whose value is known: the base.' }),
    outside: t.field({
      type: FencesType,
      nullable: true,
      description: 'In units of the feature; null where the middle half has a single value.',
      resolve: ({ outside }) => outside,
    }),
    farOut: t.field({ type: FencesType, nullable: true, resolve: ({ farOut }) => farOut }),
    belowCount: t.exposeInt('belowCount', { description: 'Below outside.low.' }),
    aboveCount: t.exposeInt('aboveCount', { description: 'Above outside.high.' }),
    farOutCount: t.exposeInt('farOutCount', { description: 'Of both, those beyond farOut.' }),
    share: t.float({
      nullable: true,
      description: 'belowCount + aboveCount, of customers.',
      resolve: ({ belowCount, aboveCount, customers }) => share(belowCount + aboveCount, customers),
    }),
    extremes: t.field({
      type: [ExtremeType],
      description: 'Of those outside the farthest, at most 5.',
      resolve: ({ extremes }) => [...extremes],
    }),
  }),
});

/** A bound at which a model of the run holds a feature, as its summary prints it. */
interface Treatment {
  readonly model: string;
  readonly feature: CustomerFeature;
  readonly scale: 'LINEAR' | 'LOG1P';
  readonly low: number;
  readonly high: number;
}

export const TreatmentType = builder.objectRef<Treatment & { clipped: number }>('OutlierTreatment').implement({
  description: 'A model counts values beyond these bounds as the bounds (winsorising); nobody is left out.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    model: t.exposeString('model', { description: 'The key of the model.' }),
    feature: t.field({ type: Feature, resolve: ({ feature }) => feature }),
    scale: t.field({ type: ScaleType, description: 'What it takes the value on.', resolve: ({ scale }) => scale }),
    low: t.exposeFloat('low'),
    high: t.exposeFloat('high'),
    customers: t.exposeInt('clipped', { description: 'Buyers beyond the bounds, of those asked for.' }),
  }),
});

/** Names here of the features of core. The models smooth return rates, so their bounds are not these. */
const EXPLORED_NAMES = new Map<string, CustomerFeature>(
  EXPLORED.flatMap(({ name, explored }) => (name === 'returnRate' ? [] : [[name, explored]])),
);

/** The bounds that the models of a run print among their parameters: `features`, each with a name, `low` and `high`. */
export function treatmentsOf(run: RunSnapshot): Treatment[] {
  return run.segmentations.flatMap(({ model, fitted }) => {
    const { features } = model.summarise(fitted).parameters as { features?: unknown };
    if (!Array.isArray(features)) return [];
    return features.flatMap((scaled: Record<string, unknown> | null) => {
      const feature = EXPLORED_NAMES.get(String(scaled?.feature));
      const { low, high } = scaled ?? {};
      if (feature === undefined || typeof low !== 'number' || typeof high !== 'number') return [];
      // A model that clips nothing says so with the largest number there is.
      if (high === Number.MAX_VALUE) return [];
      return [{ model: model.key, feature, scale: scaled?.transform === 'log1p' ? 'LOG1P' : 'LINEAR', low, high }];
    });
  });
}

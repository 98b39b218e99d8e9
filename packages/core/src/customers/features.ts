/** What a feature counts in. */
export type FeatureUnit =
  | 'orders'
  /** The shop's currency, in major units. */
  | 'money'
  /** Calendar days in the shop's time zone, unless the feature says otherwise. */
  | 'days'
  | 'pieces'
  | 'categories'
  /** Visits, opened e-mails, contacts. */
  | 'events'
  /** 0 to 1 of a whole. */
  | 'share'
  /** A count in a year. */
  | 'a year'
  | 'years'
  /** A name as the shop's data has it. */
  | 'name';

/** What may read a feature. Nothing else does: a feature that no model names changes no score. */
export interface FeatureReaders {
  /** The shop's own rules may ask for it. */
  readonly rules?: true;
  /** The frequency of the value score is made of it. */
  readonly value?: true;
  /** Clusters and outliers may be made of it. */
  readonly clusters?: true;
  /**
   * Lifetime value reads it: as a regressor on that scale (`log` is sign(x) ln(1 + |x|)), as a category of the regression, or
   * in another way.
   */
  readonly clv?: 'log' | 'linear' | 'category' | 'otherwise';
}

/** What is known of a feature before anybody computes it. */
export interface Feature {
  /** The same name in models, rules, the database's rows and the API. */
  readonly name: string;
  readonly kind: 'numeric' | 'category';
  readonly unit: FeatureUnit;
  /** When there is no value (`NaN`, null, no label); null for a feature that everybody has. */
  readonly missing: string | null;
  readonly models: FeatureReaders;
  /** Of whole numbers: the smallest that a customer with an order can have. */
  readonly wholeFrom?: 0 | 1;
  /** Under this name it stands in `outputs` and not in `columns`: read by models, shown to nobody. */
  readonly output?: string;
  /** Tells who somebody is and not what they did: enters models only where the shop lets it. */
  readonly demographic?: true;
  /** Everybody's grows by a day a day, so that it drifts by itself. */
  readonly ages?: true;
  /** Where the API shows it: among a customer's metrics, on the customer, or not at all. */
  readonly shown: 'metrics' | 'customer' | 'nowhere';
  /** One sentence that a marketer understands. */
  readonly doc: string;
}

/**
 * THE LIST of a customer's features, all as of one moment. The server has one entry for each (`db/queries/features/`): how it
 * is computed and stored. Columns, filters, sort orders, rule fields, monitoring and the API's fields follow from the two.
 *
 * The order counts: models take their inputs in it, and sums of floating-point numbers depend on their order. A new feature
 * stands last in its kind.
 */
export const FEATURES = [
  {
    name: 'recencyDays',
    kind: 'numeric',
    unit: 'days',
    wholeFrom: 0,
    shown: 'metrics',
    missing: 'without orders',
    models: { rules: true, clusters: true, clv: 'log' },
    doc: "Days from the last order's day to the moment's day.",
  },
  {
    name: 'orders',
    kind: 'numeric',
    unit: 'orders',
    wholeFrom: 1,
    shown: 'metrics',
    missing: null,
    models: { rules: true, clusters: true, clv: 'log' },
    doc: 'Orders that were not cancelled.',
  },
  {
    // Rounded to 4 decimals where models read it, so that equal spend ties.
    name: 'netRevenue',
    kind: 'numeric',
    unit: 'money',
    shown: 'metrics',
    missing: null,
    models: { rules: true, clusters: true, clv: 'log' },
    doc: 'Line amounts less those cancelled, returned or refunded.',
  },
  {
    name: 'tenureDays',
    kind: 'numeric',
    unit: 'days',
    wholeFrom: 0,
    ages: true,
    shown: 'metrics',
    missing: 'without orders',
    models: { rules: true, clusters: true, clv: 'log' },
    doc: "Days from the first order's day to the moment's day.",
  },
  {
    name: 'elapsedSpanDays',
    kind: 'numeric',
    unit: 'days',
    wholeFrom: 0,
    shown: 'nowhere',
    missing: 'without orders',
    models: { value: true, clv: 'log' },
    doc: 'Whole days of 24 hours from the first to the last order, whatever the calendar says.',
  },
  {
    name: 'discountShare',
    kind: 'numeric',
    unit: 'share',
    shown: 'metrics',
    missing: 'where no list price is known',
    models: { rules: true, clusters: true, clv: 'linear' },
    doc: '1 - paid / list price, over the lines whose list price is known.',
  },
  {
    // Clusters and the regression make their own of the pieces, each smoothed or cut in its way.
    name: 'returnRate',
    kind: 'numeric',
    unit: 'share',
    shown: 'metrics',
    missing: 'where nothing was delivered',
    models: { rules: true, clusters: true, clv: 'linear' },
    doc: 'Pieces returned of pieces delivered.',
  },
  {
    name: 'averageOrderValue',
    kind: 'numeric',
    unit: 'money',
    shown: 'metrics',
    missing: 'without orders',
    models: { rules: true, clusters: true, clv: 'log' },
    doc: 'Net revenue over orders.',
  },
  {
    name: 'medianDaysBetweenOrders',
    kind: 'numeric',
    unit: 'days',
    shown: 'metrics',
    missing: 'with fewer than two orders',
    models: { rules: true, clv: 'log' },
    doc: 'Median days between one order and the next.',
  },
  {
    name: 'distinctCategories',
    kind: 'numeric',
    unit: 'categories',
    wholeFrom: 0,
    shown: 'metrics',
    missing: null,
    models: { rules: true, clusters: true, clv: 'log' },
    doc: 'Product categories bought at least once.',
  },
  {
    name: 'revenueLast90Days',
    kind: 'numeric',
    unit: 'money',
    shown: 'nowhere',
    output: 'window.revenueLast90Days',
    missing: null,
    models: { clv: 'log' },
    doc: 'Revenue, before returns, in the 90 days before the moment.',
  },
  {
    name: 'visits30d',
    kind: 'numeric',
    unit: 'events',
    wholeFrom: 0,
    shown: 'metrics',
    missing: null,
    models: { rules: true, clv: 'log' },
    doc: 'Web visits in the 30 days before the moment.',
  },
  {
    name: 'emailOpens90d',
    kind: 'numeric',
    unit: 'events',
    wholeFrom: 0,
    shown: 'metrics',
    missing: null,
    models: { rules: true, clv: 'log' },
    doc: 'Campaign e-mails opened in the 90 days before the moment.',
  },
  {
    name: 'serviceContacts90d',
    kind: 'numeric',
    unit: 'events',
    wholeFrom: 0,
    shown: 'metrics',
    missing: null,
    models: { rules: true, clv: 'log' },
    doc: "Contacts with the shop's service in the 90 days before the moment.",
  },
  {
    name: 'revenueSameSeason',
    kind: 'numeric',
    unit: 'money',
    shown: 'nowhere',
    output: 'window.revenueSameSeason',
    missing: null,
    models: { clv: 'log' },
    doc: 'Revenue, before returns, in the 90 days that began a year before the moment: what the season brought last time.',
  },
  {
    name: 'topSpendCategoryShare',
    kind: 'numeric',
    unit: 'share',
    shown: 'nowhere',
    output: 'purchases.topSpendCategoryShare',
    missing: 'where no category is known',
    models: { clv: 'linear' },
    doc: 'Share of the spend, before returns, that went into the category that most was spent on.',
  },
  {
    name: 'purchaseDays',
    kind: 'numeric',
    unit: 'days',
    shown: 'nowhere',
    output: 'purchases.days',
    missing: null,
    models: { clv: 'otherwise' },
    doc: 'Days with at least one order.',
  },
  {
    name: 'repeatMeanValue',
    kind: 'numeric',
    unit: 'money',
    shown: 'nowhere',
    output: 'purchases.repeatMeanValue',
    missing: 'with fewer than two days with an order',
    models: { clv: 'otherwise' },
    doc: 'Mean revenue, before returns, of the days with an order after the first.',
  },
  {
    name: 'age',
    kind: 'numeric',
    unit: 'years',
    demographic: true,
    shown: 'customer',
    output: 'customer.age',
    missing: 'where the source does not say',
    models: { clv: 'otherwise' },
    doc: 'As the source has it.',
  },
  {
    name: 'grossRevenue',
    kind: 'numeric',
    unit: 'money',
    shown: 'metrics',
    missing: null,
    models: { rules: true, clv: 'otherwise' },
    doc: 'Line amounts of all orders that were not cancelled.',
  },
  {
    name: 'itemsDelivered',
    kind: 'numeric',
    unit: 'pieces',
    wholeFrom: 0,
    shown: 'metrics',
    missing: null,
    models: { rules: true, clv: 'otherwise' },
    doc: 'Pieces delivered before the moment.',
  },
  {
    name: 'itemsReturned',
    kind: 'numeric',
    unit: 'pieces',
    wholeFrom: 0,
    shown: 'metrics',
    missing: null,
    models: { rules: true, clv: 'otherwise' },
    doc: 'Pieces of those delivered that came back before the moment.',
  },
  {
    name: 'ordersPerYear',
    kind: 'numeric',
    unit: 'a year',
    shown: 'metrics',
    missing: 'without orders',
    models: {},
    doc: 'Repeat orders a year: (orders - 1) x 365.25 / max(tenureDays, 90).',
  },
  {
    name: 'spanDays',
    kind: 'numeric',
    unit: 'days',
    wholeFrom: 0,
    shown: 'metrics',
    missing: 'without orders',
    models: { rules: true },
    doc: "Days from the first order's day to the last order's day.",
  },
  {
    name: 'promotionShare',
    kind: 'numeric',
    unit: 'share',
    shown: 'metrics',
    missing: 'where no list price is known',
    models: { rules: true },
    doc: 'Share of the orders that were bought at a discount: with a line paid below its list price. Orders without a known list price are left out.',
  },
  {
    name: 'country',
    kind: 'category',
    unit: 'name',
    shown: 'customer',
    missing: 'where the source does not say',
    models: { clv: 'category' },
    doc: 'As the source has it.',
  },
  {
    name: 'channel',
    kind: 'category',
    unit: 'name',
    shown: 'customer',
    missing: 'where the source does not say',
    models: { clv: 'category' },
    doc: 'Where the customer came from, as the source has it.',
  },
  {
    name: 'topSpendCategory',
    kind: 'category',
    unit: 'name',
    shown: 'nowhere',
    missing: 'where no category is known',
    models: { clv: 'category' },
    doc: 'The category that most was spent on, before returns.',
  },
  {
    name: 'gender',
    kind: 'category',
    unit: 'name',
    demographic: true,
    shown: 'customer',
    missing: 'where the source does not say',
    models: { clv: 'category' },
    doc: 'As the source has it.',
  },
  {
    name: 'state',
    kind: 'category',
    unit: 'name',
    demographic: true,
    shown: 'customer',
    missing: 'where the source does not say',
    models: { clv: 'category' },
    doc: 'As the source has it.',
  },
  {
    name: 'city',
    kind: 'category',
    unit: 'name',
    demographic: true,
    shown: 'customer',
    missing: 'where the source does not say',
    models: { clv: 'category' },
    doc: 'As the source has it.',
  },
  {
    name: 'favouriteCategory',
    kind: 'category',
    unit: 'name',
    shown: 'metrics',
    missing: 'where nothing with a category was kept',
    models: {},
    doc: 'The category with the most pieces kept; among equals the one with more net revenue, then the first by name.',
  },
  {
    name: 'favouriteBrand',
    kind: 'category',
    unit: 'name',
    shown: 'metrics',
    missing: 'where nothing with a brand was kept',
    models: {},
    doc: 'The brand with the most pieces kept; among equals the one with more net revenue, then the first by name.',
  },
] as const satisfies readonly Feature[];

type Entry = (typeof FEATURES)[number];
type ReadBy<Readers> = Extract<Entry, { models: Readers }>;
type ReadByAny =
  | ReadBy<{ rules: true }>
  | ReadBy<{ value: true }>
  | ReadBy<{ clusters: true }>
  | ReadBy<{ clv: string }>;

/** Every feature on the list. */
export type AnyFeatureName = Entry['name'];
/** A numeric feature that models read from `columns`. */
export type FeatureName = Exclude<Extract<ReadByAny, { kind: 'numeric' }>, { output: string }>['name'];
/** A feature that the shop's rules may ask for. */
export type RuleFeature = ReadBy<{ rules: true }>['name'];
/** A feature that clusters may be made of. */
export type ClusterFeature = ReadBy<{ clusters: true }>['name'];
/** A category that models read. */
export type ModelCategory = Extract<ReadByAny, { kind: 'category' }>['name'];
type ModelOutput = Extract<Entry, { output: string }>;

const entries: readonly Feature[] = FEATURES;
const namesOf = <Name extends string>(wanted: (feature: Feature) => boolean) =>
  entries.filter(wanted).map(({ name }) => name as Name);
const isRead = ({ models }: Feature) => Object.keys(models).length > 0;

/** The columns of `CustomerFeatures`. */
export const FEATURE_NAMES = namesOf<FeatureName>(
  (feature) => feature.kind === 'numeric' && feature.output === undefined && isRead(feature),
);
export const RULE_FEATURES = namesOf<RuleFeature>(({ models }) => models.rules === true);
/** What clusters may be made of, in this order; each is read from the columns of one row. */
export const CLUSTER_FEATURES = namesOf<ClusterFeature>(({ models }) => models.clusters === true);
/** The categories that models read. */
export const MODEL_CATEGORIES = namesOf<ModelCategory>((feature) => feature.kind === 'category' && isRead(feature));
/** Under which names the further numbers stand in `outputs`, by feature. */
export const MODEL_OUTPUTS = Object.fromEntries(
  entries.flatMap(({ name, output }) => (output === undefined ? [] : [[name, output]])),
) as { readonly [Name in ModelOutput['name']]: Extract<ModelOutput, { name: Name }>['output'] };
/** What tells who somebody is and not what they did, by the names under which models read it. */
export const DEMOGRAPHICS: readonly string[] = entries.flatMap(({ name, output, demographic }) =>
  demographic === true ? [output ?? name] : [],
);

const byName = new Map(entries.map((feature) => [feature.name, feature]));

/** The entry of a feature; undefined for a name that is not on the list. */
export const featureOf = (name: string): Feature | undefined => byName.get(name);

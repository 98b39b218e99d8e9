import type { ClusterFeature } from '../customers/features.js';

/** What naming looks at. */
export interface ClusterTraits {
  /** Standard deviations from the mean of all buyers; a feature that is not used is missing. */
  readonly apart: Readonly<Partial<Record<ClusterFeature, number>>>;
  /** Share of the cluster's customers whose first order is at most 90 days ago, 0 to 1. */
  readonly newShare: number;
  /** Share whose last order is more than 180 days ago, 0 to 1. */
  readonly inactiveShare: number;
}

type Role =
  | 'best'
  | 'bargain'
  | 'new-inactive'
  | 'new'
  | 'at-risk'
  | 'dormant'
  | 'returning'
  | 'frequent'
  | 'big-basket'
  | 'occasional';

export interface ClusterName {
  /** Kebab-case title. */
  readonly key: string;
  readonly title: string;
  /** What sets it apart, as the first half of a sentence. */
  readonly phrase: string;
  readonly color: string;
  readonly publicLabel: string | null;
}

interface Wording {
  readonly title: string;
  /** The title where the shop has bargain hunters, as in seed 004; else that of seed 002. */
  readonly titleBesideBargains?: string;
  readonly phrase: string;
  /** The phrase where most of the cluster have not ordered for half a year: recent beside the others is not recent. */
  readonly phraseWhenQuiet?: string;
  readonly color: string;
  readonly publicLabel: string | null;
}

const WORDINGS: Readonly<Record<Role, Wording>> = {
  best: {
    title: 'High-Value Loyalists',
    titleBesideBargains: 'VIP',
    phrase: 'Buy often, lately and for the most',
    phraseWhenQuiet: 'Have bought more often than others and for the most',
    color: '#7c3aed',
    publicLabel: 'VIP',
  },
  frequent: {
    title: 'Frequent Buyers',
    titleBesideBargains: 'Loyal Regulars',
    phrase: 'Come back steadily and spend moderately',
    phraseWhenQuiet: 'Have come back and spent moderately',
    color: '#2563eb',
    publicLabel: null,
  },
  'big-basket': {
    title: 'Big-Basket Buyers',
    phrase: 'Order seldom, but a lot at once',
    color: '#0d9488',
    publicLabel: null,
  },
  bargain: {
    title: 'Bargain Hunters',
    phrase: 'Buy when there is a discount',
    color: '#ca8a04',
    publicLabel: null,
  },
  occasional: {
    title: 'Occasional Shoppers',
    phrase: 'Buy now and then, with room to grow',
    phraseWhenQuiet: 'Have bought now and then',
    color: '#16a34a',
    publicLabel: null,
  },
  new: {
    title: 'New Customers',
    phrase: 'Came lately and have hardly begun',
    color: '#0891b2',
    publicLabel: null,
  },
  'new-inactive': {
    title: 'New/Inactive',
    phrase: 'Bought once or twice, some lately, some long ago',
    color: '#64748b',
    publicLabel: null,
  },
  returning: {
    title: 'Frequent Returners',
    phrase: 'Send back much of what they buy',
    color: '#be185d',
    publicLabel: null,
  },
  'at-risk': {
    title: 'At-Risk',
    phrase: 'Have bought well, but not for long',
    color: '#dc6803',
    publicLabel: null,
  },
  dormant: {
    title: 'Dormant',
    titleBesideBargains: 'Inactive',
    phrase: 'Bought rarely, little and long ago',
    color: '#94a3b8',
    publicLabel: null,
  },
};

/**
 * Where a trait begins to set a cluster apart, in standard deviations from the mean of all buyers. A cluster of a fifth of
 * the customers that holds the whole top of a trait lies about 1.4 above the mean; half of that is "clearly more".
 */
const CLEARLY = 0.6;
const SOMEWHAT = 0.3;
/** Of the mixed cluster of seed 004 both ends must be there. */
const MIXED_SHARE = 0.15;
/** Most of a cluster of new customers came within a quarter; younger than the others of an old shop is not new. */
const NEW_SHARE = 0.5;
/** What is true of more than half of a cluster is true of it. */
const MOST_SHARE = 0.5;
/** Returns this far above the usual say more about a cluster than when it bought. */
const MANY_RETURNS = 1;

const of = (traits: ClusterTraits, feature: ClusterFeature) => traits.apart[feature] ?? 0;

/** The cluster with the most spend among those that have not gone quiet, where it clearly spends more; -1 for none. */
function bestCluster(clusters: readonly ClusterTraits[]): number {
  let best = -1;
  clusters.forEach((traits, index) => {
    if (of(traits, 'recencyDays') > SOMEWHAT || of(traits, 'netRevenue') < CLEARLY) return;
    if (best < 0 || of(traits, 'netRevenue') > of(clusters[best]!, 'netRevenue')) best = index;
  });
  return best;
}

function roleOf(traits: ClusterTraits, besideBargains: boolean): Role {
  const recency = of(traits, 'recencyDays');
  const orders = of(traits, 'orders');
  const spend = of(traits, 'netRevenue');
  const few = orders <= -SOMEWHAT && spend <= -SOMEWHAT;
  const mixed = traits.newShare >= MIXED_SHARE && traits.inactiveShare >= MIXED_SHARE;
  if (of(traits, 'discountShare') >= CLEARLY) return 'bargain';
  if (besideBargains && few && mixed) return 'new-inactive';
  if (of(traits, 'returnRate') >= MANY_RETURNS) return 'returning';
  if (traits.newShare >= NEW_SHARE && recency < SOMEWHAT && orders < SOMEWHAT && spend < CLEARLY) return 'new';
  if (recency >= CLEARLY) return few ? 'dormant' : 'at-risk';
  if (orders >= 0) return 'frequent';
  return spend >= SOMEWHAT ? 'big-basket' : 'occasional';
}

export const kebabCase = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

const MORE_AND_LESS: Readonly<Record<ClusterFeature, readonly [more: string, less: string]>> = {
  recencyDays: ['Longer Ago', 'More Recent'],
  orders: ['More Orders', 'Fewer Orders'],
  netRevenue: ['Higher Spend', 'Lower Spend'],
  tenureDays: ['Longer Known', 'Newer'],
  discountShare: ['More Discounts', 'Fewer Discounts'],
  returnRate: ['More Returns', 'Fewer Returns'],
  averageOrderValue: ['Larger Orders', 'Smaller Orders'],
  distinctCategories: ['More Categories', 'Fewer Categories'],
};

/** A difference in one feature as words that may follow a title. */
export const moreOrLess = (feature: ClusterFeature, difference: number) =>
  MORE_AND_LESS[feature][difference > 0 ? 0 : 1];

/** The differences from a namesake, the largest first, as words that may follow the title. */
function qualifiers(traits: ClusterTraits, namesake: ClusterTraits): string[] {
  const difference = (feature: ClusterFeature) => of(traits, feature) - of(namesake, feature);
  return (Object.keys(MORE_AND_LESS) as ClusterFeature[])
    .filter((feature) => feature in traits.apart)
    .sort((a, b) => Math.abs(difference(b)) - Math.abs(difference(a)))
    .map((feature) => moreOrLess(feature, difference(feature)));
}

/**
 * Names clusters after what sets them apart, so that a marketer knows them by name.
 *
 * The words are those of seed 002 (High-Value Loyalists, Frequent Buyers, Occasional Shoppers, At-Risk, New Customers). Where
 * a cluster lives on discounts they are those of seed 004 (VIP, Loyal Regulars, Bargain Hunters, New/Inactive); its last one
 * only where new and lapsed customers really share a cluster, because they need opposite actions. Where two clusters would
 * have one name, the second one says how it differs.
 * @param clusters best first
 * @param taken keys that must not be used
 * @returns one name a cluster, keys unique
 */
export function nameClusters(clusters: readonly ClusterTraits[], taken: readonly string[] = []): ClusterName[] {
  const best = bestCluster(clusters);
  const besideBargains = clusters.some((traits, index) => index !== best && of(traits, 'discountShare') >= CLEARLY);
  const used = new Set(taken);
  const holder = new Map<Role, ClusterTraits>();
  return clusters.map((traits, index) => {
    const role = index === best ? 'best' : roleOf(traits, besideBargains);
    const wording = WORDINGS[role];
    const plain = besideBargains ? (wording.titleBesideBargains ?? wording.title) : wording.title;
    const namesake = holder.get(role);
    if (namesake === undefined) holder.set(role, traits);
    const differences = namesake === undefined ? [] : qualifiers(traits, namesake);
    const title = [
      ...(namesake === undefined ? [plain] : []),
      ...differences.map((words) => `${plain}, ${words}`),
      ...Array.from({ length: used.size + 2 }, (_, number) => `${plain} ${number + 2}`),
    ].find((candidate) => !used.has(kebabCase(candidate)))!;
    const key = kebabCase(title);
    used.add(key);
    const isQuiet = traits.inactiveShare > MOST_SHARE;
    const phrase = isQuiet ? (wording.phraseWhenQuiet ?? wording.phrase) : wording.phrase;
    return { key, title, phrase, color: wording.color, publicLabel: wording.publicLabel };
  });
}

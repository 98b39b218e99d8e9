import { CLUSTER_FEATURES, type ClusterFeature } from '../customers/features.js';
import { type ClusterRole, type Difference, said, type Wording } from '../words/reasons.js';
import { wordsIn } from '../words/words.js';

/** What naming looks at. */
export interface ClusterTraits {
  /** Standard deviations from the mean of all buyers; a feature that is not used is missing. */
  readonly apart: Readonly<Partial<Record<ClusterFeature, number>>>;
  /** Share of the cluster's customers whose first order is at most 90 days ago, 0 to 1. */
  readonly newShare: number;
  /** Share whose last order is more than 180 days ago, 0 to 1. */
  readonly inactiveShare: number;
}

export interface ClusterName {
  /** The English title in kebab-case: keys are as they were before there were other languages. */
  readonly key: string;
  readonly title: Wording;
  readonly role: ClusterRole;
  /** Whether most of the cluster have not ordered for half a year: recent beside the others is not recent. */
  readonly quiet: boolean;
  readonly color: string;
  readonly publicLabel: Wording | null;
}

const COLORS: Readonly<Record<ClusterRole, string>> = {
  best: '#7c3aed',
  frequent: '#2563eb',
  'big-basket': '#0d9488',
  bargain: '#ca8a04',
  occasional: '#16a34a',
  new: '#0891b2',
  'new-inactive': '#64748b',
  returning: '#be185d',
  'at-risk': '#dc6803',
  dormant: '#94a3b8',
};

/**
 * Where a trait begins to set a cluster apart, in standard deviations from the mean of all buyers. A cluster of a fifth of
 * the customers that holds the whole top of a trait lies about 1.4 above the mean; half of that is "clearly more".
 */
const CLEARLY = 0.6;
const SOMEWHAT = 0.3;
/** Of the mixed cluster of a discount shop (New/Inactive) both ends must be there. */
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

function roleOf(traits: ClusterTraits, bargains: boolean): ClusterRole {
  const recency = of(traits, 'recencyDays');
  const orders = of(traits, 'orders');
  const spend = of(traits, 'netRevenue');
  const few = orders <= -SOMEWHAT && spend <= -SOMEWHAT;
  const mixed = traits.newShare >= MIXED_SHARE && traits.inactiveShare >= MIXED_SHARE;
  if (of(traits, 'discountShare') >= CLEARLY) return 'bargain';
  if (bargains && few && mixed) return 'new-inactive';
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

const { say: english } = wordsIn('en');

/** The key of a title: of its English words, which never change for a title that stays. */
export const keyOfTitle = (title: Wording) => kebabCase(english(title));

/** Which way a feature differs. */
export const differenceIn = (feature: ClusterFeature, difference: number): Difference => ({
  feature,
  side: difference > 0 ? 'more' : 'less',
});

/** The differences from a namesake, the largest first. */
function differencesFrom(traits: ClusterTraits, namesake: ClusterTraits): Difference[] {
  const difference = (feature: ClusterFeature) => of(traits, feature) - of(namesake, feature);
  return CLUSTER_FEATURES.filter((feature) => feature in traits.apart)
    .sort((a, b) => Math.abs(difference(b)) - Math.abs(difference(a)))
    .map((feature) => differenceIn(feature, difference(feature)));
}

/**
 * Names clusters after what sets them apart, so that a marketer knows them by name.
 *
 * The words are the usual ones (High-Value Loyalists, Frequent Buyers, Occasional Shoppers, At-Risk, New Customers). Where
 * a cluster lives on discounts they are others (VIP, Loyal Regulars, Bargain Hunters, New/Inactive); its last one
 * only where new and lapsed customers really share a cluster, because they need opposite actions. Where two clusters would
 * have one name, the second one says how it differs.
 * @param clusters best first
 * @param taken keys that must not be used
 * @returns one name a cluster, keys unique
 */
export function nameClusters(clusters: readonly ClusterTraits[], taken: readonly string[] = []): ClusterName[] {
  const best = bestCluster(clusters);
  const bargains = clusters.some((traits, index) => index !== best && of(traits, 'discountShare') >= CLEARLY);
  const used = new Set(taken);
  const holder = new Map<ClusterRole, ClusterTraits>();
  return clusters.map((traits, index) => {
    const role = index === best ? 'best' : roleOf(traits, bargains);
    const titled = (difference: Difference | null, number: number | null = null) =>
      said('cluster-title', { role, bargains, difference, number });
    const namesake = holder.get(role);
    if (namesake === undefined) holder.set(role, traits);
    const differences = namesake === undefined ? [] : differencesFrom(traits, namesake);
    const title = [
      ...(namesake === undefined ? [titled(null)] : []),
      ...differences.map((difference) => titled(difference)),
      ...Array.from({ length: used.size + 2 }, (_, number) => titled(null, number + 2)),
    ].find((candidate) => !used.has(keyOfTitle(candidate)))!;
    const key = keyOfTitle(title);
    used.add(key);
    const quiet = traits.inactiveShare > MOST_SHARE;
    const publicLabel = role === 'best' ? said('public-label', {}) : null;
    return { key, title, role, quiet, color: COLORS[role], publicLabel };
  });
}

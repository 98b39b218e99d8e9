import {
  backtestRanking,
  type CustomerSignals,
  judgeList,
  LIST_LENGTH,
  type PopularProduct,
  type RankingBacktest,
  type RecommendationsRun,
  recommender,
  seededRandom,
} from '@tessera/core';
import type { OrderFactsOptions } from '../db/queries/orders/order-facts.js';
import { dropAffinity, storeAffinity } from '../db/queries/recommendations/affinity.js';
import {
  boughtSince,
  daysBefore,
  readPopularOfShop,
  wasBoughtBefore,
} from '../db/queries/recommendations/past-purchases.js';
import { type Histories, readPastHistories } from '../db/queries/recommendations/recommendations.js';
import type { Workspace } from '../db/queries/runs/workspace.js';
import { readValueCutOffs } from '../db/queries/value/value-cut-offs.js';
import { type AffinityCounts, createAffinity } from './affinity.js';

const HORIZON_DAYS = 90;
/** Customers that a run judges its lists on; more would narrow the interval by less than its last digit. */
const MOST_JUDGED = 2000;
const CUSTOMERS_A_BATCH = 250;
const SEED = 20_260_101;

/** What a run keeps of its recommendations beside the rows of its products. Plain JSON. */
export interface RecommendationsFitted extends RecommendationsRun {
  /** Customers whose baskets were counted, by RFM segment. */
  readonly segmentCustomers: Readonly<Record<string, number>>;
  /** By RFM segment the 5 %, 10 % ... 95 % quantiles of what its buyers are expected to bring. */
  readonly valueCutOffs: Readonly<Record<string, readonly number[]>>;
  /** Which column of a profile those are of. */
  readonly valueMeasure: 'clv90d' | 'valueScore';
}

export interface RecommendationRunOptions extends Pick<OrderFactsOptions, 'asOf' | 'timeZone' | 'orders' | 'status'> {
  readonly runId: number;
  /** The run's own partition of profiles. */
  readonly profiles: string;
}

/**
 * Learns what is bought together, again and most, judges the lists on the last 90 days, and keeps the rows of products under
 * the run: in `item_affinity` and `popular_products`, where nobody reads them before the run is published.
 *
 * To be called once the profiles are written and indexed, since segments are read from them, and before `lateCustomers`, from
 * which on imports wait.
 * @returns what is to be stored with the run's models under `recommender`
 */
export async function fitRecommendations(
  workspace: Workspace,
  { runId, profiles, ...facts }: RecommendationRunOptions,
): Promise<RecommendationsFitted> {
  const backtest = await judgePast(workspace, facts);
  const counts = await createAffinity(workspace, { ...facts, profiles });
  await storeAffinity(workspace, runId);
  await dropAffinity(workspace);
  return { ...counts, ...(await readValueCutOffs(workspace.connection, profiles)), backtest };
}

type Facts = Omit<RecommendationRunOptions, 'runId' | 'profiles'>;

/** Learns as of 90 days before the moment and compares with what was bought since; null where nobody bought before and after. */
async function judgePast(workspace: Workspace, facts: Facts): Promise<RecommendationsRun['backtest']> {
  const pastAsOf = await daysBefore(workspace.connection, facts.asOf, facts.timeZone, HORIZON_DAYS);
  if (!(await wasBoughtBefore(workspace.connection, pastAsOf))) return null;
  // Nobody's segment of then is known, and today's would let the future in: the segment's popular products sit this out.
  const options = { ...facts, asOf: pastAsOf };
  const counts = await createAffinity(workspace, { ...options, profiles: null });
  const popular = await readPopularOfShop(workspace);
  const bought = await boughtSince(workspace, facts, pastAsOf, MOST_JUDGED);
  const columns = {
    own: { hits: [] as number[], ndcg: [] as number[] },
    popular: { hits: [] as number[], ndcg: [] as number[] },
  };
  const plain = popular.map(({ product }) => product);
  const customers = [...bought.keys()];
  for (let from = 0; from < customers.length; from += CUSTOMERS_A_BATCH) {
    const batch = customers.slice(from, from + CUSTOMERS_A_BATCH);
    const histories = await readPastHistories(workspace, batch, options);
    for (const customer of batch) {
      const list = recommender.score(pastSignals(customer, histories, popular, counts), LIST_LENGTH);
      for (const [into, products] of [
        [columns.own, list.map(({ product }) => product)],
        [columns.popular, plain],
      ] as const) {
        const { hit, ndcg } = judgeList(products, bought.get(customer)!);
        into.hits.push(hit);
        into.ndcg.push(ndcg);
      }
    }
  }
  const of = ({ hits, ndcg }: typeof columns.own) => ({ hits: Float64Array.from(hits), ndcg: Float64Array.from(ndcg) });
  const result: RankingBacktest = backtestRanking(of(columns.own), of(columns.popular), seededRandom(SEED));
  return { ...result, from: options.asOf.toISOString(), to: facts.asOf.toISOString() };
}

function pastSignals(
  customer: string,
  { byCustomer, facts }: Histories,
  shopPopular: readonly PopularProduct[],
  { usualReturnRate }: AffinityCounts,
): CustomerSignals {
  const { bought, sentBack } = byCustomer.get(customer) ?? { bought: [], sentBack: [] };
  // The customer's own return rate holds back what comes back often, which is no matter of hitting.
  return {
    bought,
    sentBack,
    facts,
    segmentPopular: [],
    shopPopular,
    itemsDelivered: 0,
    itemsReturned: 0,
    usualReturnRate,
  };
}

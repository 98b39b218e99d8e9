import {
  type CustomerSignals,
  type PairEvidence,
  type PopularProduct,
  type RankedProduct,
  type RecommendationReason,
  recommender,
} from '@tessera/core';
import DataLoader from 'dataloader';
import type { Sql } from '../db/database.js';
import {
  type CandidateRow,
  type CustomerHistory,
  type PairRow,
  pairCounts,
  readCandidates,
  readHistories,
  readPopular,
} from '../db/queries/recommendations.js';
import type { RecommendationsFitted } from '../scoring/recommendations.js';
import type { ProfileRow, RequestContext } from './context.js';
import type { RunSnapshot } from './run-snapshot.js';

/** One entry of a customer's list. */
export interface RecommendedProduct {
  readonly product: CandidateRow;
  readonly ranked: RankedProduct;
  readonly reason: RecommendationReason;
}

type Popular = Awaited<ReturnType<typeof readPopular>>;

/** What all lists of a run share. It never changes, so it is read once and forgotten with the run's snapshot. */
export interface RunRecommendations {
  readonly fitted: RecommendationsFitted;
  readonly popular: Popular;
}

const known = new WeakMap<RunSnapshot, Promise<RunRecommendations | null>>();

async function readRun(sql: Sql, runId: number): Promise<RunRecommendations | null> {
  const [row] = await sql<{ fitted: RecommendationsFitted }[]>`
    select fitted from fitted_models where run_id = ${runId} and key = ${recommender.key} and version = ${recommender.version}`;
  return row === undefined ? null : { fitted: row.fitted, popular: await readPopular(sql, runId) };
}

/** Null for a run of an older version that learned no recommendations. */
export function runRecommendations(sql: Sql, run: RunSnapshot): Promise<RunRecommendations | null> {
  const found = known.get(run) ?? readRun(sql, run.runId);
  known.set(run, found);
  found.catch(() => known.delete(run));
  return found;
}

interface Asked {
  readonly customer: ProfileRow;
  readonly first: number;
}

const MOST_A_BATCH = 500;
/** Candidates beyond what was asked for, in place of those that cannot be bought. */
const SPARE = 15;
const NOTHING: readonly PopularProduct[] = [];

const rfmEntry = ({ segments }: ProfileRow) => segments.find((entry) => entry.startsWith('rfm:')) ?? '';

/** Of one request; so that a page of customers takes two statements, not two a customer. */
const loaders = new WeakMap<RequestContext['profiles'], DataLoader<Asked, readonly RecommendedProduct[], string>>();

export function recommendationsOf(context: RequestContext, customer: ProfileRow, first: number) {
  // The server copies the context's properties, so what is created once a request is what tells requests apart.
  let loader = loaders.get(context.profiles);
  if (loader === undefined) {
    loader = new DataLoader((asked: readonly Asked[]) => makeLists(context, asked), {
      maxBatchSize: MOST_A_BATCH,
      cacheKeyFn: ({ customer: { runId, customerId }, first: most }) => `${runId}\n${most}\n${customerId}`,
    });
    loaders.set(context.profiles, loader);
  }
  return loader.load({ customer, first });
}

/** Lists of customers of any runs and moments: those of one run and moment are made together. */
async function makeLists(context: RequestContext, asked: readonly Asked[]) {
  const groups = groupByMoment(asked);
  const made = new Map<Asked, readonly RecommendedProduct[]>();
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const lists = await makeListsAt(context, group);
      group.forEach((each, i) => {
        made.set(each, lists[i]!);
      });
    }),
  );
  return asked.map((each) => made.get(each)!);
}

function groupByMoment(asked: readonly Asked[]): Map<string, Asked[]> {
  const groups = new Map<string, Asked[]>();
  for (const each of asked) {
    const key = `${each.customer.runId} ${each.customer.asOf.getTime()}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return groups;
}

async function makeListsAt(context: RequestContext, asked: readonly Asked[]): Promise<RecommendedProduct[][]> {
  const { runId, asOf } = asked[0]!.customer;
  const run = await context.run(runId);
  const sql = context.database.reader;
  const learned = await runRecommendations(sql, run);
  if (learned === null) return asked.map(() => []);
  // Who never ordered has nothing to read.
  const buyers = asked.filter(({ customer }) => customer.orders > 0).map(({ customer }) => customer.customerId);
  const { byCustomer, facts } =
    buyers.length === 0
      ? { byCustomer: new Map<string, CustomerHistory>(), facts: new Map() }
      : await readHistories(sql, buyers, runId, { ...run.facts, asOf });
  const ranked = asked.map(({ customer, first }) =>
    recommender.score(signalsOf(customer, byCustomer.get(customer.customerId), facts, learned), first + SPARE),
  );
  const pairs = new Map(
    ranked.flat().map(({ product, because }) => [`${product}\n${because ?? ''}`, [product, because] as const]),
  );
  const rows = await readCandidates(sql, runId, [...pairs.values()]);
  const candidates = new Map(rows.map((row) => [`${row.productId}\n${row.because ?? ''}`, row]));
  return asked.map(({ customer, first }, i) => {
    const open = ranked[i]!.flatMap((own) => {
      const row = candidates.get(`${own.product}\n${own.because ?? ''}`);
      return row === undefined ? [] : [{ own, row }];
    });
    return open.slice(0, first).map(({ own, row }) => ({
      product: row,
      ranked: own,
      reason: recommender.explain(own, {
        becauseName: row.becauseName,
        segmentTitle: titleOf(run, customer),
        pair: pairOf(row, rfmEntry(customer).slice('rfm:'.length), learned.fitted),
        popularity: popularityOf(own, customer, learned.popular),
      }),
    }));
  });
}

function signalsOf(
  customer: ProfileRow,
  history: CustomerHistory | undefined,
  facts: CustomerSignals['facts'],
  { fitted, popular }: RunRecommendations,
): CustomerSignals {
  return {
    bought: history?.bought ?? [],
    sentBack: history?.sentBack ?? [],
    facts,
    segmentPopular: popular.get(rfmEntry(customer)) ?? NOTHING,
    shopPopular: popular.get('') ?? NOTHING,
    itemsDelivered: customer.itemsDelivered ?? 0,
    itemsReturned: customer.itemsReturned ?? 0,
    usualReturnRate: fitted.usualReturnRate,
  };
}

function titleOf(run: RunSnapshot, customer: ProfileRow): string {
  const key = rfmEntry(customer).slice('rfm:'.length);
  const rfm = run.segmentations.find(({ model }) => model.key === 'rfm');
  return rfm?.segments.find((segment) => segment.key === key)?.title ?? 'customers';
}

function pairOf({ evidence }: PairRow, segment: string, fitted: RecommendationsFitted): PairEvidence | null {
  if (evidence === null) return null;
  const own = evidence.segments[segment];
  const size = fitted.segmentCustomers[segment];
  return {
    orders: pairCounts(evidence.orders, fitted.orders),
    customers: pairCounts(evidence.customers, fitted.customers),
    segment: own === undefined || size === undefined ? null : pairCounts(own, size),
  };
}

function popularityOf({ product, kind }: RankedProduct, customer: ProfileRow, popular: Popular) {
  const list = popular.get(kind === 'POPULAR_IN_SEGMENT' ? rfmEntry(customer) : '') ?? [];
  return list.find((each) => each.product === product) ?? null;
}

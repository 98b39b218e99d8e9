import {
  type CustomerSignals,
  type Named,
  type PairEvidence,
  type PopularProduct,
  type RankedProduct,
  type RecommendationReason,
  recommender,
} from '@tessera/core';
import DataLoader from 'dataloader';
import type { Sql } from '../../db/database.js';
import type { ProfileRow } from '../../db/queries/customers/profiles.js';
import {
  type CandidateRow,
  type CustomerHistory,
  type PairRow,
  pairCounts,
  readCandidates,
  readHistories,
  readPopular,
} from '../../db/queries/recommendations/recommendations.js';
import { readFittedModel } from '../../db/queries/runs/fitted-models.js';
import type { RunSnapshot } from '../../runs/snapshot.js';
import type { RecommendationsFitted } from '../../scoring/recommendations.js';
import type { RequestContext } from '../context.js';

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
  const fitted = await readFittedModel<RecommendationsFitted>(sql, runId, recommender);
  return fitted === null ? null : { fitted, popular: await readPopular(sql, runId) };
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
/** Candidates beyond what was asked for, in place of those that cannot be bought; where these do not suffice, all others are asked. */
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

type Candidate = Awaited<ReturnType<typeof readCandidates>>[number];

const pairKey = ({ product, because }: Pick<RankedProduct, 'product' | 'because'>) => `${product}\n${because ?? ''}`;

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
  const ranked = asked.map(({ customer }) =>
    recommender.score(
      signalsOf(customer, byCustomer.get(customer.customerId), facts, learned),
      Number.POSITIVE_INFINITY,
    ),
  );
  const candidates = new Map<string, Candidate>();
  const openOf = (list: readonly RankedProduct[]) =>
    list.flatMap((own) => {
      const row = candidates.get(pairKey(own));
      return row === undefined ? [] : [{ own, row }];
    });
  const read = async (lists: readonly (readonly RankedProduct[])[]) => {
    const pairs = new Map(lists.flat().map((own) => [pairKey(own), [own.product, own.because] as const]));
    if (pairs.size === 0) return;
    for (const row of await readCandidates(sql, runId, [...pairs.values()])) {
      candidates.set(pairKey({ product: row.productId, because: row.because }), row);
    }
  };
  const near = (i: number) => ranked[i]!.slice(0, asked[i]!.first + SPARE);
  await read(asked.map((_, i) => near(i)));
  // A season's best may all be sold out at once: then the next ones are worth a second statement.
  await read(asked.map(({ first }, i) => (openOf(near(i)).length < first ? ranked[i]!.slice(first + SPARE) : [])));
  return asked.map(({ customer, first }, i) => {
    const open = openOf(ranked[i]!);
    return open.slice(0, first).map(({ own, row }) => ({
      product: row,
      ranked: own,
      reason: recommender.explain(own, {
        becauseName: row.becauseName,
        segment: segmentOf(run, customer),
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

function segmentOf(run: RunSnapshot, customer: ProfileRow): Named | null {
  const key = rfmEntry(customer).slice('rfm:'.length);
  const rfm = run.segmentations.find(({ model }) => model.key === 'rfm');
  const segment = rfm?.segments.find((each) => each.key === key);
  return segment === undefined ? null : { key, title: segment.title };
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

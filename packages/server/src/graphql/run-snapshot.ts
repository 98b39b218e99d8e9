import {
  type BasisStatus,
  type CustomerFeatures,
  emptyFeatures,
  type Reason,
  SEGMENTATIONS,
  type Segmentation,
  type SegmentDefinition,
} from '@tessera/core';
import type { Sql } from '../db/database.js';
import { readFittedModels } from '../db/queries/fitted-models.js';
import type { OrderFactsOptions } from '../db/queries/order-facts.js';

/** What each segment measures in a run. */
export interface SegmentStats {
  readonly segmentation: string;
  readonly segment: string;
  readonly size: number;
  readonly share: number;
  readonly revenueShare: number;
  readonly averageOrders: number;
  readonly averageNetRevenue: string;
  readonly averageOrderValue: string | null;
  readonly averageRecencyDays: number | null;
  readonly averageTenureDays: number | null;
  readonly returnRate: number | null;
  /** What sets the segment apart from the average buyer, the largest first. */
  readonly distinguishing: readonly Reason[];
}

export interface SegmentationSnapshot {
  readonly runId: number;
  readonly model: Segmentation<unknown, unknown>;
  readonly fitted: unknown;
  readonly fittedAt: Date;
  readonly segments: readonly SegmentDefinition[];
}

/** A published run as readers see it: what it learned and counted. It never changes, so it is read once. */
export interface RunSnapshot {
  readonly runId: number;
  readonly asOf: Date;
  readonly finishedAt: Date;
  readonly customerCount: number;
  /** What counted in this run; everything that is computed beside it counts the same. */
  readonly facts: OrderFactsOptions;
  readonly segmentations: readonly SegmentationSnapshot[];
  stats(segmentation: string, segment: string): SegmentStats | undefined;
}

const RUNS_IN_MEMORY = 20;

/** Below this a difference from the average buyer is not worth a sentence. */
const NOTABLE_DEVIATIONS = 0.25;
const FEATURE_WORDS: Readonly<Record<string, string>> = {
  orders: 'number of orders',
  netRevenue: 'net spend',
  averageOrderValue: 'order value',
  recencyDays: 'days since the last order',
  tenureDays: 'days since the first order',
  returnRate: 'return rate',
  discountShare: 'share of discount',
  distinctCategories: 'number of categories',
};

function distinguish(zScores: Readonly<Record<string, number>>): Reason[] {
  return Object.entries(zScores)
    .filter(([, deviations]) => Math.abs(deviations) >= NOTABLE_DEVIATIONS)
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
    .map(([feature, deviations]) => ({
      text: `${FEATURE_WORDS[feature] ?? feature} ${Math.abs(deviations).toFixed(1)} standard deviations ${deviations > 0 ? 'above' : 'below'} the average buyer`,
      feature,
      value: deviations,
    }));
}

/** Reads published runs and remembers the last few. */
export class RunSnapshots {
  readonly #known = new Map<number, Promise<RunSnapshot | null>>();

  constructor(private readonly sql: Sql) {}

  /** The run that readers see now; null before the first. */
  async current(): Promise<RunSnapshot | null> {
    const [shop] = await this.sql<{ runId: number | null }[]>`select current_run_id::float8 as "runId" from shop`;
    return shop?.runId == null ? null : this.#remembered(shop.runId);
  }

  /** One run; null when there is none of that number or its profiles were dropped, perhaps since it was last asked for. */
  async get(runId: number): Promise<RunSnapshot | null> {
    const kept = await this.sql`select from runs where id = ${runId} and state = 'published'`;
    return kept.length === 0 ? null : this.#remembered(runId);
  }

  #remembered(runId: number): Promise<RunSnapshot | null> {
    const known = this.#known.get(runId);
    if (known !== undefined) return known;
    const read = this.#read(runId);
    this.#known.set(runId, read);
    // A failed or missing read is not remembered: the run may be published a moment later.
    read.then(
      (snapshot) => snapshot === null && this.#known.delete(runId),
      () => this.#known.delete(runId),
    );
    if (this.#known.size > RUNS_IN_MEMORY) this.#known.delete(this.#known.keys().next().value!);
    return read;
  }

  async #read(runId: number): Promise<RunSnapshot | null> {
    const [run] = await this.sql<
      { asOf: Date; finishedAt: Date; customerCount: number; options: Omit<OrderFactsOptions, 'asOf'> }[]
    >`
      select as_of as "asOf", finished_at as "finishedAt", customer_count::float8 as "customerCount", options
      from runs where id = ${runId} and state = 'published'`;
    if (run === undefined) return null;
    const stored = await readFittedModels(this.sql, runId);
    const rows = await this.sql<(Omit<SegmentStats, 'distinguishing'> & { zScores: Record<string, number> })[]>`
      select segmentation, segment, size::float8 as size, share, revenue_share as "revenueShare",
             average_orders as "averageOrders", average_net_revenue as "averageNetRevenue",
             average_order_value as "averageOrderValue", average_recency_days as "averageRecencyDays",
             average_tenure_days as "averageTenureDays", return_rate as "returnRate",
             z_scores as "zScores"
      from segment_stats where run_id = ${runId}`;
    const byKey = new Map<string, SegmentStats>(
      rows.map(({ zScores, ...row }) => [
        `${row.segmentation}:${row.segment}`,
        { ...row, distinguishing: distinguish(zScores) },
      ]),
    );
    const segmentations = SEGMENTATIONS.flatMap((model) => {
      const found = stored.find(({ key, version }) => key === model.key && version === model.version);
      if (found === undefined) return [];
      return [{ runId, model, fitted: found.fitted, fittedAt: found.fittedAt, segments: model.segments(found.fitted) }];
    });
    const { options, ...known } = run;
    return {
      runId,
      ...known,
      facts: { ...options, asOf: run.asOf },
      segmentations,
      stats: (segmentation, segment) => byKey.get(`${segmentation}:${segment}`),
    };
  }
}

/** The numbers of a profile that models read, as a batch of one row. */
export interface ProfileFeatures {
  readonly orders: number;
  readonly recencyDays: number | null;
  readonly tenureDays: number | null;
  readonly spanDays: number | null;
  readonly netRevenue: string;
  readonly grossRevenue: string;
  readonly itemsDelivered: number;
  readonly itemsReturned: number;
  readonly medianDaysBetweenOrders: number | null;
  readonly discountShare: number | null;
  readonly distinctCategories: number;
  readonly visits30d: number;
  readonly emailOpens90d: number;
  readonly serviceContacts90d: number;
  readonly status: BasisStatus;
}

const DECIMALS = 4;

/** Rebuilds the features that the batch saw, with the same rounding, so that an explanation speaks of the same numbers. */
export function featuresOfProfile(profile: ProfileFeatures): CustomerFeatures {
  const features = emptyFeatures(1);
  const money = (amount: string) => Number(Number(amount).toFixed(DECIMALS));
  const values = {
    orders: profile.orders,
    recencyDays: profile.recencyDays,
    tenureDays: profile.tenureDays,
    spanDays: profile.spanDays,
    netRevenue: money(profile.netRevenue),
    grossRevenue: money(profile.grossRevenue),
    averageOrderValue: profile.orders > 0 ? money(profile.netRevenue) / profile.orders : null,
    itemsDelivered: profile.itemsDelivered,
    itemsReturned: profile.itemsReturned,
    medianDaysBetweenOrders: profile.medianDaysBetweenOrders,
    discountShare: profile.discountShare,
    distinctCategories: profile.distinctCategories,
    visits30d: profile.visits30d,
    emailOpens90d: profile.emailOpens90d,
    serviceContacts90d: profile.serviceContacts90d,
  };
  for (const [name, value] of Object.entries(values)) {
    features.columns[name as keyof typeof values][0] = value ?? Number.NaN;
  }
  return features;
}

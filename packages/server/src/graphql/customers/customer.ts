import { said } from '@tessera/core';
import { allOf, type Condition, isInRun, isInSegment } from '../../db/queries/customers/conditions.js';
import {
  CUSTOMER_ORDERS,
  countCustomers,
  customerKeys,
  readCustomerRows,
} from '../../db/queries/customers/customer-list.js';
import type { ProfileRow } from '../../db/queries/customers/profiles.js';
import { countOrders, ORDER_KEYS, readOrders } from '../../db/queries/orders/orders.js';
import { changesOf } from '../../db/queries/segments/segment-history.js';
import { apiError, shorten } from '../../errors.js';
import type { CustomerFilterInput } from '../../filters/customer-filter.js';
import { builder } from '../builder.js';
import { AGENT_BADGE, ANY_VIEW, Basis, CUSTOMERS_LIST, CUSTOMERS_PII, CUSTOMERS_READ, inLanguage } from '../common.js';
import type { Context } from '../context.js';
import { OrderConnection } from '../orders/order.js';
import { connectionType, pageArgs, pageComplexity } from '../paging/connection.js';
import { keysetPage, type PageArguments } from '../paging/keyset.js';
import { runNumber } from '../runs/run.js';
import { SegmentChange, SegmentMembership, segmentOf } from '../segments/segment-membership.js';
import { findSegment, Segment, type SegmentValue } from '../segments/segmentation.js';
import { shownIdOf } from './anonymous-customer.js';
import { compileWhere } from './compile-where.js';
import { findByEmails } from './email-lookup.js';
import { metricFields } from './feature-fields.js';
import { CustomerFilter } from './filter-inputs.js';

const MOST_IDS = 500;

const RfmScore = builder.objectRef<{ recency: number; frequency: number; monetary: number }>('RfmScore').implement({
  description: 'Quintile scores, 1 to 5; 5 is best.',
  authScopes: CUSTOMERS_READ,
  fields: (t) => ({
    recency: t.exposeInt('recency'),
    frequency: t.exposeInt('frequency'),
    monetary: t.exposeInt('monetary'),
    cell: t.string({ resolve: ({ recency, frequency, monetary }) => `${recency}${frequency}${monetary}` }),
  }),
});

const ValueScore = builder
  .objectRef<{ score: number; percentile: number; tier: SegmentValue }>('ValueScore')
  .implement({
    authScopes: CUSTOMERS_READ,
    fields: (t) => ({
      score: t.exposeFloat('score', { description: '0 to 1.' }),
      percentile: t.exposeFloat('percentile', { description: 'Share of buyers who score at most as much.' }),
      tier: t.field({ type: Segment, resolve: ({ tier }) => tier }),
    }),
  });

const CustomerMetrics = builder.objectRef<ProfileRow>('CustomerMetrics').implement({
  description: 'The features of a customer that tell what they did, as of the basis.',
  authScopes: CUSTOMERS_READ,
  fields: metricFields,
});

export const ShopperView = builder.objectRef<ProfileRow>('ShopperView').implement({
  description: 'All that a shopper may see of himself: nothing internal.',
  authScopes: ANY_VIEW,
  fields: (t) => ({
    publicLabel: t.string({
      nullable: true,
      description: 'As the shop decides; by default VIP is "VIP" and all others have none.',
      args: inLanguage,
      resolve: async (customer, { language }, context) => {
        const entry = customer.segments.find((segment) => segment.startsWith('rfm:'));
        const segment = entry === undefined ? null : await findSegment(context, entry, customer.runId);
        return context.say(segment?.definition.publicLabel, language);
      },
    }),
  }),
});

const person = (row: ProfileRow, context: Context) => context.people.load(row.customerId);

export const Customer = builder.node(builder.objectRef<ProfileRow>('Customer'), {
  description: 'A customer as one run sees him.',
  authScopes: CUSTOMERS_READ,
  id: { resolve: shownIdOf, authScopes: ANY_VIEW, skipTypeScopes: true },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'customerId' in value,
  loadOne: (id, context) => context.profiles.load(id),
  fields: (t) => ({
    externalId: t.string({
      resolve: shownIdOf,
      description: "The shop's own id.",
      authScopes: ANY_VIEW,
      skipTypeScopes: true,
    }),
    basis: t.field({
      type: Basis,
      authScopes: AGENT_BADGE,
      skipTypeScopes: true,
      resolve: async (row, _args, context) => {
        const run = await context.run(row.runId);
        const rfm = run.segmentations.find(({ model }) => model.key === 'rfm');
        const note =
          row.status === 'NOT_APPLICABLE' ? said('no-order-yet', {}) : (rfm?.model.summarise(rfm.fitted).note ?? null);
        return { runId: row.runId, asOf: row.asOf, computedAt: row.computedAt, status: row.status, note };
      },
    }),
    email: t.string({
      nullable: true,
      authScopes: CUSTOMERS_PII,
      skipTypeScopes: true,
      resolve: async (row, _args, context) => (await person(row, context))?.email,
    }),
    firstName: t.string({
      nullable: true,
      authScopes: CUSTOMERS_PII,
      skipTypeScopes: true,
      resolve: async (row, _args, context) => (await person(row, context))?.firstName,
    }),
    lastName: t.string({
      nullable: true,
      authScopes: CUSTOMERS_PII,
      skipTypeScopes: true,
      resolve: async (row, _args, context) => (await person(row, context))?.lastName,
    }),
    age: t.exposeInt('age', { nullable: true }),
    gender: t.exposeString('gender', { nullable: true }),
    country: t.exposeString('country', { nullable: true }),
    state: t.exposeString('state', { nullable: true }),
    city: t.exposeString('city', { nullable: true }),
    channel: t.exposeString('channel', { nullable: true }),
    registeredAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ registeredAt }) => registeredAt }),
    firstOrderAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ firstOrderAt }) => firstOrderAt }),
    lastOrderAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ lastOrderAt }) => lastOrderAt }),
    metrics: t.field({ type: CustomerMetrics, resolve: (row) => row }),
    rfm: t.field({
      type: RfmScore,
      nullable: true,
      description: 'Null for a Prospect.',
      resolve: ({ rfmRecency, rfmFrequency, rfmMonetary }) =>
        rfmRecency === null || rfmFrequency === null || rfmMonetary === null
          ? null
          : { recency: rfmRecency, frequency: rfmFrequency, monetary: rfmMonetary },
    }),
    value: t.field({
      type: ValueScore,
      nullable: true,
      description: 'Null for a Prospect.',
      resolve: async (customer, _args, context) => {
        const entry = customer.segments.find((segment) => segment.startsWith('value:'));
        if (customer.valueScore === null || customer.valuePercentile === null || entry === undefined) return null;
        const tier = await segmentOf({ customer, entry }, context);
        return { score: customer.valueScore, percentile: customer.valuePercentile, tier };
      },
    }),
    segment: t.field({
      type: SegmentMembership,
      args: { segmentation: t.arg.string({ defaultValue: 'rfm', required: true }) },
      authScopes: AGENT_BADGE,
      skipTypeScopes: true,
      resolve: (customer, { segmentation }) => {
        const entry = customer.segments.find((segment) => segment.startsWith(`${segmentation}:`));
        if (entry === undefined) {
          const known = customer.segments.map((segment) => segment.slice(0, segment.indexOf(':'))).join(', ');
          throw apiError(
            'BAD_USER_INPUT',
            `there is no segmentation "${shorten(segmentation)}": choose one of ${known}`,
          );
        }
        return { customer, entry };
      },
    }),
    segments: t.field({
      type: [SegmentMembership],
      resolve: (customer) => customer.segments.map((entry) => ({ customer, entry })),
    }),
    orders: t.field({
      type: OrderConnection,
      description: 'Newest first; all that are stored, cancelled ones too.',
      args: pageArgs(t.arg),
      complexity: pageComplexity,
      resolve: async ({ customerId }, args, { database: { drizzle } }) => {
        const list = { name: 'orders', keys: ORDER_KEYS, descending: true };
        const page = await keysetPage(args, list, (query) => readOrders(drizzle, customerId, query));
        return { ...page, totalCount: () => countOrders(drizzle, customerId) };
      },
    }),
    segmentHistory: t.field({
      type: [SegmentChange],
      description: 'Newest first, at most 200.',
      resolve: async ({ customerId, runId }, _args, { database }) =>
        (await changesOf(database.reader, customerId, runId)).map((change) => ({ ...change, readIn: runId })),
    }),
    shopper: t.field({ type: ShopperView, authScopes: ANY_VIEW, skipTypeScopes: true, resolve: (row) => row }),
  }),
});

export const CustomerConnection = connectionType('Customer', Customer);

const CustomerOrderField = builder.enumType('CustomerOrderField', { values: Object.keys(CUSTOMER_ORDERS) });
const OrderDirection = builder.enumType('OrderDirection', { values: ['ASC', 'DESC'] as const });
interface CustomerOrderInput {
  field: string;
  direction: 'ASC' | 'DESC';
}
export const CustomerOrder = builder.inputRef<CustomerOrderInput>('CustomerOrder').implement({
  fields: (t) => ({
    field: t.field({ type: CustomerOrderField, required: true }),
    direction: t.field({ type: OrderDirection, defaultValue: 'DESC', required: true }),
  }),
});

interface CustomerListArguments extends PageArguments {
  readonly where?: CustomerFilterInput | null;
  readonly orderBy?: CustomerOrderInput | null;
}

/** One page of the customers of a run. */
export async function readCustomers(context: Context, args: CustomerListArguments, runId?: number, also?: Condition) {
  const run = await context.run(runId);
  const { drizzle } = context.database;
  const where = allOf([isInRun(run.runId), await compileWhere(context, args.where, run), also]);
  const { field, direction } = args.orderBy ?? { field: 'NET_REVENUE', direction: 'DESC' };
  const list = {
    name: `customers ${field} ${direction}`,
    keys: customerKeys(field),
    descending: direction === 'DESC',
  };
  const page = await keysetPage(args, list, (query) => readCustomerRows(drizzle, where, query));
  await context.disclosePage(page.edges.map(({ node }) => node));
  return { ...page, totalCount: () => countCustomers(drizzle, where) };
}

const runIdOf = (asOfRun: string | number | null | undefined): number | undefined =>
  asOfRun == null ? undefined : runNumber(asOfRun);

builder.objectField(Segment, 'customers', (t) =>
  t.field({
    type: CustomerConnection,
    authScopes: CUSTOMERS_LIST,
    skipTypeScopes: true,
    args: { ...pageArgs(t.arg), orderBy: t.arg({ type: CustomerOrder }) },
    complexity: pageComplexity,
    resolve: ({ segmentation, definition }, args, context) =>
      readCustomers(context, args, segmentation.runId, isInSegment([`${segmentation.model.key}:${definition.key}`])),
  }),
);

builder.queryFields((t) => ({
  customer: t.field({
    type: Customer,
    nullable: true,
    description: 'Exactly one argument. Null for a customer who is not known.',
    authScopes: ANY_VIEW,
    args: { id: t.arg.globalID(), externalId: t.arg.string(), email: t.arg.string() },
    resolve: async (_root, { id, externalId, email }, context) => {
      if ([id, externalId, email].filter((given) => given != null).length !== 1) {
        throw apiError('BAD_USER_INPUT', '"customer" takes exactly one of id, externalId and email');
      }
      if (id != null) return id.typename === 'Customer' ? context.profiles.load(id.id) : null;
      if (externalId != null) return context.profiles.load(externalId);
      if (email == null || !context.credential.grants.has('customers:lookup')) return null;
      const [found = null] = await findByEmails([email], context);
      if (found instanceof Error) throw found;
      return found === null ? null : context.profiles.load(found);
    },
  }),
  customersByExternalIds: t.field({
    type: [Customer],
    nullable: { list: false, items: true },
    description: 'In the order of the ids, null where unknown; at most 500.',
    authScopes: ANY_VIEW,
    args: { externalIds: t.arg.stringList({ required: true }) },
    complexity: ({ externalIds }) => ({ field: 1, multiplier: Math.max(1, externalIds.length) }),
    resolve: async (_root, { externalIds }, context) => {
      if (externalIds.length > MOST_IDS) {
        throw apiError('BAD_USER_INPUT', `"externalIds" holds at most ${MOST_IDS} ids, got ${externalIds.length}`);
      }
      return context.profiles.loadMany(externalIds).then((rows) =>
        rows.map((row) => {
          if (row instanceof Error) throw row;
          return row;
        }),
      );
    },
  }),
  customers: t.field({
    type: CustomerConnection,
    authScopes: CUSTOMERS_LIST,
    args: {
      where: t.arg({ type: CustomerFilter }),
      orderBy: t.arg({ type: CustomerOrder, description: 'By net revenue, the highest first, when left out.' }),
      ...pageArgs(t.arg),
      asOfRun: t.arg.id({ description: 'A run that is still kept; the current one when left out.' }),
    },
    complexity: pageComplexity,
    resolve: (_root, { asOfRun, ...args }, context) => readCustomers(context, args, runIdOf(asOfRun)),
  }),
}));

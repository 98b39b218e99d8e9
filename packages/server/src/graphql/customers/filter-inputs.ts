import { type ValueNode, valueFromASTUntyped } from 'graphql';
import { FILTERABLE_FEATURES, scalarOf } from '../../db/queries/customers/feature-columns.js';
import { apiError } from '../../errors.js';
import type {
  Comparison,
  CustomerFilterInput,
  PurchaseFilterInput,
  SegmentFilterInput,
} from '../../filters/customer-filter.js';
import { builder } from '../builder.js';
import { toGraphqlError } from '../plugins/mask-error.js';

const DECIMAL = /^-?\d{1,30}(\.\d{1,30})?$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** A year, a month, a day, then T, a time and a zone. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** Thrown while a query is read: GraphQL keeps the words of its own errors only. */
const refuse = (type: string, example: string) =>
  toGraphqlError(apiError('BAD_USER_INPUT', `a ${type} reads ${example}`));

/** The years that both JavaScript and PostgreSQL write with four digits. */
const isCommonYear = (moment: Date) => moment.getUTCFullYear() >= 1 && moment.getUTCFullYear() <= 9999;

function parseMoment(value: unknown): Date {
  const moment = typeof value === 'string' && MOMENT.test(value) ? new Date(value) : null;
  if (moment === null || !isCommonYear(moment)) throw refuse('DateTime', '2026-01-31T14:05:00Z');
  return moment;
}

function parseDay(value: unknown): string {
  const day = typeof value === 'string' && DAY.test(value) ? new Date(`${value}T00:00:00Z`) : null;
  if (day === null || !isCommonYear(day) || !day.toISOString().startsWith(value as string)) {
    throw refuse('Date', '2026-01-31');
  }
  return value as string;
}

function parseDecimal(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !DECIMAL.test(text)) throw refuse('Decimal', '"12.34"');
  return text;
}

/** A literal takes no variables inside it, which is all that the query compiler can do. */
const literal =
  <T>(parse: (value: unknown) => T) =>
  (node: ValueNode) =>
    parse(valueFromASTUntyped(node));

builder.scalarType('DateTime', {
  description: 'A moment: ISO 8601, in UTC.',
  serialize: (value) => value.toISOString(),
  parseValue: parseMoment,
  parseLiteral: literal(parseMoment),
});
builder.scalarType('Date', {
  description: "A calendar day in the shop's time zone: ISO 8601.",
  parseValue: parseDay,
  parseLiteral: literal(parseDay),
});
builder.scalarType('Decimal', {
  description: 'An exact decimal number as a string.',
  serialize: (value) => String(value),
  parseValue: parseDecimal,
  parseLiteral: literal(parseDecimal),
});
builder.scalarType('JSON', { description: 'Any JSON value.', serialize: (value) => value });

type Named = 'Int' | 'Float' | 'String' | 'Decimal' | 'DateTime' | 'Date';

function comparisonInput<T>(name: string, type: Named, ordered: boolean) {
  const range = () =>
    builder.inputRef<{ from: T; to: T }>(`${type}Range`).implement({
      description: 'Both ends are included.',
      fields: (t) => ({ from: t.field({ type, required: true }), to: t.field({ type, required: true }) }) as never,
    });
  return builder.inputRef<Comparison<T>>(name).implement({
    description:
      'Every given comparison must hold. `ne` and `notIn` are the complements of `eq` and `in`, so they hold for a missing value.',
    fields: (t) =>
      ({
        eq: t.field({ type }),
        ne: t.field({ type }),
        in: t.field({ type: [type] }),
        notIn: t.field({ type: [type] }),
        ...(ordered
          ? {
              gt: t.field({ type }),
              gte: t.field({ type }),
              lt: t.field({ type }),
              lte: t.field({ type }),
              between: t.field({ type: range() }),
            }
          : {
              contains: t.string({ description: 'Ignores case.' }),
              startsWith: t.string({ description: 'Ignores case.' }),
            }),
        isNull: t.boolean(),
      }) as never,
  });
}

export const IntFilter = comparisonInput<number>('IntFilter', 'Int', true);
export const FloatFilter = comparisonInput<number>('FloatFilter', 'Float', true);
export const DecimalFilter = comparisonInput<string>('DecimalFilter', 'Decimal', true);
export const DateTimeFilter = comparisonInput<Date>('DateTimeFilter', 'DateTime', true);
export const DateFilter = comparisonInput<string>('DateFilter', 'Date', true);
export const StringFilter = comparisonInput<string>('StringFilter', 'String', false);

const FEATURE_FILTERS = { Int: IntFilter, Float: FloatFilter, Decimal: DecimalFilter, String: StringFilter } as const;

type InputFields = Parameters<Parameters<ReturnType<typeof builder.inputRef>['implement']>[0]['fields']>[0];

/** One field a feature that customer lists can be filtered by. */
const featureFilters = (t: InputFields) =>
  Object.fromEntries(FILTERABLE_FEATURES.map((name) => [name, t.field({ type: FEATURE_FILTERS[scalarOf(name)] })]));

export const SegmentFilter = builder.inputRef<SegmentFilterInput>('SegmentFilter').implement({
  description: 'Membership in the segments of one segmentation, by their keys.',
  fields: (t) => ({
    segmentation: t.string({ defaultValue: 'rfm' }),
    in: t.stringList(),
    notIn: t.stringList(),
    enteredAfter: t.field({ type: 'DateTime', description: 'Is in the segment only since after this moment.' }),
    previousIn: t.stringList({ description: 'Came from one of these segments.' }),
  }),
});

export const PurchaseFilter = builder.inputRef<PurchaseFilterInput>('PurchaseFilter').implement({
  description: 'Has an order, not cancelled, with one of these.',
  fields: (t) => ({
    in: t.stringList({ required: true, description: 'Categories and brands by name, products by id.' }),
    after: t.field({ type: 'DateTime' }),
    before: t.field({ type: 'DateTime' }),
  }),
});

export const CustomerFilter = builder.inputRef<CustomerFilterInput>('CustomerFilter');
CustomerFilter.implement({
  description:
    'Every given field must hold. `and`, `or` and `not` nest; `not` is the complement: it holds where the inner filter is false or unknown.',
  fields: (t) => ({
    and: t.field({ type: [CustomerFilter] }),
    or: t.field({ type: [CustomerFilter] }),
    not: t.field({ type: CustomerFilter }),
    segment: t.field({ type: SegmentFilter }),
    rfmRecency: t.field({ type: IntFilter }),
    rfmFrequency: t.field({ type: IntFilter }),
    rfmMonetary: t.field({ type: IntFilter }),
    valueScore: t.field({ type: FloatFilter }),
    ...featureFilters(t),
    clv90d: t.field({ type: DecimalFilter, description: 'Predicted revenue of the next 90 days, before returns.' }),
    clvDecile: t.field({ type: IntFilter, description: '1 is the best tenth of the buyers.' }),
    probabilityAlive: t.field({ type: FloatFilter }),
    registeredAt: t.field({ type: DateTimeFilter }),
    firstOrderAt: t.field({ type: DateTimeFilter }),
    lastOrderAt: t.field({ type: DateTimeFilter }),
    cohort: t.field({ type: DateFilter, description: 'First day of the month of the first order.' }),
    boughtCategory: t.field({ type: PurchaseFilter }),
    boughtProduct: t.field({ type: PurchaseFilter }),
    boughtBrand: t.field({ type: PurchaseFilter }),
    search: t.string({ description: 'Part of the id, the name or the e-mail address; ignores case.' }),
  }),
});

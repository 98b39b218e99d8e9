import {
  type ImportQuality,
  type Inconsistencies,
  type MissingValues,
  type NamedCount,
  type QuarantineReason,
  readImportQuality,
  readInconsistencies,
  readMissingValues,
  readQuarantineReasons,
} from '../../db/queries/exploration/quality.js';
import { reasonOf } from '../../ingest/row-reasons.js';
import { builder } from '../builder.js';
import { inLanguage, REPORTS_READ } from '../common.js';
import { pageSize, type Report } from './report.js';

const MissingValuesType = builder.objectRef<MissingValues>('MissingValues').implement({
  description: 'How often a column is empty, in the tables as they are now.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    table: t.exposeString('table'),
    column: t.exposeString('column'),
    base: t.exposeString('base', { description: 'The rows that are expected to have a value, in words.' }),
    rows: t.exposeInt('rows', { description: 'How many these are.' }),
    missing: t.exposeInt('missing'),
    share: t.exposeFloat('share', { nullable: true, description: 'missing / rows; null without a row.' }),
  }),
});

const InconsistenciesType = builder.objectRef<Inconsistencies>('Inconsistencies').implement({
  description: 'What contradicts itself or leads nowhere, in the tables as they are now.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    ordersWithoutLines: t.exposeInt('ordersWithoutLines'),
    ordersWithoutCustomer: t.exposeInt('ordersWithoutCustomer', {
      description: "In the shop's totals and in nobody's profile; 0 where the report is filtered.",
    }),
    linesWithoutOrder: t.exposeInt('linesWithoutOrder'),
    linesWithUnknownProduct: t.exposeInt('linesWithUnknownProduct', {
      description: 'They name a product that the catalogue lacks.',
    }),
    linesWithoutAmount: t.exposeInt('linesWithoutAmount', { description: 'They cost nothing.' }),
    linesWithNegativeAmount: t.exposeInt('linesWithNegativeAmount'),
    customersWithoutOrders: t.exposeInt('customersWithoutOrders', { description: 'Without any, cancelled or not.' }),
    customersSharingEmail: t.exposeInt('customersSharingEmail', {
      description: 'Customers whose e-mail address another customer has too.',
    }),
    ordersAfterMoment: t.exposeInt('ordersAfterMoment', { description: "Not known yet at the basis's moment." }),
    shippedBeforePlaced: t.exposeInt('shippedBeforePlaced', { description: 'Orders.' }),
    deliveredBeforeShipped: t.exposeInt('deliveredBeforeShipped', { description: 'Orders.' }),
    returnedBeforeDelivered: t.exposeInt('returnedBeforeDelivered', { description: 'Orders.' }),
  }),
});

const NamedCountType = builder.objectRef<NamedCount>('NamedCount').implement({
  authScopes: REPORTS_READ,
  fields: (t) => ({ name: t.exposeString('name'), count: t.exposeInt('count') }),
});

const ImportQualityType = builder.objectRef<ImportQuality>('ImportQuality').implement({
  description: 'What all imports met, whichever customers are asked for. A file that came twice is counted twice.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    imports: t.exposeInt('imports'),
    failed: t.exposeInt('failed'),
    rowsRead: t.exposeInt('rowsRead', { description: 'Kept, repaired, quarantined or duplicate, each one of these.' }),
    rowsKept: t.exposeInt('rowsKept'),
    rowsRepaired: t.exposeInt('rowsRepaired'),
    rowsQuarantined: t.exposeInt('rowsQuarantined'),
    rowsDuplicate: t.exposeInt('rowsDuplicate'),
    unknownStatuses: t.field({
      type: [NamedCountType],
      description: 'Status words that no platform we know uses, the most frequent first.',
      resolve: ({ unknownStatuses }) => [...unknownStatuses],
    }),
    repairs: t.field({
      type: [NamedCountType],
      description: 'Repairs by kind, the most frequent first.',
      resolve: ({ repairs }) => [...repairs],
    }),
  }),
});

const QuarantineReasonType = builder.objectRef<QuarantineReason>('QuarantineReason').implement({
  authScopes: REPORTS_READ,
  fields: (t) => ({
    reason: t.string({
      args: inLanguage,
      resolve: (row, { language }, context) => context.say(reasonOf(row), language, 'open'),
    }),
    field: t.exposeString('field'),
    rows: t.exposeInt('rows'),
    example: t.exposeString('example', { nullable: true, description: 'A value that was refused so.' }),
  }),
});

export const DataQuality = builder.objectRef<Report>('DataQuality').implement({
  description: 'What the data lacks and contradicts: of the tables as they are now, not as of the moment of the run.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    missingValues: t.field({
      type: [MissingValuesType],
      description: 'Of customers, orders and lines of the customers asked for; of all products.',
      resolve: ({ exploration: { database, scope } }) => readMissingValues(database, scope),
    }),
    inconsistencies: t.field({
      type: InconsistenciesType,
      resolve: ({ exploration: { database, scope } }) => readInconsistencies(database, scope),
    }),
    imports: t.field({
      type: ImportQualityType,
      resolve: (_report, _args, { database }) => readImportQuality(database),
    }),
    quarantine: t.field({
      type: [QuarantineReasonType],
      description: 'Quarantined rows of all imports by reason and field, the most frequent first.',
      args: { first: t.arg.int({ defaultValue: 20, required: true }) },
      resolve: (_report, { first }, { database }) => readQuarantineReasons(database, pageSize(first)),
    }),
  }),
});

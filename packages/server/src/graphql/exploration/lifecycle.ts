import type { Duration, Lifecycle, LifecycleCounts, ReturnDay } from '../../db/queries/exploration/lifecycle.js';
import { builder } from '../builder.js';
import { REPORTS_READ } from '../common.js';
import { share } from './report.js';

const DurationType = builder.objectRef<Duration>('LifecycleDuration').implement({
  description: 'Days between two stations of an order.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    orders: t.exposeInt('orders', { description: 'With both times, in their order: the base.' }),
    outOfOrder: t.exposeInt('outOfOrder', { description: 'With the later station first; left out.' }),
    meanDays: t.exposeFloat('mean', { nullable: true }),
    medianDays: t.exposeFloat('median', { nullable: true }),
    percentile90Days: t.exposeFloat('percentile90', { nullable: true }),
  }),
});

const ReturnDayType = builder.objectRef<ReturnDay>('ReturnDay').implement({
  authScopes: REPORTS_READ,
  fields: (t) => ({
    day: t.exposeInt('day', { description: 'Whole days since delivery; 0 is the first 24 hours.' }),
    orders: t.exposeInt('orders', { description: 'The last day of the list holds later ones too.' }),
    share: t.exposeFloat('share', { description: 'Of orders with both times.' }),
    cumulativeShare: t.exposeFloat('cumulativeShare'),
  }),
});

const LifecycleCountsType = builder.objectRef<LifecycleCounts>('LifecycleStations').implement({
  description:
    'Orders placed before the moment of the basis, by how far they had come; a delivered order counts as shipped too. Orders of any rule.',
  authScopes: REPORTS_READ,
  fields: (t) => {
    const rate = (part: keyof LifecycleCounts, whole: keyof LifecycleCounts) =>
      t.float({
        nullable: true,
        description: `${part} / ${whole}; null without any.`,
        resolve: (counts) => share(counts[part], counts[whole]),
      });
    return {
      placed: t.exposeInt('placed'),
      cancelledBeforeShipment: t.exposeInt('cancelledBeforeShipment', {
        description: 'Lost between placed and shipped.',
      }),
      waiting: t.exposeInt('waiting', { description: 'Neither shipped nor cancelled.' }),
      shipped: t.exposeInt('shipped', { description: 'placed - cancelledBeforeShipment - waiting.' }),
      cancelledAfterShipment: t.exposeInt('cancelledAfterShipment', {
        description: 'Lost between shipped and delivered.',
      }),
      underWay: t.exposeInt('underWay', { description: 'Shipped, neither delivered nor cancelled.' }),
      delivered: t.exposeInt('delivered', { description: 'shipped - cancelledAfterShipment - underWay.' }),
      partlyReturned: t.exposeInt('partlyReturned', { description: 'Delivered, and some of the lines came back.' }),
      fullyReturned: t.exposeInt('fullyReturned', { description: 'Delivered, and all of the lines came back.' }),
      kept: t.exposeInt('kept', { description: 'delivered - partlyReturned - fullyReturned.' }),
      shippedShare: rate('shipped', 'placed'),
      deliveredShare: rate('delivered', 'placed'),
      deliveredOfShipped: rate('delivered', 'shipped'),
      keptShare: rate('kept', 'placed'),
      keptOfDelivered: rate('kept', 'delivered'),
      returnedOfDelivered: t.float({
        nullable: true,
        description: '(partlyReturned + fullyReturned) / delivered; null without any.',
        resolve: ({ partlyReturned, fullyReturned, delivered }) => share(partlyReturned + fullyReturned, delivered),
      }),
    };
  },
});

const DurationsType = builder.objectRef<Lifecycle['durations']>('LifecycleDurations').implement({
  authScopes: REPORTS_READ,
  fields: (t) => ({
    placedToShipped: t.field({ type: DurationType, resolve: (stages) => stages.PLACED_TO_SHIPPED }),
    shippedToDelivered: t.field({ type: DurationType, resolve: (stages) => stages.SHIPPED_TO_DELIVERED }),
    doorToDoor: t.field({
      type: DurationType,
      description: 'From order to delivery.',
      resolve: (stages) => stages.DOOR_TO_DOOR,
    }),
    deliveredToReturned: t.field({ type: DurationType, resolve: (stages) => stages.DELIVERED_TO_RETURNED }),
  }),
});

export const LAST_RETURN_DAY = 60;

export const LifecycleCoverage = builder.objectRef<Lifecycle>('LifecycleCoverage').implement({
  description: 'How far orders come, how long it takes, and when they come back, as of the basis.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    stations: t.field({ type: LifecycleCountsType, resolve: ({ stations }) => stations }),
    durations: t.field({ type: DurationsType, resolve: ({ durations }) => durations }),
    returnDays: t.field({
      type: [ReturnDayType],
      description: `Days from delivery to return, without a gap up to the last return or day ${LAST_RETURN_DAY}.`,
      resolve: ({ returnDays }) => [...returnDays],
    }),
  }),
});

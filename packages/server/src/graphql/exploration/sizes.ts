import type { OrderCountRow, Sizes } from '../../db/queries/exploration/exploration.js';
import { builder } from '../builder.js';
import { Money, REPORTS_READ } from '../common.js';
import { moneyOf, share } from './report.js';

export const SizesType = builder.objectRef<Sizes>('ExplorationSizes').implement({
  description:
    "How much there is, of the customers asked for, as of the report's basis. What counts as an order is the run's rule.",
  authScopes: REPORTS_READ,
  fields: (t) => {
    type Amount = 'placedRevenue' | 'cancelledRevenue' | 'grossRevenue' | 'returnedRevenue' | 'netRevenue';
    type Average = Extract<keyof Sizes, `netRevenuePer${string}`>;
    const money = (name: Amount, description: string) =>
      t.field({ type: Money, description, resolve: (sizes, _args, context) => moneyOf(sizes[name], context) });
    const average = (name: Average, base: string) =>
      t.field({
        type: Money,
        nullable: true,
        description: `netRevenue / ${base}, as of the basis; null without any.`,
        resolve: (sizes, _args, context) => {
          const amount = sizes[name];
          return amount === null ? null : moneyOf(amount, context);
        },
      });
    const moment = (name: 'firstOrderAt' | 'lastOrderAt') =>
      t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Of the orders that count.',
        resolve: (sizes) => (sizes[name] === null ? null : new Date(sizes[name])),
      });
    return {
      customers: t.exposeInt('customers', { description: 'Buyers and Prospects.' }),
      buyers: t.exposeInt('buyers', { description: 'Customers with an order that counts.' }),
      prospects: t.exposeInt('prospects', { description: 'Customers without one.' }),
      ordersPlaced: t.exposeInt('ordersPlaced', { description: 'Placed before the moment, cancelled ones too.' }),
      ordersCancelled: t.exposeInt('ordersCancelled', { description: 'Of ordersPlaced, cancelled as a whole.' }),
      orders: t.exposeInt('orders', { description: "Of ordersPlaced, those that count under the run's rule." }),
      ordersWithLines: t.exposeInt('ordersWithLines', { description: 'Of orders, those with at least one line.' }),
      ordersKept: t.exposeInt('ordersKept', { description: 'Of orders, those with at least one line that was kept.' }),
      lines: t.exposeInt('lines', { description: 'Of ordersPlaced, cancelled and returned ones too.' }),
      pieces: t.exposeInt('pieces', { description: 'Of lines that were not cancelled.' }),
      productsSold: t.exposeInt('productsSold', { description: 'Distinct, on lines that were not cancelled.' }),
      productsKnown: t.exposeInt('productsKnown', { description: 'In the catalogue, whoever buys them.' }),
      firstOrderAt: moment('firstOrderAt'),
      lastOrderAt: moment('lastOrderAt'),
      placedRevenue: money('placedRevenue', 'All lines, cancelled ones too.'),
      cancelledRevenue: money('cancelledRevenue', 'Of placedRevenue, on lines that were cancelled.'),
      grossRevenue: money('grossRevenue', 'placedRevenue less cancelledRevenue.'),
      returnedRevenue: money('returnedRevenue', 'Of grossRevenue, what came back or was refunded.'),
      netRevenue: money('netRevenue', 'grossRevenue less returnedRevenue.'),
      netRevenuePerOrder: average('netRevenuePerOrder', 'orders'),
      netRevenuePerOrderWithLines: average('netRevenuePerOrderWithLines', 'ordersWithLines'),
      netRevenuePerKeptOrder: average('netRevenuePerKeptOrder', 'ordersKept'),
      netRevenuePerBuyer: average('netRevenuePerBuyer', 'buyers'),
      netRevenuePerCustomer: average('netRevenuePerCustomer', 'customers'),
    };
  },
});

export const OrderCountType = builder.objectRef<OrderCountRow>('OrderCount').implement({
  description: 'Buyers with the same number of orders.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    orders: t.exposeInt('orders'),
    orMore: t.exposeBoolean('orMore', { description: 'Buyers with more orders are counted here too.' }),
    customers: t.exposeInt('customers'),
    share: t.exposeFloat('share', { description: 'Of all buyers.' }),
    netRevenue: t.field({ type: Money, resolve: (row, _args, context) => moneyOf(row.netRevenue, context) }),
    revenueShare: t.exposeFloat('revenueShare', {
      nullable: true,
      description: 'Of the net revenue of all buyers; null where that is not above zero.',
    }),
  }),
});

export const RepeatSplit = builder.objectRef<readonly OrderCountRow[]>('RepeatSplit').implement({
  description: 'Buyers with one order against those with more, as of the basis. Shares are of all buyers.',
  authScopes: REPORTS_READ,
  fields: (t) => {
    const count = (rows: readonly OrderCountRow[], repeat: boolean) =>
      rows.filter(({ orders }) => orders > 1 === repeat).reduce((total, { customers }) => total + customers, 0);
    const part = (repeat: boolean) => ({
      customers: t.int({ resolve: (rows) => count(rows, repeat) }),
      share: t.float({
        nullable: true,
        resolve: (rows) => share(count(rows, repeat), count(rows, true) + count(rows, false)),
      }),
      // At most two rows, of one order and of two or more.
      revenueShare: t.float({
        nullable: true,
        description: 'Of the net revenue of all buyers.',
        resolve: (rows) => rows.find(({ orders }) => orders > 1 === repeat)?.revenueShare ?? null,
      }),
    });
    const oneTime = part(false);
    const repeat = part(true);
    return {
      oneTimeCustomers: oneTime.customers,
      oneTimeShare: oneTime.share,
      oneTimeRevenueShare: oneTime.revenueShare,
      repeatCustomers: repeat.customers,
      repeatShare: repeat.share,
      repeatRevenueShare: repeat.revenueShare,
    };
  },
});

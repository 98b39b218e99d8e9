import type { ElementSample } from '../../element-sample.js';
import { ACTIONS } from '../next-actions/next-actions.sample.js';
import { PRODUCTS } from '../recommendations/recommendations.sample.js';
import { agentCustomer } from '../segment-badge/segment-badge.sample.js';

const euros = (amount: string) => ({ amount, currency: 'EUR' });

export type CardCustomer = ReturnType<typeof cardCustomer>;

/** The whole card of a VIP. */
export function cardCustomer(externalId: string) {
  const segment = (segmentation: string, title: string, color: string) => ({
    segment: { title, color, segmentation: { title: segmentation } },
  });
  const move = (at: string, from: string | null, to: string, cause: string) => ({
    at: `${at}T00:00:00.000Z`,
    segmentation: 'rfm',
    cause,
    from: from === null ? null : { title: from },
    to: { title: to },
  });
  const order = (id: string, day: string, status: string, amount: string) => ({
    externalId: id,
    placedAt: `${day}T10:00:00.000Z`,
    status,
    amount: euros(amount),
  });
  return {
    ...agentCustomer(externalId),
    firstName: 'Ada' as string | null,
    lastName: 'Weber' as string | null,
    email: 'ada.weber@example.com' as string | null,
    country: 'DE' as string | null,
    registeredAt: '2022-03-14T00:00:00.000Z',
    metrics: {
      orders: 9,
      netRevenue: euros('1284.55'),
      averageOrderValue: euros('142.73'),
      recencyDays: 3.4,
      returnRate: 0.08,
    },
    clv: {
      predicted90d: euros('212.40') as { amount: string; currency: string } | null,
      interval: { low: 48.2, high: 391.7, level: 0.9 } as { low: number; high: number; level: number } | null,
      percentile: 0.97 as number | null,
      why: [
        'a customer with average behaviour',
        '9 orders so far (x 2.10)',
        'last ordered 3 days ago (x 1.42)',
        'spends 142.73 an order (x 1.18)',
        'returned 8 % of what was delivered (x 0.94)',
        'bought from 5 categories (x 1.06)',
        'channel: Search (x 1.03)',
      ].map((text) => ({ text })),
      basis: {
        status: 'MODELLED',
        note: 'beats ranking by spend by 4 points (90 % interval 1 to 7)' as string | null,
      },
    },
    segments: [
      segment('RFM', 'VIP', '#7c3aed'),
      segment('Value', 'Premium', '#b45309'),
      segment('Behaviour', 'High-Value Loyalists', '#0d9488'),
    ],
    segmentHistory: [
      move('2023-11-05', 'Loyal', 'VIP', 'PURCHASE'),
      move('2023-06-18', 'Potential Loyalist', 'Loyal', 'TIME'),
      move('2022-03-20', null, 'Regulars', 'PURCHASE'),
    ],
    orders: {
      totalCount: 9,
      nodes: [
        order('A-1042', '2024-01-19', 'DELIVERED', '129.90'),
        order('A-0988', '2023-12-02', 'DELIVERED', '88.00'),
        order('A-0931', '2023-11-04', 'RETURNED', '240.15'),
      ],
    },
    recommendations: PRODUCTS.slice(0, 3),
    nextActions: ACTIONS,
  };
}

export const sample: ElementSample = {
  about: 'Everything about one customer at a glance.',
  agent: cardCustomer,
};

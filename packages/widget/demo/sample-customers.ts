/** Answers of a server to the documents of the elements, for the gallery and for tests. */
export interface AgentCustomer {
  externalId: string;
  basis: { asOf: string; note: string | null };
  segment: {
    since: string | null;
    segment: { key: string; title: string; color: string; description: string };
    why: { text: string }[];
  };
}

/** A VIP, unless told otherwise. */
export function agentCustomer(externalId: string, segment: Partial<AgentCustomer['segment']> = {}): AgentCustomer {
  return {
    externalId,
    basis: { asOf: '2024-01-22T00:00:00.000Z', note: null },
    segment: {
      since: '2023-11-05T00:00:00.000Z',
      segment: { key: 'vip', title: 'VIP', color: '#7c3aed', description: 'Buys often, spends most.' },
      why: [{ text: 'recency score 5 of 5: last order 3 days ago' }, { text: 'frequency score 5 of 5: 9 orders' }],
      ...segment,
    },
  };
}

const euros = (amount: string) => ({ amount, currency: 'EUR' });

const product = (externalId: string, name: string, brand: string, category: string, price: string, reason: string) => ({
  product: { externalId, name, brand, category, listPrice: euros(price) },
  reason,
});

export const PRODUCTS = [
  product(
    'p1',
    'Canvas tote',
    'Nordlicht',
    'Bags',
    '39.00',
    'bought by 31 % of VIP who bought Leather wallet, lift 2.4, n = 212',
  ),
  product(
    'p2',
    'Wool scarf',
    'Aldersey',
    'Accessories',
    '54.90',
    'bought by 12 % of VIP who ordered in the last 90 days, n = 40',
  ),
  product(
    'p3',
    'Rain jacket',
    'Fjordvik',
    'Outdoor',
    '149.00',
    'buys it about every 60 days, last 57 days ago, n = 4 times',
  ),
  product(
    'p4',
    'Oak serving board',
    'Holm & Sohn',
    'Kitchen',
    '32.50',
    'bought by 5 % of customers who ordered in the last 90 days, n = 80',
  ),
  product(
    'p5',
    'Linen shirt',
    'Aldersey',
    'Shirts',
    '79.00',
    'bought by 9 % of customers who bought Canvas tote, lift 1.8, n = 61',
  ),
  product(
    'p6',
    'Enamel mug',
    'Fjordvik',
    'Kitchen',
    '14.00',
    'bought by 4 % of customers who ordered in the last 90 days, n = 66',
  ),
];

const SHOPPER_REASONS = [
  { reason: 'Often bought with Leather wallet', kind: 'BOUGHT_WITH', boughtWith: 'Leather wallet' },
  { reason: 'Popular right now', kind: 'POPULAR', boughtWith: null },
  { reason: 'Time to buy it again', kind: 'REBUY', boughtWith: null },
];

/** As the shopper reads them: no segment, no number. */
export const SHOPPER_PRODUCTS = PRODUCTS.map(({ product }, index) => ({ product, ...SHOPPER_REASONS[index % 3]! }));

export const PERKS = ['Early access to new products', 'Points on every order', 'A gift for you and a friend you bring'];

export const ACTIONS = [
  {
    action: { key: 'early-access', title: 'Offer early access to the new collection' },
    reason: 'VIP for 11 weeks, last order 3 days ago',
    kpi: 'orders in 30 days',
    expectedValue: euros('42.10'),
    maxIncentive: null,
  },
  {
    action: { key: 'thank-you', title: 'Send a thank-you note' },
    reason: 'Ninth order this year',
    kpi: 'repeat rate',
    expectedValue: euros('12.40'),
    maxIncentive: euros('5.00'),
  },
];

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

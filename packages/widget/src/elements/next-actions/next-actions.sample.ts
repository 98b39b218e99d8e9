import type { ElementSample } from '../../element-sample.js';

const euros = (amount: string) => ({ amount, currency: 'EUR' });

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

export const sample: ElementSample = {
  about: 'What to do best for one customer, from the playbook of the shop.',
  agent: (externalId, first) => ({ externalId, nextActions: ACTIONS.slice(0, first) }),
  nothing: { nextActions: [] },
};

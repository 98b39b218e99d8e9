import type { ElementSample } from '../../element-sample.js';
import type { BadgeCustomer } from './segment-badge.js';

export interface AgentCustomer extends BadgeCustomer {
  externalId: string;
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

export const sample: ElementSample = {
  about: 'One segment, with the reasons on demand.',
  looks: [{ title: 'For the shopper', attributes: { audience: 'shopper' } }],
  agent: (externalId) => agentCustomer(externalId),
  shopper: (externalId) => ({ externalId, shopper: { publicLabel: 'VIP' } }),
};

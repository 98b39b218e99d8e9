import type { CustomerQuery } from '../../data/customer-data.js';

export interface SegmentBadge {
  title: string;
  /** Everything else is the agent's. */
  segment?: Segment;
  /** Sentences, the rule that fired first. */
  why?: string[];
  since?: string | null;
  basis?: Basis;
}

interface Segment {
  key: string;
  title: string;
  color: string;
  description: string;
}

interface Basis {
  asOf: string;
  status: string;
  note: string | null;
}

interface AgentCustomer {
  basis: Basis;
  segment: { since: string | null; segment: Segment; why: { text: string }[] };
}

interface ShopperCustomer {
  shopper: { publicLabel: string | null };
}

/** The agent's view: the segment, why, since and as of when. */
export function agentQuery(segmentation: string): CustomerQuery<SegmentBadge> {
  return {
    document:
      'query TesseraSegmentBadges($ids: [String!]!, $segmentation: String!) { customersByExternalIds(externalIds: $ids) { externalId basis { asOf status note } segment(segmentation: $segmentation) { since segment { key title color description } why { text } } } }',
    variables: { segmentation },
    parse(customer) {
      const { basis, segment: membership } = customer as AgentCustomer;
      const { segment, since, why } = membership;
      return { title: segment.title, segment, since, why: why.map(({ text }) => text), basis };
    },
  };
}

/** The shopper's view: the public label, and no field beside it. */
export const shopperQuery: CustomerQuery<SegmentBadge | null> = {
  document:
    'query TesseraShopperBadges($ids: [String!]!) { customersByExternalIds(externalIds: $ids) { externalId shopper { publicLabel } } }',
  variables: {},
  parse(customer) {
    const title = (customer as ShopperCustomer).shopper.publicLabel;
    return title ? { title } : null;
  },
};

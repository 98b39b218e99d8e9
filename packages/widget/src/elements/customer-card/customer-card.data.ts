import type { Amount } from '@tessera/ui/format/formats.js';
import type { ActionRecommendation } from '../next-actions/actions.js';
import type { ProductRecommendation } from '../recommendations/products.js';
import type { BadgeCustomer } from '../segment-badge/segment-badge.js';

/** What the page's document answers for a card. */
export interface CardCustomer extends BadgeCustomer {
  externalId: string;
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  country: string | null;
  registeredAt: string | null;
  metrics: {
    orders: number;
    netRevenue: Amount;
    averageOrderValue: Amount | null;
    recencyDays: number | null;
    returnRate: number | null;
  };
  clv: {
    predicted90d: Amount | null;
    interval: { low: number; high: number; level: number } | null;
    percentile: number | null;
    why: { text: string }[];
    basis: { status: string; note: string | null };
  };
  segments: { segment: { title: string; color: string; segmentation: { title: string } } }[];
  segmentHistory: CardChange[];
  orders: { totalCount: number; nodes: CardOrder[] };
  recommendations: ProductRecommendation[];
  nextActions: ActionRecommendation[];
}

export interface CardChange {
  at: string;
  segmentation: string;
  cause: string;
  from: { title: string } | null;
  to: { title: string } | null;
}

export interface CardOrder {
  externalId: string;
  placedAt: string;
  status: string;
  amount: Amount;
}

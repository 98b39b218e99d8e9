import type { InputFormat } from '../format.js';
import { headerHas } from '../rows/entities.js';

/** Who was treated by which campaign, in which arm, and whether the offer was redeemed. */
export const treatmentsTable: InputFormat = {
  key: 'treatments-table',
  title: 'treatments and redemptions',
  entity: 'treatments',
  reading: { kind: 'csv' },
  recognises: ({ header }) =>
    headerHas(header, 'treatments', 'customer_id', 'campaign_id', 'treated_at') && !headerHas(header, 'events', 'kind'),
};

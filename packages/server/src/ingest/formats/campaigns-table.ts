import type { InputFormat } from '../format.js';
import { headerHas } from '../rows/entities.js';

/** Campaigns with their time and cost. */
export const campaignsTable: InputFormat = {
  key: 'campaigns-table',
  title: 'campaigns',
  entity: 'campaigns',
  reading: { kind: 'csv' },
  recognises: ({ header }) =>
    headerHas(header, 'campaigns', 'campaign_id') &&
    ['starts_at', 'start_date', 'start_day', 'campaign_name'].some((name) => header.includes(name)) &&
    !headerHas(header, 'treatments', 'customer_id'),
};

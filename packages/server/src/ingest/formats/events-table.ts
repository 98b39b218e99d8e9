import type { InputFormat } from '../format.js';
import { headerHas } from '../rows/entities.js';

/** Events: web visits, campaign opens and clicks, carts, service contacts, surveys. */
export const eventsTable: InputFormat = {
  key: 'events-table',
  title: 'events',
  entity: 'events',
  reading: { kind: 'csv' },
  recognises: ({ header }) =>
    headerHas(header, 'events', 'customer_id', 'kind', 'occurred_at') && !headerHas(header, 'orders', 'order_id'),
};

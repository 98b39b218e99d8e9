import type { InputFormat } from '../format.js';
import { hasWorth, headerHas } from '../rows/entities.js';

const NAMES_EVENTS = ['kind', 'event', 'event_type', 'event_name'];

/** Events: web visits, campaign opens and clicks, carts, service contacts, surveys. */
export const eventsTable: InputFormat = {
  key: 'events-table',
  title: 'events',
  entity: 'events',
  reading: { kind: 'csv' },
  recognises: ({ header }) =>
    headerHas(header, 'events', 'customer_id', 'kind', 'occurred_at') &&
    !headerHas(header, 'orders', 'order_id') &&
    // A bare type beside money may be that of a sale.
    !(hasWorth(header) && !NAMES_EVENTS.some((name) => header.includes(name))),
};

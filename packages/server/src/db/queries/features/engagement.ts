import { integer } from 'drizzle-orm/pg-core';
import { featureGroup } from './feature.js';

/** The kinds of events that each feature counts, in lower case; any other kind is stored and counts for none. */
const EVENT_KINDS = {
  visits: "'visit', 'page_view', 'pageview', 'session', 'web_visit'",
  opens: "'email_open', 'open', 'email_opened', 'campaign_open'",
  contacts: "'service_contact', 'ticket', 'support', 'call', 'chat', 'complaint'",
};

/** What a customer did beside ordering: `e`. */
export const engagement = featureGroup({
  expressions: ({ momentOf, daysBefore, andChosen }) => {
    const since = (days: number) => `e.occurred_at >= ${daysBefore('e', days)}`;
    return `
    engagement as (
      select customer_id,
             count(*) filter (where kind in (${EVENT_KINDS.visits}) and ${since(30)})::int as visits,
             count(*) filter (where kind in (${EVENT_KINDS.opens}) and ${since(90)})::int as opens,
             count(*) filter (where kind in (${EVENT_KINDS.contacts}) and ${since(90)})::int as contacts
      from events e where e.occurred_at < ${momentOf('e')} and ${since(90)} ${andChosen('e')} group by customer_id
    )`;
  },
  joins: 'left join engagement e on e.customer_id = c.customer_id',
  features: {
    visits30d: { column: integer('visits_30d').notNull(), value: 'coalesce(e.visits, 0)' },
    emailOpens90d: { column: integer('email_opens_90d').notNull(), value: 'coalesce(e.opens, 0)' },
    serviceContacts90d: { column: integer('service_contacts_90d').notNull(), value: 'coalesce(e.contacts, 0)' },
  },
});

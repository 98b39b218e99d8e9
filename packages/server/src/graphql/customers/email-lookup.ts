import { isNotNull, sql } from 'drizzle-orm';
import { actorOf } from '../../access/credential.js';
import { writeAudit } from '../../db/queries/access/audit-log.js';
import { customers } from '../../db/tables.js';
import { apiError } from '../../errors.js';
import type { Context } from '../context.js';

export const MOST_EMAILS = 10;
/** The longest address there is (RFC 3696, erratum 1690), with room for blanks around it. */
const LONGEST_EMAIL = 330;

/**
 * The customers who have exactly these e-mail addresses, whatever their case; in the order asked, null where there is
 * none, an error where several share one. An agent's lookups are limited, everybody's are on record: how many were
 * asked and who was found, never an address.
 * @throws BAD_USER_INPUT, RATE_LIMITED
 */
export async function findByEmails(emails: readonly string[], context: Context): Promise<(string | Error | null)[]> {
  if (emails.length > MOST_EMAILS) {
    throw apiError('BAD_USER_INPUT', `"emails" holds at most ${MOST_EMAILS} addresses, got ${emails.length}`);
  }
  const given = emails.map((email) => email.trim());
  if (given.some((email) => email === '' || email.length > LONGEST_EMAIL)) {
    throw apiError('BAD_USER_INPUT', `an e-mail address has 1 to ${LONGEST_EMAIL} characters`);
  }
  const { credential, access, database } = context;
  if (credential.kind === 'agent') await access.limits.takeLookups(credential, given.length);
  const rows = await database.drizzle
    .select({ customerId: customers.customerId, place: sql<number>`asked.place::int` })
    .from(customers)
    .innerJoin(
      sql`unnest(${sql.param(given)}::text[]) with ordinality as asked(email, place)`,
      sql`lower(${customers.email}) = lower(asked.email)`,
    )
    .where(isNotNull(customers.email));
  const found = given.map((_, i) => rows.filter(({ place }) => place === i + 1).map(({ customerId }) => customerId));
  await writeAudit(database.reader, {
    ...actorOf(credential),
    action: 'customers looked up by e-mail',
    targets: found.flat(),
    details: { asked: given.length },
  });
  return found.map(([first = null, ...others]) =>
    others.length === 0
      ? first
      : apiError('BAD_USER_INPUT', 'several customers share this e-mail address: ask by externalId'),
  );
}

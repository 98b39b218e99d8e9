import { actorOf } from '../../access/credential.js';
import { writeAudit } from '../../db/queries/access/audit-log.js';
import { readByEmails } from '../../db/queries/customers/e-mails.js';
import { apiError } from '../../errors.js';
import { isWhole } from '../../whole-characters.js';
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
  if (!given.every(isWhole)) throw apiError('BAD_USER_INPUT', 'an e-mail address holds half of a surrogate pair');
  const { credential, access, database } = context;
  if (credential.kind === 'agent') await access.limits.takeLookups(credential, given.length);
  const found = await readByEmails(database.drizzle, given);
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

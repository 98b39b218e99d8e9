import { isNotNull, sql } from 'drizzle-orm';
import type { Drizzle } from '../../database.js';
import { customers } from '../../tables.js';

/** Who has exactly these e-mail addresses, whatever their case. @returns for each address in their order whom it belongs to */
export async function readByEmails(drizzle: Drizzle, emails: readonly string[]): Promise<string[][]> {
  const rows = await drizzle
    .select({ customerId: customers.customerId, place: sql<number>`asked.place::int` })
    .from(customers)
    .innerJoin(
      sql`unnest(${sql.param(emails)}::text[]) with ordinality as asked(email, place)`,
      sql`lower(${customers.email}) = lower(asked.email)`,
    )
    .where(isNotNull(customers.email));
  return emails.map((_, i) => rows.filter(({ place }) => place === i + 1).map(({ customerId }) => customerId));
}

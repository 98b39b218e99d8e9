import type { Sql } from '../../database.js';

/** A customer whom a reader has read on a day: his profile, or only his badge. */
export interface ReadCustomer {
  readonly customerId: string;
  readonly isProfile: boolean;
}

interface Reader {
  readonly keyId: string;
  readonly subject: string;
}

/** Adds what a reader has read on a day; what is there already stays, and a badge becomes a profile. */
export async function writeReads(
  sql: Sql,
  { keyId, subject }: Reader,
  day: string,
  rows: readonly ReadCustomer[],
): Promise<void> {
  const ids = rows.map(({ customerId }) => customerId);
  const profiles = rows.filter(({ isProfile }) => isProfile).map(({ customerId }) => customerId);
  await sql`
    insert into customer_reads (key_id, subject, day, customer_id, is_profile)
    select ${keyId}, ${subject}, ${day}::date, id, id = any(${profiles}::text[]) from unnest(${ids}::text[]) as r(id)
    on conflict (key_id, subject, day, customer_id) do update set is_profile = true, read_at = excluded.read_at
    where excluded.is_profile and not customer_reads.is_profile`;
}

/** What a reader has read on a day, by all servers; only what was written in the last seconds where these are given. */
export const readReadsOf = (sql: Sql, { keyId, subject }: Reader, day: string, sinceSeconds: number | null) =>
  sql<ReadCustomer[]>`
    select customer_id as "customerId", is_profile as "isProfile" from customer_reads
    where key_id = ${keyId} and subject = ${subject} and day = ${day}::date
      and (${sinceSeconds}::float8 is null or read_at >= now() - make_interval(secs => ${sinceSeconds ?? 0}))`;

export const forgetReadsBefore = (sql: Sql, day: string) => sql`delete from customer_reads where day < ${day}::date`;

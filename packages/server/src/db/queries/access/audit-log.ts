import type { Sql, Transaction } from '../../database.js';

/** What is on record of one act: ids and counts, never a name, an e-mail address or a secret. */
export interface AuditEntry {
  readonly actor: string;
  readonly keyId?: string | null;
  readonly subject?: string | null;
  readonly action: string;
  readonly targets?: readonly string[];
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

export async function writeAudit(sql: Sql | Transaction, entry: AuditEntry): Promise<void> {
  await sql`
    insert into audit_log (actor, key_id, subject, action, targets, details)
    values (${entry.actor}, ${entry.keyId ?? null}, ${entry.subject ?? null}, ${entry.action},
            ${[...(entry.targets ?? [])]}, ${sql.json(entry.details ?? {})})`;
}

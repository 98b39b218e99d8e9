import { parseDatabaseUrl } from '@tessera/server/db/database.js';
import postgres from 'postgres';

/** One connection to the tests' server, for making and dropping databases. */
export function connectAdmin(serverUrl: string): postgres.Sql {
  const { url, options } = parseDatabaseUrl(serverUrl);
  return postgres(url, { ...options, max: 1, onnotice: () => {} });
}

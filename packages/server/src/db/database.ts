import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { codeOf, UserError } from '../errors.js';
import { acquireBundledPostgres, type BundledPostgres } from './bundled-postgres/bundled-postgres.js';
import { Listener, type ListenerEvents } from './listener.js';
import { SILENCE_SECONDS, SilenceInspector } from './silence.js';
import * as tables from './tables.js';

/** The oldest server that the schema and the queries are tried on. */
const OLDEST_SERVER = 150_000;
/** Two processes that start at once migrate one after the other. */
const MIGRATION_LOCK = 7_305_001;
const READ_CONNECTIONS = 10;
const STATEMENT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_SECONDS = 5;
/** After a failed attempt to connect, doubled up to the longest: a request waits for it, and the database may be back at any moment. */
const FIRST_PAUSE_SECONDS = 0.02;
const LONGEST_PAUSE_SECONDS = 0.3;
/** An idle connection whose other side is gone is noticed after so long, and ten seconds of asking. */
const KEEP_ALIVE_SECONDS = 10;

export type Sql = postgres.Sql;
export type Transaction = postgres.TransactionSql;
export type Drizzle = PostgresJsDatabase<typeof tables>;

export interface Database {
  /** For bulk work: COPY, cursors, long statements; no time limit. */
  readonly sql: Sql;
  /** For answering requests: typed and prepared, ended by `statement_timeout`. A client of its own, as drizzle changes its parsers. */
  readonly drizzle: Drizzle;
  /** The raw client under `drizzle`'s limits, for read queries that are plain SQL. */
  readonly reader: Sql;
  /** Listens to a channel, through every loss of the connection, until it is ended or the database is closed. */
  listen(channel: string, events: ListenerEvents): Listener;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** A PostgreSQL of one's own; without it the bundled one of `dataFolder` is used. */
  readonly databaseUrl?: string;
  readonly dataFolder: string;
}

/** What our patch adds to the driver's options, and what its types leave out. */
interface DriverOptions extends postgres.Options<Record<string, never>> {
  readonly onsilence?: SilenceInspector['look'];
  /** Seconds. */
  readonly silence_timeout?: number;
  readonly onnotify?: (channel: string, payload: string) => void;
}

/**
 * A connection of one's own with the settings of a client, for work that keeps temporary tables or locks beyond a transaction:
 * they end with it, however it ends. To be ended by the caller.
 */
export function openSession({ options }: Sql): Sql {
  // The driver closes a connection that idles or has lived for long, and opens another when it is asked again.
  const own = { ...options, max: 1, idle_timeout: 0, max_lifetime: null };
  return postgres(own as unknown as postgres.Options<Record<string, never>>);
}

/** This package's folder, from source and from the built bundle alike. */
function packageFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package.json'))) folder = path.dirname(folder);
  return folder;
}

function explainConnectionError(error: unknown, where: string): unknown {
  const code = codeOf(error);
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there',
    ENOENT: 'nothing listens there',
    ENOTFOUND: 'there is no such host',
    EAI_AGAIN: 'its host cannot be looked up',
    ETIMEDOUT: 'it does not answer',
    CONNECT_TIMEOUT: 'it does not answer',
    CONNECTION_CLOSED: 'it closed the connection',
    CONNECTION_DESTROYED: 'it does not answer',
    DATABASE_SILENT: 'it does not answer',
    ECONNRESET: 'it closed the connection',
    EHOSTUNREACH: 'there is no way to its host',
    ENETUNREACH: 'there is no way to its host',
    '53300': 'all of its connections are taken',
    '57P03': 'it is starting up or shutting down: try again in a few seconds',
    '28P01': 'the password is wrong',
    '28000': 'the user may not log in',
    '3D000': 'the database does not exist: create it first',
    '42501': 'the user may not create tables there',
  };
  const reason = reasons[code];
  return reason === undefined
    ? error
    : new UserError(`cannot use the database at ${where}: ${reason}`, 1, { cause: error });
}

/**
 * Reads a connection string. `?host=/folder` means a Unix socket, as in libpq; the driver alone would ignore it.
 * @returns the string and options for the driver, and what of it may be shown: never the user or the password
 */
export function parseDatabaseUrl(databaseUrl: string): { url: string; options: { host?: string }; shown: string } {
  try {
    const url = new URL(databaseUrl);
    if (!/^postgres(ql)?:$/.test(url.protocol)) throw new TypeError('not PostgreSQL');
    const socketFolder = url.searchParams.get('host');
    url.searchParams.delete('host');
    return {
      url: url.href,
      options: socketFolder === null ? {} : { host: socketFolder },
      shown: `${socketFolder ?? url.host}${url.pathname}`,
    };
  } catch {
    throw new UserError('DATABASE_URL is not a PostgreSQL address: it reads postgres://USER:PASSWORD@HOST:5432/NAME');
  }
}

const migrationsFolder = () => path.join(packageFolder(), 'src/db/migrations');

/**
 * Brings the schema up to date; safe to run from several processes at once.
 * @param single has one connection and ends here @param folder of migrations with their journal
 */
export async function migrateDatabase(single: Sql, folder = migrationsFolder()): Promise<void> {
  try {
    // Held by the session, so it is given back whatever happens.
    await single`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await migrate(drizzle(single), { migrationsFolder: folder });
  } finally {
    await single.end();
  }
}

/**
 * Connects to the shop's database, starting the bundled PostgreSQL when no other is named, and migrates it.
 * @throws UserError with a way out when it cannot be reached or used
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const own = options.databaseUrl === undefined ? null : parseDatabaseUrl(options.databaseUrl);
  const where = own?.shown ?? options.dataFolder;
  const bundled: BundledPostgres | null =
    own === null ? await acquireBundledPostgres(path.resolve(options.dataFolder)) : null;
  const connectAny = (settings: DriverOptions) => {
    const shared: DriverOptions = {
      onnotice: () => {},
      connect_timeout: CONNECT_TIMEOUT_SECONDS,
      keep_alive: KEEP_ALIVE_SECONDS,
      backoff: (failures) => Math.min(FIRST_PAUSE_SECONDS * 2 ** failures, LONGEST_PAUSE_SECONDS),
      ...settings,
    };
    return own === null
      ? postgres({ ...bundled?.connection, ...shared })
      : postgres(own.url, { ...own.options, ...shared });
  };
  const plain = { max: 1, fetch_types: false, connection: { application_name: 'tessera' } };
  const inspector = new SilenceInspector(() => connectAny(plain));
  const connect = (settings: DriverOptions) =>
    connectAny({ onsilence: inspector.look, silence_timeout: SILENCE_SECONDS, ...settings });
  const limits = { application_name: 'tessera', statement_timeout: STATEMENT_TIMEOUT_MS };
  const sql = connect({ max: 4, connection: { application_name: 'tessera', TimeZone: 'UTC' } });
  const typed = connect({ max: READ_CONNECTIONS, connection: { ...limits, TimeZone: 'UTC' } });
  const reader = connect({ max: READ_CONNECTIONS, connection: { ...limits, TimeZone: 'UTC' } });
  const listeners = new Set<Listener>();
  const listen = (channel: string, events: ListenerEvents) => {
    const listener = new Listener(
      (callbacks) => connectAny({ ...plain, idle_timeout: 0, max_lifetime: null, ...callbacks }),
      channel,
      events,
    );
    listeners.add(listener);
    return listener;
  };
  const close = async () => {
    await Promise.all([...listeners].map((listener) => listener.end()));
    await Promise.all([sql.end({ timeout: 5 }), typed.end({ timeout: 5 }), reader.end({ timeout: 5 })]);
    await bundled?.release();
  };
  try {
    const [server] = await sql<{ number: number; text: string }[]>`
      select current_setting('server_version_num')::int as number, current_setting('server_version') as text`;
    if (server !== undefined && server.number < OLDEST_SERVER) {
      throw new UserError(`the database at ${where} is PostgreSQL ${server.text}: Tessera needs 15 or newer`);
    }
    await migrateDatabase(connect({ max: 1 }));
  } catch (error) {
    await close();
    throw explainConnectionError(error, where);
  }
  return { sql, drizzle: drizzle(typed, { schema: tables }), reader, listen, close };
}

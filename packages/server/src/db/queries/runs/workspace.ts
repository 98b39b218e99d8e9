import type { Sql, Transaction } from '../../database.js';
import { PROFILE_SCORES } from './profile-scores.js';

/** A client of one connection, or a transaction: what temporary tables can live in. */
export type Connection = Sql | Transaction;

/** THE LIST of the tables that scoring works in, by what they hold. */
const NAMES = {
  /** Customers who are scored alone, each with his own moment. */
  chosen: 'chosen_customers',
  /** One row a customer as of the moment; `row` numbers them from 0 in id order. */
  features: 'run_features',
  /** The same as of a moment of the past, for models that foretell. */
  windowFeatures: 'window_features',
  /** What the models say, by `row` of the features. */
  scores: 'run_scores',
  /** Customers whom the cut-offs of the run before would have put elsewhere. */
  moves: 'moved_scores',
  /** Imports that were done before the features were read. */
  importsBefore: 'imports_before',
  /** Profiles that are being replaced. */
  profilesBefore: 'profiles_before',
  /** One row a customer, order and product. */
  lines: 'affinity_lines',
  /** One row a product that was bought. */
  items: 'affinity_items',
  /** The last products of each customer. */
  baskets: 'affinity_customers',
  /** A product's neighbours as they were counted. */
  near: 'affinity_near',
  /** One row a product: counts, neighbours and what each of them rests on. */
  facts: 'affinity_facts',
  /** What each segment and the shop bought of late. */
  popular: 'affinity_popular',
} as const;

export type WorkTable = keyof typeof NAMES;

/** Columns of the tables that are filled row by row; the others have those of the query that makes them. */
const COLUMNS = {
  scores: `row int not null, ${PROFILE_SCORES.map(({ column, type }) => `${column} ${type}`).join(', ')},
    segments text[] not null, segments_before_refit text[]`,
  moves: 'customer_id text COLLATE "C" primary key, segments_before_refit text[]',
  near: 'item int primary key, neighbours jsonb, evidence jsonb',
} as const satisfies Partial<Record<WorkTable, string>>;

/** How long its tables stay: until the transaction ends, or the session. */
export type Lifetime = 'transaction' | 'session';

/**
 * What scoring works in: it owns the names, the columns and the lifetime of the tables, and nobody else makes one. They are
 * temporary, so that no reader sees them and a session that dies takes them with it. Tables of another kind, say distributed by
 * customer, are made by another `make` and `fill`; the queries ask for a name.
 */
export class Workspace {
  constructor(
    readonly connection: Connection,
    private readonly lifetime: Lifetime = 'transaction',
  ) {}

  /** The same tables in a transaction of their session. */
  within(transaction: Transaction): Workspace {
    return new Workspace(transaction, this.lifetime);
  }

  name(table: WorkTable): string {
    return NAMES[table];
  }

  /** Makes a table with its columns, in place of one that was there. */
  async make(table: keyof typeof COLUMNS): Promise<void> {
    await this.drop(table);
    await this.connection.unsafe(`create temp table ${NAMES[table]} (${COLUMNS[table]}) ${this.#end}`);
  }

  /** Makes a table out of a query, in place of one that was there. */
  async fill(table: WorkTable, query: string, parameters: readonly (string | string[])[] = []): Promise<void> {
    await this.drop(table);
    await this.connection.unsafe(`create temp table ${NAMES[table]} ${this.#end} as ${query}`, [...parameters]);
  }

  async drop(...tables: readonly WorkTable[]): Promise<void> {
    await this.connection.unsafe(`drop table if exists ${tables.map((table) => `pg_temp.${NAMES[table]}`).join(', ')}`);
  }

  get #end(): string {
    return this.lifetime === 'transaction' ? 'on commit drop' : 'on commit preserve rows';
  }
}

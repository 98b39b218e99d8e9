import DataLoader from 'dataloader';
import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database.js';
import { customerProfiles } from '../../tables.js';
import { type ExploredFeature, STORED_FEATURE_NAMES, STORED_FEATURES } from '../features/features.js';
import { type OrderFactsOptions, orderFacts } from '../orders/order-facts.js';
import { readOf } from '../runs/run-features.js';

/** Whose data is explored, and as of when: every figure of one report has the same base. */
export interface ExplorationScope {
  readonly runId: number;
  /** A condition on the profiles of the run; undefined for all customers. */
  readonly where: SQL | undefined;
  readonly facts: OrderFactsOptions;
}

/** The features that are explored: their name there, the column that holds them, and how models read it. */
export const EXPLORED = STORED_FEATURE_NAMES.flatMap((name) => {
  const { explored } = STORED_FEATURES[name];
  if (explored === undefined) return [];
  return [{ name, explored: explored as ExploredFeature, column: customerProfiles[name].name, read: readOf(name) }];
});

const membersSelect = ({ runId, where }: ExplorationScope): SQL => sql`
  select customer_id, country, ${sql.raw(EXPLORED.map(({ column }) => column).join(', '))}
  from ${customerProfiles} where ${customerProfiles.runId} = ${runId} and (${where ?? sql`true`})`;

/** The common table expression `members`: the customers asked for as the run scored them, Prospects too. */
export const membersOf = (scope: ExplorationScope): SQL => sql`members as materialized (${membersSelect(scope)})`;

export type ReadSets = <Row extends object>(query: SQL) => Promise<Row[]>;
type Part = (read: ReadSets) => Promise<unknown>;

/** One statement over whole sets, such as `members`. */
export const readSets = async <Row extends object>({ drizzle }: Database, query: SQL): Promise<Row[]> => [
  ...((await drizzle.execute(query)) as unknown as Row[]),
];

/**
 * One report over a scope. What its parts need to know of every order is worked out once: parts that are asked for in the
 * same turn share a transaction, in which the facts stand as temporary tables.
 */
export class Exploration {
  readonly #parts: DataLoader<Part, unknown>;

  constructor(
    readonly database: Database,
    readonly scope: ExplorationScope,
  ) {
    this.#parts = new DataLoader((parts) => this.#readParts(parts), { cache: false });
  }

  /**
   * Reads with `members`, `placed_orders`, `placed_lines` and `order_totals`: the customers, and of `orderFacts` the
   * expressions `placed`, `lines` and `per_order` of theirs.
   */
  withOrders<T>(work: (read: ReadSets) => Promise<T>): Promise<T> {
    return this.#parts.load(work) as Promise<T>;
  }

  #readParts(parts: readonly Part[]): Promise<unknown[]> {
    const facts = sql.raw(orderFacts(this.scope.facts, 'in (select customer_id from members)'));
    return this.database.drizzle.transaction(async (transaction) => {
      const read = async <Row extends object>(query: SQL) => [
        ...((await transaction.execute(query)) as unknown as Row[]),
      ];
      // Without statistics the planner would loop over tens of thousands of rows; gathering them costs more than the reading.
      await read(sql`select set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)`);
      await read(sql`create temp table members on commit drop as ${membersSelect(this.scope)}`);
      for (const [table, source] of [
        ['placed_orders', 'placed'],
        ['placed_lines', 'lines'],
        ['order_totals', 'per_order'],
      ] as const) {
        const empty = sql.raw(`select * from ${source} with no data`);
        await read(sql`create temp table ${sql.raw(table)} on commit drop as with ${facts} ${empty}`);
      }
      await read(sql`
        with ${facts},
        orders_in as (insert into placed_orders select * from placed),
        lines_in as (insert into placed_lines select * from lines)
        insert into order_totals select * from per_order`);
      const answers: unknown[] = [];
      for (const part of parts) {
        try {
          answers.push(await part(read));
        } catch (error) {
          answers.push(error instanceof Error ? error : new Error(String(error)));
        }
      }
      return answers;
    });
  }
}

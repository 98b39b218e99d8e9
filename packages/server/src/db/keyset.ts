import { type Column, type SQL, sql } from 'drizzle-orm';

/** One column of an order. Every key is NOT NULL (coalesced if need be); the last is unique, so that no row is lost or repeated. */
export interface OrderKey {
  readonly expression: SQL | Column;
  /** The type that a cursor's text is cast to; part of the program, never of a request. */
  readonly type: 'text' | 'numeric' | 'float8' | 'int' | 'bigint' | 'timestamptz';
}

/** Which rows of an ordered list: those beyond the keys of one row, up to those of another. */
export interface KeysetBounds {
  readonly descending: boolean;
  /** The keys of the row before the first, as PostgreSQL's own text. */
  readonly after?: readonly string[];
  /** The keys of the row after the last. */
  readonly before?: readonly string[];
  /** From the end of the list: the order is turned around. */
  readonly backwards: boolean;
  readonly limit: number;
}

/** The parts of a query over an ordered list; `cursorKeys` is a column of the keys of each row, as text. */
export interface KeysetQuery {
  readonly condition: SQL | undefined;
  readonly order: SQL;
  readonly limit: number;
  readonly cursorKeys: SQL;
}

export function keysetQuery(keys: readonly OrderKey[], bounds: KeysetBounds): KeysetQuery {
  const { descending, after, before, backwards, limit } = bounds;
  const beyond = (values: readonly string[], forwards: boolean) => {
    const operator = sql.raw(descending === forwards ? '<' : '>');
    const left = sql.join(
      keys.map(({ expression }) => sql`${expression}`),
      sql`, `,
    );
    const right = sql.join(
      keys.map(({ type }, i) => sql`${values[i]}::${sql.raw(type)}`),
      sql`, `,
    );
    return sql`(${left}) ${operator} (${right})`;
  };
  const conditions: SQL[] = [];
  if (after !== undefined) conditions.push(beyond(after, true));
  if (before !== undefined) conditions.push(beyond(before, false));
  const direction = sql.raw(descending !== backwards ? 'desc' : 'asc');
  return {
    condition: conditions.length === 0 ? undefined : sql.join(conditions, sql` and `),
    order: sql.join(
      keys.map(({ expression }) => sql`${expression} ${direction}`),
      sql`, `,
    ),
    limit,
    cursorKeys: sql`array[${sql.join(
      keys.map(({ expression }) => sql`(${expression})::text`),
      sql`, `,
    )}]`,
  };
}

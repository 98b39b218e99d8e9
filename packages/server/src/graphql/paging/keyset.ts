import { type KeysetQuery, keysetQuery, type OrderKey } from '../../db/keyset.js';
import { apiError } from '../../errors.js';

/** A list in an order. Cursors carry its name, so that one of another list or order is refused. */
export interface OrderedList {
  readonly name: string;
  /** All in the same direction, the last one unique. */
  readonly keys: readonly OrderKey[];
  readonly descending: boolean;
}

export interface PageArguments {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

export interface Page<Row> {
  readonly edges: { cursor: string; node: Row }[];
  readonly pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

export const DEFAULT_PAGE = 20;
export const LARGEST_PAGE = 100;
const LONGEST_CURSOR = 2000;

const encode = ({ name }: OrderedList, values: readonly string[]) =>
  Buffer.from(JSON.stringify([name, ...values])).toString('base64url');

const VALID: Readonly<Record<OrderKey['type'], RegExp>> = {
  text: /^[^\0]*$/s,
  numeric: /^-?\d{1,60}(\.\d{1,60})?$/,
  float8: /^-?(\d+(\.\d+)?([eE][+-]?\d{1,3})?|Infinity)$/,
  int: /^-?\d{1,9}$/,
  bigint: /^-?\d{1,18}$/,
  timestamptz: /^(-?infinity|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?)$/,
};

function decode(cursor: string, { name, keys }: OrderedList): string[] {
  const bad = () =>
    apiError(
      'BAD_USER_INPUT',
      'this cursor is not one of this list: take "endCursor" or "startCursor" of its pageInfo',
    );
  if (cursor.length > LONGEST_CURSOR) throw bad();
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw bad();
  }
  if (!Array.isArray(parts) || parts[0] !== name) throw bad();
  const values = parts.slice(1);
  if (values.length !== keys.length) throw bad();
  for (const [i, value] of values.entries()) {
    if (typeof value !== 'string' || !VALID[keys[i]!.type].test(value)) throw bad();
  }
  return values;
}

/** How many rows to ask for. @throws BAD_USER_INPUT outside of 1 to 100, or when both ends are asked for */
export function pageSize({ first, last }: PageArguments): number {
  if (first != null && last != null) throw apiError('BAD_USER_INPUT', 'ask for "first" or "last", not for both');
  const size = first ?? last ?? DEFAULT_PAGE;
  if (size < 1 || size > LARGEST_PAGE) {
    throw apiError('BAD_USER_INPUT', `"${last != null ? 'last' : 'first'}" is from 1 to ${LARGEST_PAGE}, got ${size}`);
  }
  return size;
}

/**
 * One page of a list by its keys (keyset pagination): as fast on page 1,000 as on page 1, and no row is lost or repeated
 * when others come and go between pages. Cursors carry the keys as PostgreSQL's own text, so that microseconds and
 * exact decimals survive.
 * @param read runs the query: rows after the condition, in the order, at most `limit`; each with its keys as `cursorKeys`
 */
export async function keysetPage<Row extends { cursorKeys: readonly string[] }>(
  args: PageArguments,
  list: OrderedList,
  read: (query: KeysetQuery) => Promise<Row[]>,
): Promise<Page<Row>> {
  const { keys, descending } = list;
  const size = pageSize(args);
  const backwards = args.last != null;
  const rows = await read(
    keysetQuery(keys, {
      descending,
      backwards,
      after: args.after == null ? undefined : decode(args.after, list),
      before: args.before == null ? undefined : decode(args.before, list),
      // One more than asked for tells whether there is another page.
      limit: size + 1,
    }),
  );
  const hasMore = rows.length > size;
  const page = rows.slice(0, size);
  if (backwards) page.reverse();
  const edges = page.map((row) => ({ cursor: encode(list, row.cursorKeys), node: row }));
  return {
    edges,
    pageInfo: {
      hasNextPage: backwards ? args.before != null : hasMore,
      hasPreviousPage: backwards ? hasMore : args.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

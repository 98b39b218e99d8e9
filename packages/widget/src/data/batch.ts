import { type Connection, type GraphQLAnswer, post } from './client.js';
import { RequestError } from './request-error.js';

/** A document with `$ids` in and `customersByExternalIds` out, in the order asked. */
export interface CustomerDocument {
  document: string;
  /** Variables beside `ids`. */
  variables: Record<string, string>;
}

/** The server's limit. */
const MAXIMUM_IDS = 500;

/** Enough for a page's elements to be upgraded and given their properties, too little to be noticed. */
const COLLECTION_MS = 15;

const collecting = new Set<Batch>();

/** All questions of a page with the same connection and document: one request. */
class Batch {
  readonly #connection: Connection;
  readonly #query: CustomerDocument;
  readonly #ids = new Set<string>();
  readonly #abort = new AbortController();
  #waitingCount = 0;
  /** By id: a customer as answered, null where the id is unknown, or a RequestError. */
  readonly #outcomes: Promise<Map<string, unknown>>;

  constructor(connection: Connection, query: CustomerDocument) {
    this.#connection = connection;
    this.#query = query;
    collecting.add(this);
    this.#outcomes = this.#send();
  }

  takes(connection: Connection, query: CustomerDocument, id: string): boolean {
    const own = this.#connection;
    const isSameProvider = own.tokenProvider === connection.tokenProvider;
    return (
      // With the same token any callback will do: frameworks make a new one for every badge.
      (isSameProvider || Boolean(own.token && own.tokenProvider && connection.tokenProvider)) &&
      JSON.stringify([connection, query]) === JSON.stringify([own, this.#query]) &&
      (this.#ids.size < MAXIMUM_IDS || this.#ids.has(id))
    );
  }

  async ask(id: string, signal: AbortSignal): Promise<unknown> {
    this.#ids.add(id);
    this.#waitingCount++;
    signal.addEventListener('abort', () => {
      if (--this.#waitingCount) return;
      collecting.delete(this);
      this.#abort.abort();
    });
    const outcome = (await this.#outcomes).get(id);
    if (outcome instanceof RequestError) throw outcome;
    return outcome;
  }

  async #send(): Promise<Map<string, unknown>> {
    await new Promise((collected) => setTimeout(collected, COLLECTION_MS));
    collecting.delete(this);
    const ids = [...this.#ids];
    const { document, variables } = this.#query;
    return outcomesById(ids, await post(this.#connection, document, { ids, ...variables }, this.#abort.signal));
  }
}

/**
 * Asks about one customer.
 * @param signal says that the answer is no longer wanted; the request ends when nobody wants it
 * @returns the customer as answered, null where the server does not know the id
 * @throws RequestError
 */
export function askAboutCustomer(
  connection: Connection,
  query: CustomerDocument,
  id: string,
  signal: AbortSignal,
): Promise<unknown> {
  const open = [...collecting].find((batch) => batch.takes(connection, query, id));
  return (open ?? new Batch(connection, query)).ask(id, signal);
}

function outcomesById(ids: string[], { data, errors }: GraphQLAnswer): Map<string, unknown> {
  const customers = data?.customersByExternalIds;
  if (!Array.isArray(customers) || customers.length !== ids.length) {
    throw new RequestError('BAD_ANSWER', 'not the customers asked for');
  }
  const outcomes = new Map<string, unknown>(ids.map((id, index) => [id, customers[index] ?? null]));
  for (const { path, message, extensions } of errors ?? []) {
    const id = ids[path?.[1] as number];
    // A field that was withheld leaves its customer readable; only a customer lost to the error is an error.
    if (id !== undefined && outcomes.get(id) === null) {
      outcomes.set(id, new RequestError(extensions?.code ?? 'BAD_ANSWER', message));
    }
  }
  return outcomes;
}

import { distinct, type GraphQLAnswer, type Operation, post } from '@tessera/ui/client/client.js';
import { type Connection, connectionKey } from '@tessera/ui/client/connection.js';
import { RequestError } from '@tessera/ui/client/request-error.js';
import type { Topic } from './operations.generated.js';

/** What a page asks with: a page of badges alone asks the small documents. */
export interface Operations {
  agent: PageDocument;
  shopper: PageDocument;
}

/** A document with its variables: the topics that it takes the ids of, `segmentation`, and `first` for how many. */
export type PageDocument = readonly [operation: Operation, ...variables: string[]];

export interface Question {
  operations: Operations;
  connection: Connection;
  isForAgent: boolean;
  segmentation: string;
  topic: Topic;
  customer: string;
  /** How many recommendations or actions; the page's largest number is asked. */
  count: number;
  /** The answer takes long enough to show that one waits. */
  wait(): void;
  /** The customer as answered, null where the server does not know the id, or a RequestError. */
  settle(outcome: unknown): void;
}

/** The server's limit for one list of ids. */
const MAXIMUM_IDS = 500;

/** Enough for a page's elements to be upgraded and given their properties, too little to be noticed. */
const COLLECTION_MS = 15;

/** A skeleton that is gone again at once is only a flicker. */
const PATIENCE_MS = 100;

/** All questions of a page with the same connection, audience and segmentation: one request. */
class PageRequest {
  readonly #key: string;
  readonly #questions = new Set<Question>();
  readonly #abort = new AbortController();
  /** Topic and customer of each. */
  readonly #asked = new Set<string>();

  constructor(key: string) {
    this.#key = key;
    collecting.set(key, this);
    setTimeout(() => this.#send(), COLLECTION_MS);
  }

  add(question: Question): void {
    this.#questions.add(question);
    open.set(question, this);
    if (this.#asked.add(question.topic + question.customer).size === MAXIMUM_IDS) this.#stopCollecting();
  }

  drop(question: Question): void {
    this.#questions.delete(question);
    if (this.#questions.size) return;
    this.#stopCollecting();
    this.#abort.abort();
  }

  #stopCollecting(): void {
    if (collecting.get(this.#key) === this) collecting.delete(this.#key);
  }

  async #send(): Promise<void> {
    this.#stopCollecting();
    const [first] = this.#questions;
    if (!first) return;
    const { connection, isForAgent, segmentation } = first;
    const questions = [...this.#questions];
    const ids = (topic: string) =>
      distinct(questions.flatMap((question) => (question.topic === topic ? question.customer : [])));
    // The one that takes most: a page may have a badge beside what asks for more.
    const [operation, ...names] = questions
      .map(({ operations }) => (isForAgent ? operations.agent : operations.shopper))
      .sort((a, b) => b.length - a.length)[0]!;
    const settings: Record<string, unknown> = { segmentation, first: Math.max(...questions.map(({ count }) => count)) };
    const variables = Object.fromEntries(
      names.map((name) => [name, Object.hasOwn(settings, name) ? settings[name] : ids(name)]),
    );
    const timer = setTimeout(() => {
      for (const question of this.#questions) question.wait();
    }, PATIENCE_MS);
    let outcomeOf: (question: Question) => unknown;
    try {
      const answer = await post(connection, operation, variables, this.#abort.signal);
      outcomeOf = outcomesOf(answer, variables);
    } catch (error) {
      outcomeOf = () => error;
    }
    clearTimeout(timer);
    for (const question of this.#questions) {
      open.delete(question);
      question.settle(outcomeOf(question));
    }
  }
}

const collecting = new Map<string, PageRequest>();
const open = new WeakMap<Question, PageRequest>();

/** Asks about one customer, together with everything else that the page asks in these milliseconds. */
export function ask(question: Question): void {
  const { connection, isForAgent, segmentation } = question;
  const key = `${connectionKey(connection)}\n${isForAgent}\n${segmentation}`;
  (collecting.get(key) ?? new PageRequest(key)).add(question);
}

/** The answer is no longer wanted; the request ends when nobody wants it. */
export function drop(question: Question): void {
  open.get(question)?.drop(question);
}

function outcomesOf({ data, errors }: GraphQLAnswer, variables: Record<string, unknown>) {
  const indexes: Record<string, Map<string, number>> = Object.create(null);
  return ({ topic, customer }: Question): unknown => {
    const ids = variables[topic] as string[];
    const customers = data?.[topic];
    if (!Array.isArray(customers) || customers.length !== ids.length) {
      return new RequestError('BAD_ANSWER', 'not the customers asked for');
    }
    indexes[topic] ??= new Map(ids.map((id, position) => [id, position]));
    const index = indexes[topic].get(customer)!;
    const outcome = customers[index] ?? null;
    // A field that was withheld leaves its customer readable; only a customer lost to an error is an error.
    const error = outcome || errors?.find(({ path }) => path?.[0] === topic && path[1] === index);
    return error && !outcome ? new RequestError(error.extensions?.code ?? 'BAD_ANSWER', error.message) : outcome;
  };
}

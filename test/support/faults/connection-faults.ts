import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@tessera/core/numerics/random.js';
import type { Sql } from '@tessera/server/db/database.js';
import { notifyMoves } from '@tessera/server/db/queries/segments/segment-events.js';
import { expect } from 'vitest';
import { buildServer, type RunningTessera, startTessera } from '../cli.js';
import { connectAdmin } from '../connect-admin.js';
import { ADMIN_KEY } from '../server.js';
import { FaultProxy, type Passage } from './fault-proxy.js';
import { type OwnPostgres, startOwnPostgres } from './own-postgres.js';

const DATABASE = 'shop';
const FOLLOWED = 'followed';
const LINES_AN_ORDER = 2;
const WRITERS = 3;
const READERS = 3;
/** After a refusal, as a client would. */
const BACK_OFF_MS = 20;
/** How soon a request that begins succeeds again once the database can be reached. */
const HEALED_WITHIN_MS = 5000;
/** The same where connections that are never answered have to be given up first. */
export const HEALED_FROM_MUTE_MS = 8000;
const MOST_CONNECTIONS = 8;
/** How soon each client is answered when no connection is left. */
const ANSWERED_WHEN_FULL_MS = 2000;
/** How soon a request is answered whose database says nothing more: it is looked into after 5 s, for 10 s. */
const ANSWERED_WHEN_SILENT_MS = 20_000;
/** How soon a request is answered when a new connection is never answered: the driver waits 5 s for one. */
const ANSWERED_WHEN_MUTE_MS = 12_000;
/** How soon every move is heard that was committed through a fault: the listener asks every 5 s and waits 10 s for the answer. */
const HEARD_WITHIN_MS = 20_000;

export interface Answer {
  readonly status: number;
  /** Null for one that succeeded. */
  readonly code: string | null;
  readonly retryAfter: string | null;
  readonly milliseconds: number;
}

/** What a fault came to. */
export interface Outcome {
  readonly stored: number;
  readonly refused: number;
  /** From the end of the fault to the beginning of the first request for an order that is stored. */
  readonly healedAfterMs: number;
  readonly slowestAnswerMs: number;
}

const ORDER_MUTATION = `mutation Import($input: [OrderInput!]!) {
  importOrders(input: $input) { __typename ... on ImportSucceeded { rowsRead } ... on ImportRefused { code } }
}`;
const READ = '{ shop { name currency } imports(first: 3) { nodes { source } } }';

/** A real server process over a proxy over a PostgreSQL of its own, under a light load while faults are done to it. */
export class FaultyShop {
  readonly random;
  #orders = 0;
  #moves = 0;
  #movedAt: string[] = [];
  readonly #heard = new Set<string>();
  #streamEnded = false;
  readonly #stream = new AbortController();

  private constructor(
    readonly postgres: OwnPostgres,
    readonly proxy: FaultProxy,
    readonly server: RunningTessera,
    seed: number,
  ) {
    this.random = seededRandom(seed);
  }

  static async open(seed: number): Promise<FaultyShop> {
    buildServer();
    const postgres = await startOwnPostgres();
    await postgres.createDatabase(DATABASE);
    const proxy = await FaultProxy.start(postgres.url(DATABASE));
    const server = await startTessera(['serve', '--port', '0'], {
      DATABASE_URL: proxy.url(DATABASE),
      TESSERA_ADMIN_KEY: ADMIN_KEY,
      TESSERA_RATE_LIMIT: '0',
    });
    const shop = new FaultyShop(postgres, proxy, server, seed);
    await shop.#follow();
    return shop;
  }

  async close(): Promise<void> {
    this.#stream.abort();
    await this.server.end();
    await this.proxy.close();
    await this.postgres.remove();
  }

  /** A connection past the proxy, as somebody else has it. */
  async directly<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const sql = connectAdmin(this.postgres.url(DATABASE));
    try {
      return await work(sql);
    } finally {
      await sql.end({ timeout: 1 });
    }
  }

  /** Asks, and demands that whatever fails says that it may be tried again. */
  async ask(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
    const startedAt = performance.now();
    const answer = await fetch(`${this.server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_KEY}` },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await answer.json()) as {
      data?: { importOrders?: { code?: string } } | null;
      errors?: { message: string; extensions: { code: string } }[];
    };
    const result = {
      status: answer.status,
      code: body.errors?.[0]?.extensions.code ?? body.data?.importOrders?.code ?? null,
      retryAfter: answer.headers.get('retry-after'),
      milliseconds: performance.now() - startedAt,
    };
    if (result.code !== null && result.code !== 'IMPORT_BUSY') {
      expect({ ...result, milliseconds: 0, body: JSON.stringify(body) }).toMatchObject({
        status: 503,
        code: 'SERVICE_UNAVAILABLE',
        retryAfter: expect.stringMatching(/^\d+$/),
      });
    }
    return result;
  }

  order(ids: readonly string[]): Promise<Answer> {
    const input = ids.map((id) => ({
      externalId: id,
      customerId: `customer-${id}`,
      placedAt: '2026-01-01T00:00:00Z',
      lines: Array.from({ length: LINES_AN_ORDER }, (_, line) => ({
        externalId: String(line),
        productId: `product-${line}`,
        quantity: 1,
        unitPrice: '10.00',
      })),
    }));
    return this.ask(ORDER_MUTATION, { input });
  }

  read = (): Promise<Answer> => this.ask(READ);

  nextId = (): string => `order-${++this.#orders}`;

  /** Commits a move of the followed customer, as another process does. */
  async move(): Promise<void> {
    const at = new Date(Date.UTC(2026, 0, 1) + ++this.#moves * 1000);
    const move = {
      customerId: FOLLOWED,
      segmentation: 'rfm',
      runId: 1,
      changedAt: at,
      fromSegment: null,
      toSegment: 'loyal',
      cause: 'PURCHASE' as const,
    };
    await this.directly((sql) =>
      sql.begin(async (transaction) => {
        await transaction`
          insert into segment_changes (customer_id, segmentation, run_id, changed_at, from_segment, to_segment, cause)
          values (${FOLLOWED}, 'rfm', 1, ${at}, null, 'loyal', 'PURCHASE')`;
        await notifyMoves(transaction, [move]);
      }),
    );
    this.#movedAt.push(at.toISOString());
  }

  /**
   * One round: writers and readers at work, a fault in the middle of it, and what must hold afterwards.
   * @param fault does it, and resolves once the database can be reached again
   * @param options `isIdle`: nobody works while it is done
   */
  async round(
    fault: () => Promise<unknown>,
    { isIdle = false, healedWithinMs = HEALED_WITHIN_MS } = {},
  ): Promise<Outcome> {
    const stored: string[] = [];
    const refused: string[] = [];
    let slowestAnswerMs = 0;
    let isOver = false;
    const write = async () => {
      while (!isOver) {
        const id = this.nextId();
        const { code, milliseconds } = await this.order([id]);
        (code === null ? stored : refused).push(id);
        slowestAnswerMs = Math.max(slowestAnswerMs, milliseconds);
        if (code !== null) await sleep(BACK_OFF_MS);
      }
    };
    const read = async () => {
      while (!isOver) {
        const { code, milliseconds } = await this.read();
        slowestAnswerMs = Math.max(slowestAnswerMs, milliseconds);
        await sleep(code === null ? 5 : BACK_OFF_MS);
      }
    };
    const work = () => [...Array.from({ length: WRITERS }, write), ...Array.from({ length: READERS }, read)];
    let load: Promise<unknown> = Promise.all(work());
    let healedAfterMs = 0;
    try {
      await sleep(20 + this.random() * 60);
      if (isIdle) {
        isOver = true;
        await load;
        isOver = false;
      }
      await fault();
      const endedAt = performance.now();
      if (isIdle) load = Promise.all(work());
      const healing = this.nextId();
      for (;;) {
        const beganAt = performance.now();
        const { code } = await this.order([healing]);
        healedAfterMs = beganAt - endedAt;
        if (code === null) break;
        // One that waits its turn behind the others for too long has reached the database.
        if (code !== 'IMPORT_BUSY') expect(healedAfterMs).toBeLessThan(healedWithinMs);
        await sleep(BACK_OFF_MS);
      }
      stored.push(healing);
      await sleep(30);
    } finally {
      isOver = true;
      await load;
    }
    await this.move();

    await this.#checkStored(stored, refused);
    // Whoever was refused sends the same again, and each is there once.
    for (let at = 0; at < refused.length; at += 500) {
      expect(await this.order(refused.slice(at, at + 500))).toMatchObject({ code: null });
    }
    await this.#checkStored([...stored, ...refused], []);
    await this.#checkHeard();
    this.checkAlive();
    return { stored: stored.length, refused: refused.length, healedAfterMs, slowestAnswerMs };
  }

  /** Terminates the server processes of some connections, or of all. */
  async terminate(): Promise<void> {
    const share = this.random() < 0.5 ? 1 : 0.5;
    await this.move();
    const ended = await this.directly(
      (sql) => sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'tessera' and (${share}::float8 = 1 or random() < ${share}::float8)`,
    );
    if (share === 1) expect(ended.length).toBeGreaterThan(0);
  }

  /** Restarts the database, with a move committed before and after. */
  async restart(mode: 'fast' | 'immediate'): Promise<void> {
    await this.move();
    await this.postgres.restart(mode);
    await this.move();
  }

  /**
   * Takes all connections of the database but some, asks with many clients at once, and gives them back.
   * @param left how many connections the server finds; with none, every request is refused
   */
  async fill(left: number, clientCount: number): Promise<Outcome> {
    return this.round(async () => {
      await this.postgres.restart('fast', { max_connections: String(MOST_CONNECTIONS), max_wal_senders: '0' });
      const others = Array.from({ length: MOST_CONNECTIONS - left }, () => connectAdmin(this.postgres.url(DATABASE)));
      try {
        await this.#takeAll(others);
        const clients = Array.from({ length: clientCount }, (_, i) =>
          i % 4 === 0 ? this.order([this.nextId()]) : this.read(),
        );
        const answers = await Promise.all(clients);
        expect(Math.max(...answers.map(({ milliseconds }) => milliseconds))).toBeLessThan(ANSWERED_WHEN_FULL_MS);
        if (left === 0) expect(answers.filter(({ code }) => code === null)).toEqual([]);
      } finally {
        await Promise.all(others.map((other) => other.end({ timeout: 1 })));
      }
      await this.postgres.restart('fast');
    });
  }

  /** Each takes one connection, against the server, which takes those that are given back meanwhile. */
  async #takeAll(others: readonly Sql[]): Promise<void> {
    for (const other of others) {
      for (;;) {
        const isTaken = await other`select 1`.then(
          () => true,
          () => false,
        );
        if (isTaken) break;
        this.proxy.cutAll();
      }
    }
    this.proxy.cutAll();
  }

  /**
   * The database, or the way to it, falls silent with requests in flight; it comes back once each is answered.
   */
  async silence(): Promise<void> {
    await this.move();
    this.proxy.fallSilent();
    const answers = await Promise.all([
      ...Array.from({ length: 4 }, () => this.order([this.nextId()])),
      ...Array.from({ length: 4 }, () => this.read()),
    ]);
    expect(answers.filter(({ code }) => code === null)).toEqual([]);
    expect(Math.max(...answers.map(({ milliseconds }) => milliseconds))).toBeLessThan(ANSWERED_WHEN_SILENT_MS);
    await this.move();
    this.proxy.speakAgain();
  }

  /** Cuts all connections and answers no new one, with requests waiting; then the database is back. */
  async muteNewConnections(): Promise<void> {
    this.proxy.newConnections = 'accept';
    this.proxy.cutAll();
    await this.move();
    const answers = await Promise.all([this.order([this.nextId()]), this.read(), this.read()]);
    expect(answers.filter(({ code }) => code === null)).toEqual([]);
    expect(Math.max(...answers.map(({ milliseconds }) => milliseconds))).toBeLessThan(ANSWERED_WHEN_MUTE_MS);
    this.proxy.newConnections = 'pass';
    this.proxy.cutAll();
  }

  /** The process is there, and no failure came to where nobody catches it. */
  checkAlive(): void {
    const { stderr } = this.server.output();
    expect({ exit: this.server.child.exitCode, signal: this.server.child.signalCode, stderr }).toMatchObject({
      exit: null,
      signal: null,
      stderr: expect.not.stringMatching(/nobody caught|a resolver failed/),
    });
  }

  async #checkStored(stored: readonly string[], refused: readonly string[]): Promise<void> {
    const rows = await this.directly(
      (sql) => sql<{ id: string; orders: number; lines: number }[]>`
        select id, (select count(*)::int from orders where order_id = id) as orders,
               (select count(*)::int from order_items where order_id = id) as lines
        from unnest(${[...stored, ...refused]}::text[]) as id`,
    );
    const found = new Map(rows.map(({ id, orders, lines }) => [id, `${orders} orders, ${lines} lines`]));
    const whole = `1 orders, ${LINES_AN_ORDER} lines`;
    expect(stored.filter((id) => found.get(id) !== whole).map((id) => `${id}: ${found.get(id)}`)).toEqual([]);
    const halves = refused.filter((id) => ![whole, '0 orders, 0 lines'].includes(found.get(id)!));
    expect(halves.map((id) => `${id}: ${found.get(id)}`)).toEqual([]);
  }

  /** Every move that was committed has been heard. */
  async #checkHeard(): Promise<void> {
    const deadline = performance.now() + HEARD_WITHIN_MS;
    const missing = () => this.#movedAt.filter((at) => !this.#heard.has(at));
    while (missing().length > 0 && !this.#streamEnded && performance.now() < deadline) await sleep(10);
    expect({ missing: missing(), streamEnded: this.#streamEnded }).toEqual({ missing: [], streamEnded: false });
    this.#movedAt = [];
  }

  /** Reads the event stream of the followed customer for as long as the shop is open. */
  async #follow(): Promise<void> {
    const query = `subscription { segmentChanged(externalIds: ["${FOLLOWED}"]) { at } }`;
    const stream = await fetch(`${this.server.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${ADMIN_KEY}`,
      },
      body: JSON.stringify({ query }),
      signal: this.#stream.signal,
    });
    expect(stream.status).toBe(200);
    const listen = async () => {
      let text = '';
      for await (const piece of stream.body as unknown as AsyncIterable<Uint8Array>) {
        text += Buffer.from(piece).toString('utf8');
        const events = text.split('\n\n');
        text = events.pop()!;
        for (const event of events) {
          for (const [, at] of event.matchAll(/"at":"([^"]+)"/g)) this.#heard.add(new Date(at!).toISOString());
        }
      }
    };
    void listen()
      .catch(() => {})
      .then(() => {
        this.#streamEnded = !this.#stream.signal.aborted;
      });
    // Nothing is promised before it listens.
    const deadline = performance.now() + 5000;
    while (this.#heard.size === 0) {
      expect(performance.now()).toBeLessThan(deadline);
      await this.move();
      await sleep(50);
    }
    this.#movedAt = [];
  }
}

/** Where a connection is cut. */
export const CUTS = ['mid-statement', 'in a COPY', 'in a transaction', 'while listening', 'while idle'] as const;
export type Cut = (typeof CUTS)[number];

/** Cuts connections where they are to be cut, before or after what was sent there has arrived. */
export async function cut(shop: FaultyShop, where: Cut): Promise<void> {
  const { proxy, random } = shop;
  const how = random() < 0.5 ? 'reset' : 'close';
  if (where === 'while idle') return void expect(proxy.cutAll(() => true, how)).toBeGreaterThan(0);
  if (where === 'while listening') {
    await shop.move();
    expect(proxy.cutAll((passage) => passage.said('listen '), how)).toBe(1);
    await shop.move();
    return;
  }
  const holdsBack = random() < 0.5;
  /** How many pieces the connection may still send before it is cut: most of a transaction's, or of a COPY's. */
  let left = Math.floor(random() * { 'mid-statement': 20, 'in a COPY': 2, 'in a transaction': 30 }[where]);
  let chosen: Passage | null = null;
  const marks: Readonly<Record<string, RegExp | null>> = {
    'in a COPY': /copy staging from stdin/i,
    'in a transaction': /begin/i,
  };
  const mark = marks[where] ?? null;
  await new Promise<void>((resolve, reject) => {
    const tooLate = setTimeout(() => reject(new Error(`no connection was ${where} within 10 s`)), 10_000);
    proxy.watch = (passage, piece) => {
      if (chosen === null && mark !== null) {
        if (mark.test(piece.toString('latin1'))) chosen = passage;
        return false;
      }
      if (mark !== null && passage !== chosen) return false;
      if (left-- > 0 && proxy.passages.has(chosen ?? passage)) return false;
      proxy.watch = null;
      clearTimeout(tooLate);
      if (holdsBack) passage.cut(how);
      else setTimeout(() => passage.cut(how), random() * 3);
      resolve();
      return holdsBack;
    };
  });
}

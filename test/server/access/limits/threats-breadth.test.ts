import type { Credential } from '@tessera/server/access/credential.js';
import { Breadth } from '@tessera/server/access/limits/breadth.js';
import { AGENT_SCOPES, type Grant } from '@tessera/server/access/scopes.js';
import { startServer } from '@tessera/server/app.js';
import { type Depth, parseBreadth } from '@tessera/server/breadth-limits.js';
import { notifyMoves } from '@tessera/server/db/queries/segments/segment-events.js';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { agentToken, makeKey } from '../../../support/credentials.js';
import { codesOf, post } from '../../../support/graphql-shop.js';
import { ADMIN_KEY, SECRETS_KEY, startTestServer, type TestServer } from '../../../support/server.js';

const CUSTOMERS = 1000;
const MINUTE_MS = 60_000;

let server: TestServer;
let ids: string[];
let emails: string[];
beforeAll(async () => {
  server = await startTestServer({ demoCustomers: CUSTOMERS });
  const rows = await server.database.sql<{ id: string; email: string | null }[]>`
    select p.customer_id as id, c.email from customer_profiles p join customers c using (customer_id) order by 1`;
  ids = rows.map(({ id }) => id);
  emails = rows.flatMap(({ email }) => email ?? []);
});
afterAll(() => server.close());
afterEach(() => {
  vi.useRealTimers();
});

/** Stops the clock at the beginning of a minute, so that a test happens within it however slow the machine is. */
function stopClock(minutesLater = 0): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime((Math.floor(Date.now() / MINUTE_MS) + minutesLater) * MINUTE_MS);
}

interface Answer {
  data?: unknown;
  errors?: { message: string; extensions: Record<string, unknown> }[];
}

/** An agent may wait for 30 answers at once. */
const MOST_AT_ONCE = 25;
const waiting: (() => void)[] = [];
let open = 0;

async function askOf(url: string, token: string, query: string, variables?: Record<string, unknown>): Promise<Answer> {
  if (open >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  open++;
  try {
    return await askNow(url, token, query, variables);
  } finally {
    open--;
    waiting.shift()?.();
  }
}

async function askNow(url: string, token: string, query: string, variables?: Record<string, unknown>): Promise<Answer> {
  const { text } = await post(`${url}/graphql`, JSON.stringify({ query: server.persist(query), variables }), {
    authorization: `Bearer ${token}`,
  });
  return JSON.parse(text) as Answer;
}

/** The customers in an answer, however deep, by id: and of them those with something of their profile. */
function customersIn(answer: unknown, found = { all: new Set<string>(), profiles: new Set<string>() }) {
  if (Array.isArray(answer)) for (const each of answer) customersIn(each, found);
  else if (answer !== null && typeof answer === 'object') {
    const fields = answer as Record<string, unknown>;
    if (typeof fields.externalId === 'string') {
      found.all.add(fields.externalId);
      if ('metrics' in fields || 'email' in fields || 'country' in fields) found.profiles.add(fields.externalId);
    }
    for (const each of Object.values(fields)) customersIn(each, found);
  }
  return found;
}

const PAGE = (name: string) => [...server.operations.values()].find((text) => text.startsWith(`query ${name}(`))!;
const globalId = (id: string) => Buffer.from(`Customer:${id}`).toString('base64');
const slices = <T>(list: readonly T[], size: number) =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));

const recordsOf = (subject: string) => server.database.sql<{ details: Record<string, unknown> }[]>`
  select details from audit_log where subject = ${subject} and action = 'limit of customers reached' order by id`;

describe('T41: a scraper with one token of an agent', () => {
  const profileWays: Readonly<Record<string, (token: string) => Promise<Answer>[]>> = {
    'lists of ids': (token) =>
      slices(ids, 100).map((externalIds) =>
        askOf(
          server.url,
          token,
          'query ($externalIds: [String!]!) { customersByExternalIds(externalIds: $externalIds) { externalId email country } }',
          { externalIds },
        ),
      ),
    'one by one': (token) =>
      ids.slice(0, 80).map((id) =>
        askOf(
          server.url,
          token,
          'query ($id: String!) { customer(externalId: $id) { externalId metrics { orders } } }',
          {
            id,
          },
        ),
      ),
    aliases: (token) =>
      slices(ids.slice(0, 200), 20).map((some) =>
        askOf(
          server.url,
          token,
          `{ ${some.map((id, i) => `a${i}: customer(externalId: "${id}") { ...P }`).join(' ')} } fragment P on Customer { externalId ... on Node { ... on Customer { country } } }`,
        ),
      ),
    nodes: (token) =>
      slices(ids, 100).map((some) =>
        askOf(server.url, token, 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer { externalId email } } }', {
          ids: some.map(globalId),
        }),
      ),
    'node by node': (token) =>
      ids.slice(0, 80).map((id) =>
        askOf(server.url, token, 'query ($id: ID!) { node(id: $id) { id ... on Customer { externalId email } } }', {
          id: globalId(id),
        }),
      ),
    'the page of the widget': (token) =>
      slices(ids.slice(0, 150), 25).map((cards) =>
        askOf(server.url, token, PAGE('TesseraPage'), {
          badges: cards,
          recommendations: [],
          actions: [],
          perks: [],
          cards,
          segmentation: 'rfm',
          first: 3,
        }),
      ),
    'addresses searched': (token) =>
      slices(emails.slice(0, 60), 10).map((some) =>
        askOf(
          server.url,
          token,
          'query ($emails: [String!]!) { customersByEmails(emails: $emails) { externalId email } }',
          { emails: some },
        ),
      ),
    'lists of the shop': (token) =>
      ['customers(first: 100) { nodes { externalId email } }', 'segmentation(key: "rfm") { segments { key } }'].map(
        (list) => askOf(server.url, token, `{ ${list} }`),
      ),
  };

  it('sees 60 profiles in a minute, by all ways at once, and is on record once', async () => {
    stopClock();
    const agents = await makeKey(server.database.sql, { kind: 'agent-signing', scopes: AGENT_SCOPES });
    const token = await agentToken(agents, AGENT_SCOPES.join(' '), { agent: 'scraper' });
    const answers = await Promise.all(Object.values(profileWays).flatMap((way) => way(token)));
    const { profiles } = customersIn(answers);
    // Who was counted for an answer that a busy machine gave up in the end is seen by nobody.
    const given = answers
      .flatMap(({ errors = [] }) => errors)
      .filter(({ extensions }) => extensions.code !== 'BREADTH_LIMITED');
    expect(profiles.size).toBeLessThanOrEqual(60);
    expect({ isShort: profiles.size < 60, failed: given }).toEqual(
      given.length === 0 ? { isShort: false, failed: [] } : { isShort: expect.any(Boolean), failed: given },
    );
    const refused = answers.flatMap(({ errors = [] }) => errors).filter(({ extensions }) => extensions.limit === 60);
    expect(refused.length).toBeGreaterThan(500);
    expect(refused[0]).toMatchObject({
      message:
        'this reader has read 60 different profiles of customers in this minute, which is the most: try again in 60 seconds',
      extensions: { code: 'BREADTH_LIMITED', limit: 60, window: 'minute', what: 'profile', retryAfter: 60 },
    });
    const [record, ...more] = (await recordsOf('scraper')).filter(({ details }) => details.what === 'profile');
    expect({ record, more }).toEqual({
      record: { details: { what: 'profile', window: 'minute', limit: 60 } },
      more: [],
    });
    // On record as read is who was read, and nobody who was refused.
    const read = await server.database.sql<{ id: string }[]>`
      select distinct unnest(targets) as id from audit_log where subject = 'scraper' and action = 'customers read'`;
    const shown = customersIn(answers).all;
    expect(read.filter(({ id }) => !shown.has(id))).toEqual([]);
  });

  it.each(Object.keys(profileWays).filter((way) => way !== 'lists of the shop'))(
    'sees no more than 60 profiles a minute by %s, and the same 60 as often as he likes',
    async (way) => {
      stopClock();
      const agents = await makeKey(server.database.sql, { kind: 'agent-signing', scopes: AGENT_SCOPES });
      const token = await agentToken(agents, AGENT_SCOPES.join(' '));
      const { profiles } = customersIn(await Promise.all(profileWays[way]!(token)));
      const expected = way === 'addresses searched' ? [60, 59] : [60];
      expect(expected).toContain(profiles.size);
      const again = await askOf(
        server.url,
        token,
        'query ($ids: [String!]!) { customersByExternalIds(externalIds: $ids) { externalId country } }',
        { ids: [...profiles] },
      );
      expect({ errors: again.errors, count: customersIn(again).profiles.size }).toEqual({
        errors: undefined,
        count: profiles.size,
      });
    },
  );

  it('sees 600 badges in a minute, and events are badges too', async () => {
    stopClock();
    const agents = await makeKey(server.database.sql, { kind: 'agent-signing' });
    const token = await agentToken(agents, '', { agent: 'badge scraper' });
    const badges = PAGE('TesseraBadges');
    const asked = slices(ids, 50).map((some) =>
      askOf(server.url, token, badges, { badges: some, segmentation: 'rfm' }),
    );
    const nodes = slices(ids, 100).map((some) =>
      askOf(server.url, token, 'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Customer { externalId } } }', {
        ids: some.map(globalId),
      }),
    );
    const answers = await Promise.all([...asked, ...nodes]);
    const { all } = customersIn(answers);
    expect(all.size).toBe(600);
    expect((await recordsOf('badge scraper')).map(({ details }) => details)).toEqual([
      { what: 'badge', window: 'minute', limit: 600 },
    ]);

    const unseen = ids.find((id) => !all.has(id))!;
    const controller = new AbortController();
    const stream = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({
        query: server.persist('subscription ($ids: [String!]) { segmentChanged(externalIds: $ids) { externalId } }'),
        variables: { ids: [unseen] },
      }),
      signal: controller.signal,
    });
    const reading = stream.body!.getReader();
    const [run] = await server.database.sql<{ id: number }[]>`select current_run_id::int as id from shop`;
    const move = {
      customerId: unseen,
      segmentation: 'rfm',
      runId: run!.id,
      changedAt: new Date(),
      fromSegment: 'loyal',
      toSegment: 'vip',
      cause: 'PURCHASE' as const,
    };
    const telling = setInterval(
      () => void server.database.sql.begin((transaction) => notifyMoves(transaction, [move])),
      200,
    );
    let event = ':\n\n';
    while (event === ':\n\n') event = new TextDecoder().decode((await reading.read()).value);
    clearInterval(telling);
    controller.abort();
    expect(event).toContain('BREADTH_LIMITED');
    expect(event).toContain('"data":null');
    await vi.waitFor(() => expect(server.streamCount()).toBe(0));
  });
});

describe('an agent at work', () => {
  it('turns pages of 50 badges, and opens customers of them', async () => {
    stopClock();
    const agents = await makeKey(server.database.sql, { kind: 'agent-signing', scopes: AGENT_SCOPES });
    const token = await agentToken(agents, AGENT_SCOPES.join(' '), { agent: 'support' });
    const pages = slices(ids, 50).slice(0, 12);
    for (const [place, badges] of pages.entries()) {
      const list = await askOf(server.url, token, PAGE('TesseraBadges'), { badges, segmentation: 'rfm' });
      expect(list.errors, `page ${place}`).toBeUndefined();
      expect(customersIn(list).all.size).toBe(50);
      const card = await askOf(server.url, token, PAGE('TesseraPage'), {
        badges,
        recommendations: [],
        actions: [],
        perks: [],
        cards: badges.slice(0, 4),
        segmentation: 'rfm',
        first: 3,
      });
      expect(card.errors, `cards of page ${place}`).toBeUndefined();
    }
  });

  it('reads figures where he opens the profile, and none on a page of badges, which counts as badges', async () => {
    const agents = await makeKey(server.database.sql, { kind: 'agent-signing', scopes: AGENT_SCOPES });
    const token = await agentToken(agents, 'customers:read');
    const [vip] = await server.database.sql<{ id: string }[]>`
      select customer_id as id from customer_profiles where 'rfm:vip' = any(segments) limit 1`;
    const textsOf = async (also: string) => {
      const { data } = await askOf(
        server.url,
        token,
        `{ customer(externalId: "${vip!.id}") { externalId ${also} segment { why { text } } } }`,
      );
      return (data as { customer: { segment: { why: { text: string }[] } } }).customer.segment.why
        .map(({ text }) => text)
        .join(' ');
    };
    expect(await textsOf('')).not.toMatch(/\p{N}/u);
    expect(await textsOf('country')).toMatch(/net spend \$?[\d,.]+/);
  });
});

/** Digits of any script, and the words that count things or money. */
const FIGURE =
  /\p{N}|[$€£¥%]|\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|once|twice|half|quarter|double|percent)\b/iu;

describe('whoever reads badges only', () => {
  it('reads no figure of any customer, in any segmentation', async () => {
    const agents = await makeKey(server.database.sql, { kind: 'agent-signing' });
    const restricted = await makeKey(server.database.sql, { kind: 'restricted', scopes: ['badge:read'] });
    const badgesOf = await agentToken(agents, '', { agent: 'walker' });
    const { data: shop } = await server.query<{ segmentations: { key: string }[] }>('{ segmentations { key } }');
    const keys = shop.segmentations.map(({ key }) => key);
    expect(keys.length).toBeGreaterThan(3);
    const query = `query ($ids: [String!]!, $key: String!) { customersByExternalIds(externalIds: $ids) {
      basis { note } segment(segmentation: $key) { segment { title description } why { text feature value cutOff effect } } } }`;
    const texts = new Set<string>();
    const values = new Set<unknown>();
    const walk = async (credential: string, some: readonly string[]) => {
      for (const key of keys) {
        const { data, errors } = await askOf(server.url, credential, query, { ids: some, key });
        expect(errors).toBeUndefined();
        for (const { basis, segment } of (data as { customersByExternalIds: Badge[] }).customersByExternalIds) {
          for (const { text, value, cutOff, effect } of segment.why) {
            texts.add(text);
            for (const number of [value, cutOff, effect]) values.add(number);
          }
          texts.add(segment.segment.title);
          if (basis.note !== null) texts.add(basis.note);
        }
      }
    };
    for (const some of slices(ids, 250)) await walk(restricted.secret, some);
    await walk(badgesOf, ids.slice(0, 250));
    expect(texts.size).toBeGreaterThan(15);
    expect([...texts].filter((text) => FIGURE.test(text))).toEqual([]);
    expect([...values]).toEqual([null]);
    const nearest = await askOf(
      server.url,
      badgesOf,
      `{ customersByExternalIds(externalIds: ["${ids[0]}"]) { segment { nearest { text } } } }`,
    );
    expect(codesOf(nearest as never)).toEqual(['FORBIDDEN']);
  });
});

interface Badge {
  basis: { note: string | null };
  segment: {
    segment: { title: string };
    why: { text: string; value: number | null; cutOff: number | null; effect: number | null }[];
  };
}

describe('the limits', () => {
  it('are said by the key, else by the class', async () => {
    stopClock();
    const { sql } = server.database;
    const agents = await makeKey(sql, { kind: 'agent-signing', scopes: AGENT_SCOPES, breadth: '3/5/7/9' });
    const token = await agentToken(agents, AGENT_SCOPES.join(' '));
    const restricted = await makeKey(sql, {
      kind: 'restricted',
      scopes: ['customers:list', 'customers:read'],
      breadth: '20/30/40/50',
    });
    const free = await makeKey(sql, { kind: 'restricted', scopes: ['customers:list', 'customers:read'] });
    const query = 'query ($ids: [String!]!) { customersByExternalIds(externalIds: $ids) { externalId country } }';
    const asked = { ids: ids.slice(0, 100) };
    expect(customersIn(await askOf(server.url, token, query, asked)).all.size).toBe(3);
    expect(customersIn(await askOf(server.url, free.secret, query, asked)).all.size).toBe(100);
    const page = (first: number) =>
      askOf(
        server.url,
        restricted.secret,
        `{ customers(first: ${first}) { edges { cursor } pageInfo { endCursor } totalCount } }`,
      );
    expect((await page(20)).errors).toBeUndefined();
    expect((await page(20)).errors).toBeUndefined();
    // A page holds all of its customers or none.
    const tooMany = await page(21);
    expect({ data: tooMany.data, codes: codesOf(tooMany as never) }).toEqual({
      data: null,
      codes: ['BREADTH_LIMITED'],
    });
  });

  it('of a key are refused in another form, and for a class that has none', async () => {
    const { sql } = server.database;
    await expect(makeKey(sql, { kind: 'agent-signing', breadth: '60' })).rejects.toThrow('is no breadth');
    await expect(makeKey(sql, { kind: 'secret', breadth: '1/1/1/1' })).rejects.toThrow('takes no breadth');
    expect(parseBreadth('none')).toBeNull();
    expect(parseBreadth('1/2/3/4/5')).toBeUndefined();
  });

  it('of a day outlast a restart', async () => {
    const { sql } = server.database;
    const agents = await makeKey(sql, { kind: 'agent-signing', scopes: AGENT_SCOPES, breadth: '60/70/600/10000' });
    const query = 'query ($ids: [String!]!) { customersByExternalIds(externalIds: $ids) { externalId country } }';
    stopClock();
    const token = await agentToken(agents, 'customers:read', { agent: 'daily' });
    const counts: number[] = [];
    for (const some of slices(ids.slice(0, 240), 60)) {
      const running = await startServer(
        { port: 0, host: '127.0.0.1', dataDir: '', adminKey: ADMIN_KEY, secretsKey: SECRETS_KEY, production: true },
        server.database,
        server.operations,
      );
      try {
        counts.push(customersIn(await askOf(running.url, token, query, { ids: some })).profiles.size);
      } finally {
        await running.close();
      }
    }
    expect(counts).toEqual([60, 10, 0, 0]);
    expect((await recordsOf('daily')).at(-1)?.details).toEqual({ what: 'profile', window: 'day', limit: 70 });
  });
});

describe('several servers', () => {
  const reader = (limits: string): Credential => ({
    kind: 'agent',
    keyId: 'key_of_several',
    title: null,
    subject: limits,
    origins: [],
    grants: new Set<Grant>(['badge:read']),
    issuedAt: null,
    expiresAt: null,
    breadth: parseBreadth(limits),
  });
  const START = Date.UTC(2026, 5, 1, 10);

  it('overshoot the limit of a day by at most one minute each, however they take turns', async () => {
    let now = START;
    const servers = Array.from({ length: 3 }, () => new Breadth(server.database.sql, {}, () => now));
    const credential = reader('10/100/20/200');
    const read = new Set<string>();
    let next = 0;
    for (let minute = 0; minute < 20; minute++) {
      now = START + minute * MINUTE_MS;
      for (const [place, each] of servers.entries()) {
        now += place * 5000;
        const wanted = Array.from({ length: 15 }, () => `c${next++}`);
        const taken = await each.take(credential, wanted, 'profile');
        expect(taken.filter((excess) => excess === null).length).toBeLessThanOrEqual(10);
        for (const [i, id] of wanted.entries()) if (taken[i] === null) read.add(id);
      }
    }
    expect(read.size).toBeGreaterThanOrEqual(100);
    expect(read.size).toBeLessThanOrEqual(100 + 3 * 10);
    for (const each of servers) await each.close();
    const [stored] = await server.database.sql<{ count: number }[]>`
      select count(*)::int as count from customer_reads where key_id = 'key_of_several' and subject = ${credential.subject}`;
    expect(stored?.count).toBe(read.size);
  });

  it('begin anew with each minute and each day, at the same moment, and tell how long that is', async () => {
    let now = START + 40_500;
    const breadth = new Breadth(server.database.sql, {}, () => now);
    const credential = reader('1/2/1/5');
    const takes = async (id: string, depth: Depth = 'profile') => (await breadth.take(credential, [id], depth))[0];
    expect(await takes('a')).toBeNull();
    expect(await takes('a')).toBeNull();
    // His profile was counted, so his badge is not.
    expect(await takes('a', 'badge')).toBeNull();
    expect(await takes('b', 'badge')).toBeNull();
    expect(await takes('b')).toEqual({ depth: 'profile', window: 'minute', limit: 1, retryAfterSeconds: 20 });
    now = START + MINUTE_MS;
    expect(await takes('b')).toBeNull();
    now += MINUTE_MS;
    expect(await takes('c')).toEqual({ depth: 'profile', window: 'day', limit: 2, retryAfterSeconds: 14 * 3600 - 120 });
    expect(await takes('a')).toBeNull();
    now = START + 14 * 3600 * 1000;
    expect(await takes('c')).toBeNull();
    await breadth.close();
  });
});

import { countSelections, isTooDeep, nestsTooDeep } from '@tessera/server/graphql/plugins/document-limits.js';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codesOf, post } from '../../support/graphql-shop.js';
import { startTestServer, type TestServer } from '../../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 100 });
});
afterAll(() => server.close());

/** Sends the very text of the variables, as no writer of JSON gets so deep. */
async function ask(query: string, variables = '{}', more = '') {
  const startedAt = performance.now();
  const body = `{"query":${JSON.stringify(query)},"variables":${variables}${more}}`;
  const answer = await post(`${server.url}/graphql`, body, { authorization: `Bearer ${server.adminKey}` });
  return { ...answer, codes: codesOf(answer), ms: performance.now() - startedAt };
}

const around = (open: string, inner: string, close: string, times: number) =>
  `${open.repeat(times)}${inner}${close.repeat(times)}`;

const MUTATIONS = [
  ['importCustomers', 'CustomerInput'],
  ['importProducts', 'ProductInput'],
  ['importOrders', 'OrderInput'],
  ['recordEvents', 'EventInput'],
] as const;

/** Every form in which a value or a document nests. */
const NESTED: Readonly<Record<string, (depth: number) => Parameters<typeof ask>>> = {
  'filters by not': (depth) => [
    'query ($where: CustomerFilter) { customers(where: $where) { totalCount } }',
    `{"where":${around('{"not":', '{}', '}', depth)}}`,
  ],
  'filters by and': (depth) => [
    'query ($where: CustomerFilter) { customers(where: $where) { totalCount } }',
    `{"where":${around('{"and":[', '{}', ']}', depth)}}`,
  ],
  'filters by or': (depth) => [
    'query ($where: CustomerFilter) { customers(where: $where) { totalCount } }',
    `{"where":${around('{"or":[{},', '{}', ']}', depth)}}`,
  ],
  'lists for a filter': (depth) => [
    'query ($where: CustomerFilter) { customers(where: $where) { totalCount } }',
    `{"where":${around('[', '', ']', depth)}}`,
  ],
  'a variable that nobody asked for': (depth) => ['{ viewer { kind } }', `{"x":${around('[', '', ']', depth)}}`],
  extensions: (depth) => ['{ viewer { kind } }', '{}', `,"extensions":{"x":${around('{"a":', '1', '}', depth)}}`],
  'another part of the body': (depth) => ['{ viewer { kind } }', '{}', `,"x":${around('[', '', ']', depth)}`],
  'a literal filter by not': (depth) => [`{ customers(where: ${around('{not:', '{}', '}', depth)}) { totalCount } }`],
  'a literal filter by and': (depth) => [`{ customers(where: ${around('{and:[', '{}', ']}', depth)}) { totalCount } }`],
  'a literal of lists': (depth) => [`{ customers(where: ${around('[', '', ']', depth)}) { totalCount } }`],
  'a type of lists': (depth) => [`query ($x: ${around('[', 'Int', ']', depth)}) { viewer { kind } }`],
  'fields in fields': (depth) => [around('{ a ', '', '}', depth)],
  'fragments in fragments': (depth) => [around('{ ... ', '{ __typename }', '}', depth)],
};

describe('what nests too deep is refused with 400, and never fails on our side', () => {
  it.each(Object.entries(NESTED))('%s', async (_what, nested) => {
    for (const depth of [120, 500, 1900, 10_000, 100_000]) {
      const { status, codes, ms } = await ask(...nested(depth));
      expect([depth, status]).toEqual([depth, 400]);
      expect(['BAD_USER_INPUT', 'QUERY_TOO_COMPLEX', 'BAD_REQUEST']).toContain(codes[0]);
      expect(ms).toBeLessThan(3000);
    }
  });

  it.each(MUTATIONS)('%s: lists and objects as rows, and in a text of a row', async (mutation, type) => {
    const query = `mutation ($input: [${type}!]!) { ${mutation}(input: $input) { __typename } }`;
    for (const depth of [10, 120, 3000, 10_000, 100_000]) {
      for (const deep of [around('[', '', ']', depth), around('{"lines":[', '', ']}', depth)]) {
        for (const input of [deep, `[${deep}]`, `[{"externalId":${deep}}]`]) {
          const { status, codes } = await ask(query, `{"input":${input}}`);
          expect([depth, status]).toEqual([depth, 400]);
          expect(codes[0]).toBe('BAD_USER_INPUT');
        }
      }
      // The same as a literal.
      const literal = `mutation { ${mutation}(input: ${around('[', '', ']', depth)}) { __typename } }`;
      const { status, codes } = await ask(literal);
      expect([200, 400]).toContain(status);
      expect(['GRAPHQL_VALIDATION_FAILED', 'QUERY_TOO_COMPLEX']).toContain(codes[0]);
    }
    expect(await server.database.sql`select from imports where source like 'API %'`).toHaveLength(0);
  });

  it('but brackets in strings and comments nest nothing, and neither do many beside each other', async () => {
    const many = around('[', '', '', 500);
    for (const text of [JSON.stringify(many), `"""${many}"""`, `"""\\"""${many}"""`, `"\\"${many}"`]) {
      const { status, errors } = await ask(`{ customers(where: { country: { eq: ${text} } }) { totalCount } }`);
      expect([status, errors]).toEqual([200, []]);
    }
    expect((await ask(`# ${many}\n{ viewer { kind } }`)).errors).toEqual([]);
    expect(isTooDeep(Array.from({ length: 200_000 }, () => [{}]))).toBe(false);
    expect(isTooDeep(JSON.parse(around('[', '', ']', 100)))).toBe(false);
    expect(isTooDeep(JSON.parse(around('[', '', ']', 101)))).toBe(true);
  });

  it('and what it is made of costs no more than its length', () => {
    const startedAt = performance.now();
    for (const text of ['"', '\\"', '"\\"', '"""', '\\"""', '#', '#"', '"\n', '[]']) {
      nestsTooDeep(text.repeat(1_000_000 / text.length));
      nestsTooDeep(`"${text.repeat(1_000_000 / text.length)}`);
      nestsTooDeep(`"""${text.repeat(1_000_000 / text.length)}`);
    }
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});

describe('what stands often counts often', () => {
  const fragments = (count: number, body: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => `fragment f${i} on Query { ${body(i)} }`).join(' ');
  const spreads = (count: number, times: number) =>
    Array.from({ length: count }, (_, i) => `...f${i} `.repeat(times)).join('');

  it.each<[string, string]>([
    ['50,000 copies of one field', `{ viewer { ${'kind '.repeat(50_000)} } }`],
    ['1,500 copies of one field', `{ viewer { ${'kind '.repeat(1500)} } }`],
    ['1,500 names of types, which cost nothing', `{ ${'__typename '.repeat(1500)} }`],
    ['500 fragments, each spread twice', `{ ${spreads(500, 2)} } ${fragments(500, () => 'viewer { kind }')}`],
    ['100 fragments, each spread six times', `{ ${spreads(100, 6)} } ${fragments(100, () => '__typename')}`],
    ['one fragment, spread 600 times', `{ ${'...f0 '.repeat(600)} } ${fragments(1, () => 'viewer { kind }')}`],
    ['600 fragments without a name', `{ ${'... { __typename } '.repeat(600)} }`],
    [
      'fragments that double without a field that costs',
      `{ ...f0 } ${fragments(150, (i) => `...f${i + 1} ...f${i + 1}`)} fragment f150 on Query { __typename }`,
    ],
    ['a field of 300 copies in 4 copies', `{ ${`viewer { ${'kind '.repeat(300)} } `.repeat(4)} }`],
    [
      'lists in copies',
      `{ ${'customers(first: 100) { nodes { externalId orders { nodes { externalId } } } } '.repeat(20)} }`,
    ],
    [
      'mutations in copies',
      `mutation { ${'importCustomers(input: []) { __typename rowsRead: __typename } '.repeat(60)} }`,
    ],
  ])('%s', async (_what, query) => {
    for (const time of ['first', 'second']) {
      const { status, codes, ms, data } = await ask(query);
      expect([time, status, codes[0], data ?? null]).toEqual([time, 400, 'QUERY_TOO_COMPLEX', null]);
      expect(ms).toBeLessThan(3000);
    }
  });

  it('and is counted as it would be written out, without an end where a fragment spreads itself', () => {
    const count = (text: string) => countSelections(parse(text));
    expect(count('{ a b { c } ... { d } }')).toBe(5);
    expect(count('{ ...f ...f } fragment f on Query { a b }')).toBe(6);
    expect(count('query A { a } query B { ...f } fragment f on Query { a }')).toBe(3);
    expect(count('{ ...f } fragment f on Query { ...g } fragment g on Query { ...f }')).toBeLessThan(10);
    expect(count(`{ ${'a '.repeat(5000)} }`)).toBe(1001);
  });
});

describe('a text in a filter', () => {
  const FIELDS = ['country', 'state', 'city', 'gender', 'channel'];
  const where = async (filter: unknown) =>
    ask(
      'query ($where: CustomerFilter) { customers(where: $where) { totalCount } }',
      JSON.stringify({ where: filter }),
    );

  it('has at most 1,000 characters, in every comparison of every field', async () => {
    const [fits, isLong] = ['x'.repeat(1000), 'x'.repeat(1001)];
    const forms = (text: string) => [
      ...FIELDS.flatMap((field) =>
        [
          { eq: text },
          { ne: text },
          { in: ['a', text] },
          { notIn: [text] },
          { contains: text },
          { startsWith: text },
        ].map((comparison) => ({ [field]: comparison })),
      ),
      ...['boughtCategory', 'boughtBrand', 'boughtProduct'].map((field) => ({ [field]: { in: ['a', text] } })),
      { not: { or: [{ country: { contains: text } }] } },
    ];
    for (const form of forms(fits)) expect((await where(form)).errors, JSON.stringify(form).slice(0, 40)).toEqual([]);
    for (const form of forms(isLong)) {
      const { status, errors, codes } = await where(form);
      expect([status, codes], JSON.stringify(form).slice(0, 40)).toEqual([400, ['BAD_USER_INPUT']]);
      expect(errors[0]?.message).toBe('a text in a filter has at most 1000 characters');
    }
  });

  it('is refused just so wherever customers are filtered', async () => {
    const { data } = await server.query<{
      __schema: { queryType: { fields: { name: string; args: { name: string; type: { name: string | null } }[] }[] } };
    }>('{ __schema { queryType { fields { name args { name type { name } } } } } }');
    const filtered = data.__schema.queryType.fields.filter(({ args }) =>
      args.some(({ type }) => type.name === 'CustomerFilter'),
    );
    expect(filtered.map(({ name }) => name)).toContain('customers');
    for (const { name, args } of filtered) {
      const filter = args.find(({ type }) => type.name === 'CustomerFilter')!.name;
      const { codes } = await ask(
        `query ($where: CustomerFilter) { ${name}(${filter}: $where) { __typename } }`,
        JSON.stringify({ where: { country: { contains: 'x'.repeat(5000) } } }),
      );
      expect([name, codes]).toEqual([name, ['BAD_USER_INPUT']]);
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerToken, makeKey } from '../../support/credentials.js';
import { startTestServer, type TestServer } from '../../support/server.js';

/** Of two halves that are no pair the driver makes this one sign. */
const REPLACED = '\ufffd';
const HALVES = ['\ud83d', '\ude00', '\ude00\ud83d'];
const ASK =
  'query ($id: String!) { customersByExternalIds(externalIds: [$id]) { externalId shopper { publicLabel } } }';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 100 });
  const { sql } = server.database;
  // Somebody whose id is the very sign, as files of another encoding leave it behind.
  await sql`update customer_profiles set customer_id = ${REPLACED}, country = ${REPLACED} where customer_id = '17'`;
  await sql`update customers set email = ${`${REPLACED}@example.com`} where customer_id = '18'`;
  server.persist(ASK);
});
afterAll(() => server.close());

describe('a text that holds half of a surrogate pair', () => {
  it('is the id of nobody, and not that of another customer', async () => {
    const found = async (id: string) =>
      (await server.query<{ customersByExternalIds: unknown[] }>(ASK, { id })).data.customersByExternalIds;
    expect(await found(REPLACED)).toEqual([expect.objectContaining({ externalId: REPLACED })]);
    for (const half of HALVES) expect(await found(half)).toEqual([null]);
  });

  it('finds nobody by his e-mail address, and compares with nothing in a filter', async () => {
    for (const half of HALVES) {
      const byEmail = await server.query('query ($e: [String!]!) { customersByEmails(emails: $e) { externalId } }', {
        e: [`${half}@example.com`],
      });
      expect(byEmail.errors?.map(({ extensions }) => extensions?.code)).toEqual(['BAD_USER_INPUT']);
      const filters = [{ country: { eq: half } }, { country: { in: [half] } }, { search: half }];
      for (const where of filters) {
        const counted = await server.query('query ($w: CustomerFilter) { customers(where: $w) { totalCount } }', {
          w: where,
        });
        expect([where, counted.errors?.map(({ extensions }) => extensions?.code)]).toEqual([where, ['BAD_USER_INPUT']]);
      }
    }
  });

  it('is the subject of no token', async () => {
    const key = await makeKey(server.database.sql, { kind: 'customer-signing', origins: ['https://shop.example'] });
    const statusFor = async (customerId: string) => {
      const answer = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await customerToken(key, customerId)}`,
        },
        body: JSON.stringify({ query: ASK, variables: { id: customerId } }),
      });
      return [answer.status, (await answer.text()).includes('publicLabel')];
    };
    expect(await statusFor(REPLACED)).not.toContain(401);
    for (const half of HALVES) expect(await statusFor(half)).toEqual([401, false]);
  });
});

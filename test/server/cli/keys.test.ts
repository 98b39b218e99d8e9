import { stat } from 'node:fs/promises';
import path from 'node:path';
import { readPersistedOperations } from '@tessera/server/graphql/plugins/persisted-operations.js';
import { PERSISTED_OPERATIONS_FILE } from '@tessera/server/http/routes/static-files.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildServer,
  type DataFolder,
  dataFolder,
  type RunningTessera,
  startTessera,
  tessera,
} from '../../support/cli.js';
import { customerToken } from '../../support/credentials.js';
import { createTestDatabase } from '../../support/database.js';
import { post } from '../../support/graphql-shop.js';
import { ADMIN_KEY } from '../../support/server.js';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let folder: DataFolder;
let server: RunningTessera;
let env: Record<string, string>;
beforeAll(async () => {
  buildServer();
  database = await createTestDatabase();
  folder = await dataFolder();
  env = { DATABASE_URL: database.url, TESSERA_DATA_DIR: folder.path };
  server = await startTessera(['serve', '--port', '0'], {
    ...env,
    TESSERA_ADMIN_KEY: ADMIN_KEY,
    NODE_ENV: 'production',
    LOG_LEVEL: 'trace',
  });
});
afterAll(async () => {
  await server.end();
  await folder.remove();
  await database.drop();
});

const keys = (...args: string[]) => tessera(['keys', ...args], env);
interface Shown {
  id: string;
  kind: string;
  secret: string | null;
  revoked: boolean;
}
async function create(...args: string[]): Promise<Shown> {
  const { status, stdout, stderr } = await keys('create', ...args, '--json');
  expect({ status, stderr: stderr.includes('tessera:') }).toEqual({ status: 0, stderr: false });
  expect(stdout).not.toMatch(/"(hash|verifier)":/);
  return JSON.parse(stdout) as Shown;
}
const who = (credential: string) =>
  post(`${server.url}/graphql`, JSON.stringify({ query: '{ viewer { kind scopes } }' }), {
    authorization: `Bearer ${credential}`,
  });

describe('tessera keys', () => {
  it('makes a key that a running server takes at once, and prints its text alone', async () => {
    const { status, stdout, stderr } = await keys(
      ...['create', '--kind', 'restricted', '--title', 'importer', '--scopes', 'imports:read, imports:write'],
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^rk_[\w-]{43}[0-9a-f]{8}\n$/) });
    expect(stderr).toMatch(/restricted {2}"importer" {2}rk_.*Shown this once:/s);
    expect(stderr).not.toContain(stdout.trim().slice(11));
    expect((await who(stdout.trim())).data).toEqual({
      viewer: { kind: 'RESTRICTED_KEY', scopes: ['imports:read', 'imports:write'] },
    });
  });

  it('makes a signing key whose secret the server can open, with a file that only its user reads', async () => {
    const key = await create(
      '--kind',
      'customer-signing',
      '--title',
      'storefront',
      '--origins',
      'https://shop.example',
    );
    const token = await customerToken({ id: key.id, secret: key.secret! }, '1');
    // The built server has the widget's documents: this one runs, and what is not among them does not.
    const [hash] = [...readPersistedOperations(PERSISTED_OPERATIONS_FILE)].find(([, text]) => /shopper/i.test(text))!;
    const ask = (body: unknown) =>
      post(`${server.url}/graphql`, JSON.stringify(body), { authorization: `Bearer ${token}` });
    const known = await ask({
      extensions: { persistedQuery: { version: 1, sha256Hash: hash } },
      variables: { ids: ['1'], badges: ['1'], recommendations: [], first: 3 },
    });
    // The shop of this test is empty.
    expect(known.errors.map(({ extensions }) => extensions?.code)).toEqual(['NOT_SCORED_YET']);
    expect((await ask({ query: '{ __typename }' })).text).toContain('PERSISTED_ONLY');
    const { mode } = await stat(path.join(folder.path, 'secrets.key'));
    expect(mode & 0o777).toBe(0o600);
  });

  it('lists keys without their text, rotates with an overlap and revokes', async () => {
    const key = await create('--kind', 'secret', '--title', 'rotated', '--expires-in', '30');
    const rotated = JSON.parse((await keys('rotate', key.id, '--overlap', '1', '--json')).stdout) as Shown;
    expect([(await who(key.secret!)).status, (await who(rotated.secret!)).status]).toEqual([200, 200]);
    expect(await keys('revoke', key.id)).toMatchObject({ status: 0, stdout: expect.stringMatching(/revoked\n$/) });
    const listed = await keys();
    expect(listed.stdout).toContain(key.id);
    expect(listed.stdout).not.toContain(key.secret!.slice(11));
    const rows = JSON.parse((await keys('list', '--json')).stdout) as Shown[];
    expect(rows.find(({ id }) => id === key.id)).toMatchObject({ kind: 'secret', revoked: true });
    expect(JSON.stringify(rows)).not.toMatch(/"(hash|verifier|secret)":/);
    // Stated: within a second, whichever process revoked it.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect([(await who(key.secret!)).status, (await who(rotated.secret!)).status]).toEqual([401, 200]);
  });

  it('leave no key, token or address in the log of the server, whatever is wrong with them', async () => {
    const secret = (await create('--kind', 'secret', '--title', 'leaked')).secret!;
    const signing = await create('--kind', 'agent-signing', '--title', 'CRM', '--scopes', 'customers:lookup');
    const token = await customerToken({ id: signing.id, secret: signing.secret! }, 'canary-subject');
    const ask = (credential: string, body: unknown, headers = {}) =>
      post(`${server.url}/graphql`, JSON.stringify(body), { authorization: `Bearer ${credential}`, ...headers });
    const lookup = {
      query: 'query ($e: String) { customer(email: $e) { id } }',
      variables: { e: 'canary@shop.example' },
    };
    const statuses = [
      await ask(secret, lookup, { origin: 'https://shop.example' }),
      await ask(secret, lookup),
      await ask(token, lookup),
      await ask(`${secret.slice(0, -1)}x`, lookup),
      await ask(signing.secret!, lookup),
    ].map(({ status }) => status);
    expect(statuses).toEqual([403, 200, 401, 401, 401]);
    const { stdout, stderr } = server.output();
    expect(stderr).toContain('a secret key came from a web page');
    for (const canary of [secret, signing.secret!, token, 'canary', ADMIN_KEY]) {
      expect(stdout + stderr).not.toContain(canary.length > 20 ? canary.slice(11) : canary);
    }
  });

  it.concurrent.each<[string, string[], 1 | 2, RegExp]>([
    ['an unknown action', ['make'], 2, /"make" is none of list, create, rotate, revoke/],
    ['no kind', ['create', '--title', 'x'], 2, /create needs --kind \(secret, .*\) and --title/],
    ['an unknown scope', ['create', '--kind', 'restricted', '--title', 'x', '--scopes', 'all'], 2, /got "all"/],
    ['no origin', ['create', '--kind', 'publishable', '--title', 'x'], 2, /needs the origins/],
    [
      'a wild origin',
      ['create', '--kind', 'publishable', '--title', 'x', '--origins', 'https://*.a.example'],
      2,
      /is not an origin/,
    ],
    [
      'days that are none',
      ['create', '--kind', 'secret', '--title', 'x', '--expires-in', 'soon'],
      2,
      /--expires-in "soon" is not a number/,
    ],
    [
      'a file that is not there',
      ['create', '--kind', 'agent-signing', '--title', 'x', '--public-key', '/none.pem'],
      2,
      /cannot be read \(ENOENT\)/,
    ],
    ['no id', ['revoke'], 2, /revoke needs the id of a key/],
    ['an id too many', ['create', 'key_1', '--kind', 'secret', '--title', 'x'], 2, /create takes no id/],
    ['an unknown id', ['revoke', 'key_0'], 1, /there is no key "key_0" that still counts/],
    ['an overlap of a year', ['rotate', 'key_0', '--overlap', '9000'], 2, /0 to 720 hours/],
  ])('refuses %s in one line', async (_what, args, status, message) => {
    const ended = await keys(...args);
    expect({ status: ended.status, stdout: ended.stdout }).toEqual({ status, stdout: '' });
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

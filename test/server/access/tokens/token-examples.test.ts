import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeKey, type SigningKey } from '../../../support/credentials.js';
import { startTestServer, type TestServer } from '../../../support/server.js';

let server: TestServer;
let customers: SigningKey;
let agents: SigningKey;
beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 60 });
  customers = await makeKey(server.database.sql, { kind: 'customer-signing' });
  agents = await makeKey(server.database.sql, { kind: 'agent-signing', scopes: ['customers:read', 'customers:pii'] });
});
afterAll(() => server.close());

const EXAMPLES: readonly (readonly [string, string, string])[] = [
  ['Node', process.execPath, 'sign-token.mjs'],
  ['Python', 'python3', 'sign_token.py'],
  ['PHP', 'php', 'sign-token.php'],
  ['Ruby', 'ruby', 'sign_token.rb'],
];

/** Waited for without holding up the server, which is in this process. */
const run = promisify(execFile);
const isThere = (program: string) =>
  run(program, ['--version']).then(
    () => true,
    () => false,
  );
const folder = fileURLToPath(new URL('../../../../docs/examples/tokens/', import.meta.url));

describe.each(EXAMPLES)('the example in %s', (_language, program, file) => {
  const sign = async (key: SigningKey, ...args: string[]) => {
    const env = { ...process.env, TESSERA_KEY_ID: key.id, TESSERA_SIGNING_SECRET: key.secret };
    return (await run(program, [`${folder}${file}`, ...args], { env })).stdout.trim();
  };
  const viewer = async (token: string) =>
    (await server.query('{ viewer { kind subject scopes } }', undefined, token)).data;

  it('signs tokens that the server takes', async (context) => {
    if (!(await isThere(program))) context.skip(`${program} is not installed here, so this example was not run`);
    // Ids are the shop's own, with whatever letters.
    for (const id of ['4711', 'Kunde/Müller "7"']) {
      expect(await viewer(await sign(customers, 'customer', id))).toEqual({
        viewer: { kind: 'CUSTOMER_TOKEN', subject: id, scopes: ['shopper:read'] },
      });
    }
    expect(await viewer(await sign(agents, 'agent', 'jo', 'customers:read customers:pii'))).toEqual({
      viewer: { kind: 'AGENT_TOKEN', subject: 'jo', scopes: ['badge:read', 'customers:pii', 'customers:read'] },
    });
    expect(await viewer(await sign(agents, 'agent', 'jo'))).toEqual({
      viewer: { kind: 'AGENT_TOKEN', subject: 'jo', scopes: ['badge:read'] },
    });
    const { status } = await server.query(
      '{ viewer { kind } }',
      undefined,
      await sign({ ...agents, secret: 'x' }, 'agent', 'jo'),
    );
    expect(status).toBe(401);
  });
});

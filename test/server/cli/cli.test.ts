import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { openDatabase } from '@tessera/server/db/database.js';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  buildServer,
  type DataFolder,
  dataFolder,
  type Ended,
  type RunningTessera,
  startTessera,
  tessera,
} from '../../support/cli.js';
import { connectAdmin } from '../../support/connect-admin.js';
import { post } from '../../support/graphql-shop.js';
import { ADMIN_KEY } from '../../support/server.js';

/** Two commands wait long for what does not come, so they are asked first and read last. */
let locked: DataFolder;
let lockWait: Promise<Ended>;
let silent: net.Server;
let silenceWait: Promise<Ended>;
beforeAll(async () => {
  buildServer();
  locked = await dataFolder();
  await writeFile(path.join(locked.path, 'lock'), String(process.pid));
  lockWait = tessera(['score'], { TESSERA_DATA_DIR: locked.path });
  silent = net.createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as net.AddressInfo;
  silenceWait = tessera(['score'], { DATABASE_URL: `postgres://u:canary@127.0.0.1:${port}/shop` });
});
afterAll(async () => {
  await Promise.all([lockWait, silenceWait]);
  silent.close();
  await locked.remove();
});

/** A failure as a person sees it: one line that says what to do, nothing on standard output, no stack trace. */
function expectOneLine({ status, stdout, stderr }: Ended, wanted: number, message: RegExp): void {
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(/^tessera: /);
  expect(stderr).not.toMatch(/\n\s+at |Error:|undefined|\[object/);
  expect({ status, stdout }).toEqual({ status: wanted, stdout: '' });
}

describe.concurrent('help', () => {
  it('lists the commands, and each has its own with the settings and their variables', async () => {
    const { status, stdout, stderr } = await tessera(['--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const commands = [...stdout.matchAll(/^ {2}([a-z-]+)(?= .*$)/gm)].map(([, name]) => name!);
    expect(commands).toEqual(expect.arrayContaining(['start', 'serve', 'import', 'score']));
    const helps = commands
      .filter((name) => name !== 'help')
      .map(async (name) => ({ name, ...(await tessera([name, '--help'])) }));
    for (const help of await Promise.all(helps)) {
      expect(help.status, help.name).toBe(0);
      expect(help.stdout, help.name).toContain(`Usage: tessera ${help.name}`);
      expect(help.stderr, help.name).toBe('');
    }
    const serve = (await tessera(['serve', '--help'])).stdout.replace(/\s+/g, ' ');
    for (const setting of [
      'PORT',
      'HOST',
      'TESSERA_DATA_DIR',
      'DATABASE_URL',
      'TESSERA_ADMIN_KEY',
      'TESSERA_TIME_ZONE',
      'TESSERA_CURRENCY',
      'TESSERA_SHOP_NAME',
      '--json',
    ]) {
      expect(serve).toContain(setting);
    }
  });

  it('gives the version', async () => {
    expect(await tessera(['--version'], { LOG_LEVEL: 'nonsense' })).toEqual({
      status: 0,
      stdout: '0.1.0\n',
      stderr: '',
    });
  });
});

describe.concurrent('wrong usage', () => {
  it.each<[string, string[]]>([
    ['no command', []],
    ['an unknown command', ['scroe']],
    ['an unknown option', ['score', '--nope']],
    ['an argument too many', ['serve', 'more']],
  ])('ends with status 2 and says how to find help: %s', async (_what, args) => {
    const { status, stdout, stderr } = await tessera(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/--help|Usage: tessera/);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it.each<[string, string[], Record<string, string>, 1 | 2, RegExp]>([
    ['a port of letters', ['serve', '--port', 'abc'], {}, 2, /--port "abc" is not a port number from 0 to 65535/],
    ['a port too high', ['serve'], { PORT: '70000' }, 2, /PORT "70000" is not a port number from 0 to 65535/],
    ['nothing to import', ['import'], {}, 2, /give the paths to import/],
    ['two at once', ['serve', '--port', 'x', '--currency', 'y'], {}, 2, /--port "x" .*; --currency "y" /],
    [
      'a weak key',
      ['serve', '--port', '0'],
      { TESSERA_ADMIN_KEY: 'changeme-changeme-changeme-changeme' },
      1,
      /TESSERA_ADMIN_KEY (?!.*changeme)/,
    ],
    [
      'a size that is no number',
      ['start', '--demo-customers', 'many'],
      {},
      2,
      /--demo-customers "many" is not a number/,
    ],
  ])('of a setting is one line: %s', async (_what, args, env, status, message) => {
    expectOneLine(await tessera(args, env), status, message);
  });
});

describe('an address that cannot be listened on', () => {
  it('is refused before anything is made', async () => {
    const blocker = net.createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as net.AddressInfo;
    const folder = await dataFolder();
    const env = { TESSERA_DATA_DIR: folder.path };
    expectOneLine(
      await tessera(['start', '--port', String(port)], env),
      1,
      new RegExp(`port ${port} is in use by another program: choose another with --port or PORT`),
    );
    expectOneLine(await tessera(['serve', '--port', String(port)], env), 1, /is in use/);
    expectOneLine(
      await tessera(['serve', '--port', '0', '--host', '203.0.113.7'], env),
      1,
      /203\.0\.113\.7 is not an address of this machine/,
    );
    expect(await readdir(folder.path)).toEqual([]);
    blocker.close();
    await folder.remove();
  });
});

describe.concurrent('a DATABASE_URL', () => {
  const server = () => new URL(inject('serverUrl'));
  const score = (DATABASE_URL: string) => tessera(['score'], { DATABASE_URL });

  it.each(['mysql://root:canary@localhost/shop', 'canary'])('of another kind is refused, unshown: %s', async (url) => {
    const ended = await score(url);
    expectOneLine(
      ended,
      1,
      /DATABASE_URL is not a PostgreSQL address: it reads postgres:\/\/USER:PASSWORD@HOST:5432\/NAME/,
    );
    expect(ended.stderr).not.toContain('canary');
  });

  it('that nothing listens at is refused, without its password', async () => {
    const ended = await score('postgres://canary:canary@127.0.0.1:1/shop');
    expectOneLine(ended, 1, /cannot use the database at 127\.0\.0\.1:1\/shop: nothing listens there/);
    expect(ended.stderr).not.toContain('canary');
    expectOneLine(
      await score('postgres://u@no-such-host.invalid/shop'),
      1,
      /there is no such host|its host cannot be looked up/,
    );
  });

  it('of a server that does not speak is given up', async () => {
    const ended = await silenceWait;
    expectOneLine(ended, 1, /cannot use the database at 127\.0\.0\.1:\d+\/shop: it does not answer/);
    expect(ended.stderr).not.toContain('canary');
  });

  it('of a missing database or a wrong password is refused', async () => {
    const missing = server();
    missing.pathname = '/no_such_database';
    expectOneLine(await score(missing.href), 1, /\/no_such_database: the database does not exist: create it first/);
    const wrong = server();
    wrong.password = 'canary';
    const admin = connectAdmin(inject('serverUrl'));
    const [method] = await admin<
      { trusts: boolean }[]
    >`select exists (select from pg_hba_file_rules where auth_method = 'trust') as trusts`;
    await admin.end();
    // A given server may trust everybody, whatever the password.
    if (method?.trusts === true) return;
    const ended = await score(wrong.href);
    expectOneLine(ended, 1, /the password is wrong/);
    expect(ended.stderr).not.toContain('canary');
  });

  it('of a user who may not make tables is refused', async () => {
    const admin = connectAdmin(inject('serverUrl'));
    const name = `tessera_cli_${process.pid}`;
    try {
      await admin.unsafe(`create role ${name} login password 'p'`);
      await admin.unsafe(`create database ${name}`);
      await admin.unsafe(`revoke all on database ${name} from public`);
      await admin.unsafe(`grant connect on database ${name} to ${name}`);
      const url = server();
      url.username = name;
      url.password = 'p';
      url.pathname = `/${name}`;
      expectOneLine(await score(url.href), 1, /the user may not create tables there/);
    } finally {
      await admin.unsafe(`drop database if exists ${name} with (force)`);
      await admin.unsafe(`drop role if exists ${name}`);
      await admin.end();
    }
  });
});

describe.concurrent('a data folder', () => {
  it('that cannot be one is refused', async () => {
    const folder = await dataFolder();
    const file = path.join(folder.path, 'file');
    await writeFile(file, '');
    for (const place of [file, path.join(file, 'below')]) {
      expectOneLine(
        await tessera(['score'], { TESSERA_DATA_DIR: place }),
        1,
        /the data folder .* cannot be (written|made)/,
      );
    }
    await folder.remove();
  });

  it('of a damaged or another PostgreSQL is refused and left as it is', async () => {
    const folder = await dataFolder();
    const cluster = path.join(folder.path, 'postgres/data');
    await mkdir(cluster, { recursive: true });
    const env = { TESSERA_DATA_DIR: folder.path };
    expectOneLine(await tessera(['score'], env), 1, /is damaged \(PG_VERSION is missing\): restore it from a backup/);
    await mkdir(path.join(cluster, 'global'));
    await writeFile(path.join(cluster, 'global/pg_control'), '');
    await writeFile(path.join(cluster, 'PG_VERSION'), '15\n');
    expectOneLine(await tessera(['score'], env), 1, /was made by PostgreSQL 15, this Tessera bundles 18/);
    expect((await readdir(cluster)).sort()).toEqual(['PG_VERSION', 'global']);
    await folder.remove();
  });
});

describe('a shop', () => {
  let folder: DataFolder;
  let server: RunningTessera;
  const env = () => ({ TESSERA_DATA_DIR: folder.path, PORT: '0' });
  const key = { authorization: `Bearer ${ADMIN_KEY}` };

  beforeAll(async () => {
    folder = await dataFolder();
    server = await startTessera(['start', '--demo-customers', '300'], env());
  });
  afterAll(async () => {
    await server.end('SIGKILL');
    await folder.remove();
  });

  /** Everything that a command could change. */
  async function contents(): Promise<unknown> {
    const { sql, close } = await openDatabase({ dataFolder: folder.path });
    try {
      const [row] = await sql`
        select (select count(*) from customers) as customers, (select count(*) from orders) as orders,
          (select count(*) from order_items) as lines, (select count(*) from imports) as imports,
          (select count(*) from runs) as runs, (select count(*) from api_keys) as keys,
          (select json_agg(s) from shop s)::text as shop`;
      return { ...row };
    } finally {
      await close();
    }
  }

  it('starts as a scored demo with a key that is shown once, and prints its address alone on standard output', async () => {
    const { stdout, stderr } = server.output();
    expect(stdout).toBe(`ready ${server.url}\n`);
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const shown = /sk_[\w-]+/.exec(stderr)?.[0];
    expect(stderr.match(/sk_/g)).toHaveLength(1);
    expect(stderr).toContain(`${server.url}/demo/crm`);
    const answer = await post(
      `${server.url}/graphql`,
      JSON.stringify({ query: '{ shop { name counts { customers } currentRun { id customerCount } } }' }),
      { authorization: `Bearer ${shown}` },
    );
    expect(answer.data).toEqual({
      shop: { name: 'Demo shop', counts: { customers: 300 }, currentRun: { id: '1', customerCount: 300 } },
    });
    expect((await fetch(`${server.url}/demo/crm`)).status).toBe(200);
  });

  it('keeps its secrets: nothing of a query, a person or a key is in the log', async () => {
    const shown = /sk_[\w-]+/.exec(server.output().stderr)![0];
    const logged = server.output().stderr.length;
    const queries: readonly (readonly [string, Record<string, unknown>])[] = [
      ['query ($x: String) { customer(email: $x) { email } }', { x: 'canary@example.com' }],
      ['query ($x: String) { customers(where: { search: $x }) { totalCount } }', { x: 'canary\0' }],
      ['query ($x: String) { customers(after: $x) { totalCount } }', { x: 'canary' }],
      ['query ($x: Int) { customers(first: $x) { totalCount } }', { x: 'canary' }],
      [
        'query ($x: CustomerFilter) { customers(where: $x) { totalCount } }',
        { x: { cohort: { gt: '2026-02-30' }, country: { eq: 'canary' } } },
      ],
      ['{ canary }', {}],
    ];
    for (const [query, variables] of queries) {
      await post(`${server.url}/graphql`, JSON.stringify({ query, variables }), { authorization: `Bearer ${shown}` });
    }
    await post(`${server.url}/graphql`, 'canary', { authorization: `Bearer ${shown}` });
    await post(`${server.url}/graphql`, '{}', { authorization: 'Bearer canary' });
    await fetch(`${server.url}/canary?canary=canary`);
    // A failure that nobody foresaw: a table that is gone.
    const { sql, close } = await openDatabase({ dataFolder: folder.path });
    await sql`alter table customers rename to hidden`;
    await post(`${server.url}/graphql`, JSON.stringify({ query: '{ customer(email: "canary@example.com") { id } }' }), {
      authorization: `Bearer ${shown}`,
    });
    await sql`alter table hidden rename to customers`;
    await close();
    const log = server.output().stderr.slice(logged);
    expect(log).toContain('"code":"42P01"');
    expect(log).not.toMatch(/canary|sk_|select/);
    for (const line of log.trimEnd().split('\n')) expect(() => JSON.parse(line), line).not.toThrow();
  });

  it('refuses to mix the demo with data of your own', async () => {
    const before = await contents();
    const file = path.join(folder.path, 'own.csv');
    await writeFile(file, 'customer_id,date,amount\na,2026-01-01,5\n');
    expectOneLine(
      await tessera(['start', '--data', file], env()),
      1,
      /holds the demo shop and your data must not mix with it: choose another folder with --data-dir or TESSERA_DATA_DIR/,
    );
    expect(await contents()).toEqual(before);
  });

  it('changes nothing at bad input, and says what to do', async () => {
    const before = await contents();
    const place = async (name: string, content: string | Buffer) => {
      const file = path.join(folder.path, name);
      await writeFile(file, content);
      return file;
    };
    const empty = await place('empty.csv', '');
    const binary = await place('binary.csv', randomBytes(20_000));
    const unknown = await place('unknown.csv', 'a,b\n1,2\n');
    const good = await place('good.csv', 'customer_id,date,amount\na,2026-01-01,5\n');
    const bare = path.join(folder.path, 'bare');
    await mkdir(bare);
    await writeFile(path.join(bare, 'README.md'), 'nothing to import');
    const refusals: readonly (readonly [string[], 1 | 2, RegExp])[] = [
      [['import', '/no/such/file.csv'], 1, /\/no\/such\/file\.csv does not exist/],
      [['import', empty], 1, /empty\.csv is empty/],
      [['import', binary], 1, /binary\.csv is not a text file: Tessera reads CSV and JSON/],
      [['import', unknown], 1, /unknown\.csv is not recognised/],
      [['import', bare], 1, /bare holds no file that Tessera knows/],
      [['import', '--format', 'nonsense', good], 2, /there is no format "nonsense": choose one of/],
      // A slip in the second path stops the first from being read.
      [['import', good, '/no/such/file.csv'], 1, /does not exist/],
      [
        ['score', '--as-of', '2026-02-30'],
        2,
        /"2026-02-30" is not a moment: it reads 2026-01-31, 2026-01-31T14:05:00Z or now/,
      ],
      [['score', '--as-of', '2026-01-01T00:00'], 2, /is not a moment/],
      [['score', '--time-zone', 'Europe/Berlin'], 1, /the time zone of this shop is UTC/],
      [['score', '--currency', 'EUR'], 1, /the currency of this shop is USD/],
    ];
    const left = [...refusals];
    const work = async () => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        const [args, status, message] = next;
        expectOneLine(await tessera(args, env()), status, message);
      }
    };
    await Promise.all([work(), work(), work()]);
    expect(await contents()).toEqual(before);
  });

  interface FileReport {
    read: number;
    kept: number;
    repaired: number;
    quarantined: number;
    duplicate: number;
    inserted: number;
    updated: number;
    unchanged: number;
  }

  it('is imported into and scored while it is served, by two commands at once, and each report adds up', async () => {
    const rows = (prefix: string) =>
      Array.from(
        { length: 500 },
        (_, i) => `${prefix}${i % 50},${prefix}${i},2026-01-0${1 + (i % 9)},1,${i}.50\n`,
      ).join('');
    const header = 'customer_id,order_id,date,quantity,amount\n';
    const [one, two] = [path.join(folder.path, 'one.csv'), path.join(folder.path, 'two.csv')];
    await writeFile(one, `${header}${rows('x')}x1,bad,not a day,1,1\n`);
    await writeFile(two, header + rows('y'));
    const ended = await Promise.all([
      tessera(['import', one, '--json'], env()),
      tessera(['import', two, '--json'], env()),
      post(`${server.url}/graphql`, JSON.stringify({ query: '{ viewer { kind } }' }), key),
    ]);
    for (const { status, stdout, stderr } of ended.slice(0, 2) as Ended[]) {
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const report = JSON.parse(stdout) as { files: FileReport[]; skipped: string[] };
      expect(report.skipped).toEqual([]);
      for (const file of report.files) {
        expect(file.kept + file.repaired + file.quarantined + file.duplicate).toBe(file.read);
        expect(file.inserted + file.updated + file.unchanged).toBe(file.kept + file.repaired);
        expect(file.inserted).toBe(500);
      }
    }
    const again = JSON.parse((await tessera(['import', one, '--json'], env())).stdout) as { files: FileReport[] };
    expect(again.files[0]).toMatchObject({ inserted: 0, updated: 0, unchanged: 500, quarantined: 1 });

    const scored = await tessera(['score', '--json', '--as-of', '2026-02-01'], env());
    expect({ status: scored.status, stderr: scored.stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(scored.stdout)).toMatchObject({ runId: 2, asOf: '2026-02-01T00:00:00.000Z', customers: 400 });
    const moment = await tessera(['score', '--as-of', '2026-02-01T02:00:00+02:00'], env());
    expect(moment.stdout).toMatch(/^run 3 published: 400 customers as of 2026-02-01T00:00:00\.000Z in /);
  });

  it('ends at SIGTERM with status 0 and leaves no PostgreSQL behind', async () => {
    expect(await folder.postgres()).not.toBeNull();
    expect(await server.end('SIGTERM')).toBe(0);
    expect(await folder.postgres()).toBeNull();
    expect(server.output().stderr).toMatch(/stopping \.\.\.\n$/);
  });

  it('is found again by the second start, soon and as it was, and shows no key', async () => {
    server = await startTessera(['start'], { ...env(), TESSERA_ADMIN_KEY: ADMIN_KEY });
    expect(server.secondsToReady).toBeLessThan(10);
    expect(server.output().stderr).not.toMatch(/sk_|making a demo shop/);
    const answer = await post(
      `${server.url}/graphql`,
      JSON.stringify({ query: '{ shop { currentRun { id } } runs { totalCount } }' }),
      key,
    );
    expect(answer.data).toEqual({ shop: { currentRun: { id: '3' } }, runs: { totalCount: 3 } });
  });

  it('is found again after SIGKILL: the next start uses the PostgreSQL that still runs', async () => {
    const postgres = await folder.postgres();
    await server.end('SIGKILL');
    expect(await folder.postgres()).toBe(postgres);
    server = await startTessera(['serve'], { ...env(), TESSERA_ADMIN_KEY: ADMIN_KEY });
    expect(await folder.postgres()).toBe(postgres);
    const answer = await post(
      `${server.url}/graphql`,
      JSON.stringify({ query: '{ customers(first: 1) { totalCount } }' }),
      key,
    );
    expect(answer.data).toEqual({ customers: { totalCount: 400 } });
    expect(await server.end('SIGINT')).toBe(0);
    expect(await folder.postgres()).toBeNull();
  });

  it('whose server is stopped lets an import that still works come to its end', async () => {
    server = await startTessera(['serve'], { ...env(), TESSERA_ADMIN_KEY: ADMIN_KEY });
    const file = path.join(folder.path, 'many.csv');
    const lines = Array.from({ length: 100_000 }, (_, i) => `z${i % 1000},z${i},2026-01-01,1,1\n`).join('');
    await writeFile(file, `customer_id,order_id,date,quantity,amount\n${lines}`);
    const importing = tessera(['import', file, '--json'], env());
    while ((await readdir(path.join(folder.path, 'holders'))).length < 2)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await server.end('SIGTERM')).toBe(0);
    const { status, stdout } = await importing;
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { files: FileReport[] }).files[0]!.inserted).toBe(100_000);
    expect(await folder.postgres()).toBeNull();
  });

  it('of your own data is imported, scored and served by one command, and again without change', async () => {
    const own = await dataFolder();
    const file = path.join(own.path, 'log.csv');
    await writeFile(file, 'customer_id,date,amount\na,2026-01-01,5\nb,2026-01-03,7\n');
    const ownEnv = { TESSERA_DATA_DIR: own.path, PORT: '0', TESSERA_ADMIN_KEY: ADMIN_KEY, TESSERA_SHOP_NAME: 'Mine' };
    for (const time of [1, 2]) {
      const running = await startTessera(['start', '--data', file, '--no-backfill'], ownEnv);
      const answer = await post(
        `${running.url}/graphql`,
        JSON.stringify({ query: '{ shop { name } runs { totalCount } customers { totalCount } }' }),
        key,
      );
      expect(answer.data, `time ${time}`).toEqual({
        shop: { name: 'Mine' },
        runs: { totalCount: 1 },
        customers: { totalCount: 2 },
      });
      const { stdout, stderr } = running.output();
      const [link, code] = new RegExp(`${running.url}/desk#([\\w-]{43})`).exec(stderr) ?? [];
      expect(link, stderr).toBeDefined();
      expect(stdout).not.toContain('desk');
      expect((await fetch(`${running.url}/demo/token?page=crm`, { method: 'POST' })).status).toBe(404);
      const opened = await post(`${running.url}/desk/session`, JSON.stringify({ code }));
      expect({ status: opened.status, hasToken: opened.text.includes('"token":"ey') }).toEqual({
        status: 200,
        hasToken: true,
      });
      expect(await running.end()).toBe(0);
    }
    expect(existsSync(path.join(own.path, 'postgres/data/postmaster.pid'))).toBe(false);
    await own.remove();
  });

  it('in a locked data folder is waited for, then refused with the holder named', async () => {
    expectOneLine(
      await lockWait,
      1,
      new RegExp(`the data folder .* is locked by process ${process.pid}: wait for it or stop it`),
    );
    expect(existsSync(path.join(locked.path, 'postgres'))).toBe(false);
  }, 90_000);
});

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import os from 'node:os';
import { createGzip, gzipSync } from 'node:zlib';
import { safeCell } from '@tessera/server/http/routes/import.js';
import { wayToFix } from '@tessera/server/ingest/row-reasons.js';
import { CsvRecords } from '@tessera/server/ingest/rows/csv-records.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN_KEY, startTestServer, type TestServer } from '../../../support/server.js';
import { english } from '../../../support/words.js';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 0, config: { maxUploadMb: 1 } });
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.database.sql`truncate customers, orders, order_items, returns, products, imports, quarantined_rows`;
});

const CSV = 'order_id,customer_id,status,placed_at\no-1,c-1,delivered,2026-01-01\no-2,c-2,shipped,2026-01-02\n';
const KEY = { authorization: `Bearer ${ADMIN_KEY}` };
const uploadFolders = () => readdirSync(os.tmpdir()).filter((name) => name.startsWith('tessera-upload-'));

async function upload(
  body: string | Buffer,
  { path = '/import/orders.csv', headers = {} as Record<string, string> } = {},
) {
  const answer = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv', ...KEY, ...headers },
    body: body as BodyInit,
  });
  const json = (await answer.json()) as Record<string, unknown> & {
    errors?: { message: string; extensions: { code: string } }[];
  };
  return {
    status: answer.status,
    json,
    code: json.errors?.[0]?.extensions.code,
    message: json.errors?.[0]?.message ?? '',
  };
}

function cellsOf(csv: string): string[][] {
  const records: string[][] = [];
  const bad = (line: number) => expect.fail(`line ${line} cannot be read`);
  const reader = new CsvRecords(',', '\n', { record: (cells) => records.push([...cells]), bad });
  reader.push(csv.replaceAll('\r\n', '\n'));
  reader.end();
  return records;
}

/** Streams a body without saying how long it is. @returns the answer's status and text */
async function stream(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<{ status: number; text: string; sent: number }> {
  const request = httpRequest(`${server.url}/import/bomb.csv`, {
    method: 'POST',
    headers: { ...KEY, 'content-type': 'text/csv' },
  });
  let sent = 0;
  let isAnswered = false;
  const answered = once(request, 'response').then(([response]) => {
    isAnswered = true;
    return response as import('node:http').IncomingMessage;
  });
  request.on('error', () => {});
  for await (const chunk of chunks) {
    if (isAnswered) break;
    sent += chunk.length;
    if (!request.write(chunk)) await Promise.race([once(request, 'drain'), answered]);
  }
  request.end();
  const response = await answered;
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, text, sent };
}

describe('an upload', () => {
  it('is imported and answered with its report', async () => {
    const { status, json } = await upload(CSV);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      source: 'orders.csv',
      format: 'orders-table',
      read: 2,
      kept: 2,
      quarantined: 0,
      inserted: 2,
    });
    expect(await server.database.sql`select from orders`).toHaveLength(2);
    expect(uploadFolders()).toEqual([]);
  });

  it('may be gzipped, whatever its headers say, and the same bytes again change nothing', async () => {
    const packed = gzipSync(CSV);
    expect((await upload(packed)).json).toMatchObject({ read: 2, inserted: 2 });
    const again = await upload(packed, { headers: { 'content-type': 'application/gzip', 'content-encoding': 'gzip' } });
    expect(again.json).toMatchObject({ read: 2, inserted: 0, updated: 0, unchanged: 2 });
  });

  it('is one import when the same bytes come at once: the others wait and change nothing', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => upload(CSV)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers.map(({ json }) => json.inserted).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 2]);
    expect(answers.filter(({ json }) => json.unchanged === 2)).toHaveLength(7);
  });

  it('is read as the format that it names', async () => {
    const ndjson =
      '{"externalId":"o-1","customerId":"c-1","placedAt":"2026-01-01T00:00:00Z","lines":[{"unitPrice":"2.50"}]}\n';
    expect((await upload(ndjson, { path: '/import/shop?format=ndjson-orders' })).json).toMatchObject({ inserted: 1 });
    expect(await upload(CSV, { path: '/import/shop?format=parquet' })).toMatchObject({
      status: 400,
      code: 'BAD_USER_INPUT',
    });
  });

  it('is refused with its reason when it cannot be read', async () => {
    const cases: [string, Awaited<ReturnType<typeof upload>>, number, string][] = [
      ['empty', await upload(''), 400, 'BAD_USER_INPUT'],
      ['binary', await upload(Buffer.alloc(5000, 3)), 400, 'BAD_USER_INPUT'],
      ['unknown header', await upload('colour,taste\nred,sweet\n'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
      ['truncated gzip', await upload(gzipSync(CSV.repeat(50)).subarray(0, 60)), 400, 'BAD_USER_INPUT'],
      [
        'form',
        await upload('a=1', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      ],
      ['brotli', await upload(CSV, { headers: { 'content-encoding': 'br' } }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
      ['name', await upload(CSV, { path: '/import/..%2Fetc' }), 400, 'BAD_USER_INPUT'],
      ['broken name', await upload(CSV, { path: '/import/%FF' }), 400, 'BAD_USER_INPUT'],
    ];
    for (const [what, answer, status, code] of cases) {
      expect([what, answer.status, answer.code]).toEqual([what, status, code]);
      expect(answer.message, what).not.toMatch(/tmp|tessera-upload/);
      expect(answer.message, what).not.toContain(process.cwd());
    }
    expect(await server.database.sql`select from orders`).toHaveLength(0);
    expect(uploadFolders()).toEqual([]);
  });

  it('needs the secret key, and never from a web page', async () => {
    for (const [headers, status, code] of [
      [{ authorization: '' }, 401, 'UNAUTHENTICATED'],
      [{ authorization: 'Bearer sk_wrong' }, 401, 'UNAUTHENTICATED'],
      [{ origin: 'https://shop.example' }, 403, 'SECRET_KEY_IN_BROWSER'],
    ] as const) {
      expect(await upload(CSV, { headers: { ...headers } })).toMatchObject({ status, code });
    }
    const get = await fetch(`${server.url}/import/orders.csv`, { headers: KEY });
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect(await server.database.sql`select from imports`).toHaveLength(0);
  });

  it('above the limit is refused, told or found, and leaves nothing', async () => {
    expect(await upload(randomBytes(1_200_000))).toMatchObject({ status: 413, code: 'REQUEST_ENTITY_TOO_LARGE' });
    const piece = randomBytes(64_000);
    const answer = await stream(Array.from({ length: 400 }, () => piece));
    expect(answer.status).toBe(413);
    expect(uploadFolders()).toEqual([]);
    expect(await server.database.sql`select from imports`).toHaveLength(0);
  });

  it('that unpacks to far more than it is ends at once, and leaves nothing', async () => {
    async function* bomb() {
      const gzip = createGzip({ level: 9 });
      const zeros = Buffer.alloc(1_048_576);
      const packed: Buffer[] = [];
      gzip.on('data', (chunk: Buffer) => packed.push(chunk));
      for (let i = 0; i < 2000; i++) {
        if (!gzip.write(zeros)) await once(gzip, 'drain');
        while (packed.length > 0) yield packed.shift() as Buffer;
      }
    }
    const before = process.memoryUsage().rss;
    const answer = await stream(bomb());
    expect(answer.status).toBe(413);
    expect(answer.text).toContain('REQUEST_ENTITY_TOO_LARGE');
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1_048_576);
    expect(uploadFolders()).toEqual([]);
  });

  it('that its sender gives up leaves nothing', async () => {
    const request = httpRequest(`${server.url}/import/orders.csv`, { method: 'POST', headers: KEY });
    request.on('error', () => {});
    request.write(CSV);
    await expect.poll(uploadFolders).toHaveLength(1);
    request.destroy();
    await expect.poll(uploadFolders).toEqual([]);
    expect(await server.database.sql`select from imports`).toHaveLength(0);
  });
});

describe('a file that would give a false figure', () => {
  const text = 'order_id,customer_id,status,placed_at,Bestellwert\n1,c-1,shipped,2026-01-01,12.50\n';
  const imports = async () => (await server.database.sql`select from imports where state = 'done'`).length;

  it('is looked at with ?check, which stores nothing', async () => {
    const before = await imports();
    const { status, json } = await upload(text, { path: '/import/values.csv?check' });
    expect(status).toBe(200);
    expect(json).toMatchObject({ isChecked: true, read: 1, inserted: 0 });
    expect(json.findings).toMatchObject([{ stops: true, text: expect.stringContaining('"Bestellwert" holds money') }]);
    expect(await imports()).toBe(before);
  });

  it('is refused with the line that settles it, and taken with ?accept', async () => {
    const { status, json } = await upload(text, { path: '/import/values.csv' });
    expect(status).toBe(400);
    expect(json.errors?.[0]?.message).toMatch(
      /"Bestellwert" holds money .* columns: \{ amount: Bestellwert \}.*\?accept/,
    );
    const taken = await upload(text, { path: '/import/values.csv?accept' });
    expect(taken.json).toMatchObject({ read: 1, failure: 'it holds money, and none of it is stored' });
    // Its shape is known now: the same question is not asked twice.
    expect((await upload(text, { path: '/import/values.csv' })).status).toBe(200);
  });
});

describe('the quarantine file', () => {
  const download = (id: unknown, headers: Record<string, string> = KEY) =>
    fetch(`${server.url}/imports/${id}/quarantine.csv`, { headers });

  it('has each bad row with its line, reason and remedy, and no cell that a spreadsheet would run', async () => {
    const words = ['=1+1', '+cmd|x', '@sum', '  =2', '-2+3', '"=1'];
    const rows = words.map((word, i) => `o-${i},c-1,"${word.replaceAll('"', '""')}",2026-01-01`);
    const { json } = await upload(`order_id,customer_id,status,placed_at\n${rows.join('\n')}\no-9,c-1,shipped,-5.00\n`);
    const answer = await download(json.importId);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="import-\d+-quarantine\.csv"$/);
    const data = cellsOf(await answer.text());
    expect(data[0]).toEqual(['line', 'field', 'value', 'reason', 'how to fix']);
    expect(data.slice(1).map(([line, field, value]) => [line, field, value])).toEqual([
      ['2', 'status', "'=1+1"],
      ['3', 'status', "'+cmd|x"],
      ['4', 'status', "'@sum"],
      ['5', 'status', "'=2"],
      ['6', 'status', "'-2+3"],
      ['7', 'status', '"=1'],
      ['8', 'placed_at', '-5.00'],
    ]);
    expect(data[1]?.[4]).toContain('statuses');
  });

  it('is streamed in pages: no row is lost between them', async () => {
    const rows = Array.from({ length: 2501 }, (_, i) => `o-${i},c-1,nonsense,2026-01-01`);
    const { json } = await upload(`order_id,customer_id,status,placed_at\n${rows.join('\n')}\n`, {
      path: '/import/nonsense.csv?accept',
    });
    const data = cellsOf(await (await download(json.importId)).text());
    expect(data.slice(1).map(([line]) => Number(line))).toEqual(rows.map((_, i) => i + 2));
  });

  it('is for the secret key only, and of an import that exists', async () => {
    expect((await download(1, {})).status).toBe(401);
    for (const id of ['999999', 'abc', '1e3', '-1']) expect((await download(id)).status, id).toBe(404);
  });

  it('leaves numbers and plain text as they are', () => {
    for (const cell of ['-5.00', '12', 'a=b', '', 'x-1']) expect(safeCell(cell)).toBe(cell);
    for (const cell of ['=1', '+1', '-1+1', '@x', '\t=1', '\r1', ' =1', '\n=1'])
      expect(safeCell(cell)).toBe(`'${cell}`);
  });

  it('has a remedy for every reason', () => {
    expect(english(wayToFix('is a status word that is not known'))).toContain('statuses');
    expect(english(wayToFix('something new'))).toBe('correct the row at the source and import it again');
  });
});

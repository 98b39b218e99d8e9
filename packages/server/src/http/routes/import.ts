import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { wordsIn } from '@tessera/core';
import { stringify } from 'csv-stringify/sync';
import type { Config } from '../../config.js';
import type { Database } from '../../db/database.js';
import { isImport, readQuarantinePage } from '../../db/queries/imports/import-records.js';
import { readShop } from '../../db/queries/shop/settings.js';
import { UserError } from '../../errors.js';
import { importFile, recogniseFile } from '../../ingest/files/import-file.js';
import { UploadRefused, withUpload } from '../../ingest/files/import-upload.js';
import type { ImportReport } from '../../ingest/import-frame.js';
import { reasonOf, wayToFix } from '../../ingest/row-reasons.js';
import { negotiateLanguage } from '../../language.js';
import { ensureShop } from '../../settings/shop.js';
import { sendError, sendJson } from '../respond.js';

const MIB = 1_048_576;
/** Names the import in its record. */
const SOURCE_NAME = /^[\w][\w .()-]{0,99}$/;
/** Not what a file is sent as, but the form that a browser wraps around it. */
const FORM = /^(multipart\/|application\/x-www-form-urlencoded)/i;
const PLAIN_ENCODINGS = new Set(['', 'identity', 'gzip', 'x-gzip']);
/** A sender that is silent for so long is gone. */
const LONGEST_SILENCE_MS = 30_000;
const ROWS_A_PAGE = 1000;

/** Uploads are imported one after the other: whoever sends the same bytes at once waits, and changes nothing. */
export class UploadQueue {
  #last: Promise<unknown> = Promise.resolve();

  add<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work, work);
    this.#last = done;
    return done;
  }
}

/** '' where the address cannot be read. */
function sourceOf(url: URL): string {
  try {
    return decodeURIComponent(url.pathname.split('/')[2] ?? '');
  } catch {
    return '';
  }
}

async function importUpload(
  database: Database,
  config: Config,
  file: string,
  query: URLSearchParams,
): Promise<ImportReport> {
  const shop = (await readShop(database.sql)) ?? (await ensureShop(database.sql, config));
  const recognised = await recogniseFile(file, query.get('format') ?? undefined);
  if (recognised === null) {
    throw new UploadRefused(
      'UNSUPPORTED_MEDIA_TYPE',
      'the file is not recognised: its header is none that Tessera knows (docs/data-formats.md lists them); name its format with ?format=',
    );
  }
  return importFile(database.sql, recognised, {
    timeZone: shop.timeZone,
    currency: shop.currency,
    accept: query.has('accept'),
    check: query.has('check'),
  });
}

/** Answers `POST /import/:source`: takes the body as a file and imports it. The caller has checked the secret key. */
export async function answerImport(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  config: Config,
  database: Database,
  queue: UploadQueue,
): Promise<void> {
  const source = sourceOf(url);
  const refuse = (refused: UploadRefused) => sendError(response, refused.code, refused.message);
  if (!SOURCE_NAME.test(source)) {
    return refuse(
      new UploadRefused('BAD_USER_INPUT', 'a source is named by 1 to 100 letters, digits, blanks or any of . _ - ( )'),
    );
  }
  const { 'content-type': type = '', 'content-encoding': encoding = '' } = request.headers;
  if (FORM.test(type) || !PLAIN_ENCODINGS.has(encoding.toLowerCase())) {
    return refuse(
      new UploadRefused('UNSUPPORTED_MEDIA_TYPE', 'send the file itself as the body, plain or gzipped, and no form'),
    );
  }
  request.setTimeout(LONGEST_SILENCE_MS, () => request.destroy());
  try {
    const report = await withUpload(request, source, (config.maxUploadMb ?? 2048) * MIB, (file) => {
      // What comes now is our own work, which may be silent for as long as it takes.
      request.setTimeout(0);
      return queue.add(() => importUpload(database, config, file, url.searchParams));
    });
    sendJson(response, 200, report);
  } catch (error) {
    if (error instanceof UploadRefused) return refuse(error);
    if (error instanceof UserError) {
      // The path is ours and says nothing to the sender.
      const message = error.message
        .replace(/\S*[\\/]tessera-upload-[^\\/]*[\\/]/g, '')
        .replace('with --accept', 'with ?accept');
      return refuse(new UploadRefused('BAD_USER_INPUT', message));
    }
    // A sender that went away hears no answer.
    if (!request.complete && request.destroyed) return;
    throw error;
  } finally {
    request.setTimeout(0);
  }
}

/** A text that a spreadsheet would run as a formula. Plain numbers are none. */
const FORMULA = /^([\t\r]|\s*[=+\-@])/;
const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;

/** A cell that is text in every spreadsheet: what would be run as a formula starts with an apostrophe instead. */
export const safeCell = (cell: string) => (FORMULA.test(cell) && !PLAIN_NUMBER.test(cell) ? `'${cell}` : cell);

const asCsv = (rows: readonly (readonly (string | number)[])[]) =>
  stringify(rows as (string | number)[][], {
    record_delimiter: 'windows',
    quoted_string: true,
    cast: { string: safeCell },
  });

/** Answers `GET /imports/:id/quarantine.csv`, page by page, so that a slow reader holds nothing in the database. */
export async function answerQuarantine(response: ServerResponse, id: string, database: Database): Promise<void> {
  const importId = /^\d{1,9}$/.test(id) ? Number(id) : 0;
  if (!(await isImport(database.reader, importId))) return sendError(response, 'NOT_FOUND', 'there is no such import');
  const language = negotiateLanguage(response.req.headers['accept-language']);
  const { say } = wordsIn(language);
  response.writeHead(200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-language': language,
    vary: 'Accept-Language',
    'content-disposition': `attachment; filename="import-${importId}-quarantine.csv"`,
    'cache-control': 'no-store',
  });
  if (response.req.method === 'HEAD') return void response.end();
  response.write(asCsv([['line', 'field', 'value', 'reason', 'how to fix']]));
  let after = -1;
  for (;;) {
    const rows = await readQuarantinePage(database.reader, importId, after, ROWS_A_PAGE);
    if (rows.length === 0 || response.destroyed) break;
    const page = rows.map(({ line, field, value, ...stored }) => [
      ...[line, field, value ?? ''],
      ...[say(reasonOf(stored)), say(wayToFix(stored.reason))],
    ]);
    if (!response.write(asCsv(page))) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    after = rows.at(-1)?.line ?? after;
  }
  response.end();
}

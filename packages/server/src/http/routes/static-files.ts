import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf } from '../../errors.js';
import { send, sendError } from '../respond.js';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
};
const NO_SUCH_FILE = new Set(['ENOENT', 'EISDIR', 'ENAMETOOLONG']);
const FILE_NAME = /^[a-z0-9][a-z0-9.-]*$/i;

/** Where the widget's build puts its files; found from the server's own place in the workspace. */
export const WIDGET_FOLDER = path.resolve(
  path.dirname(fileURLToPath(import.meta.url)),
  import.meta.url.includes('/dist/') ? '../../widget/dist' : '../../../../widget/dist',
);

/** What credentials of browsers may run: written by the widget's build beside its folder, and committed. */
export const PERSISTED_OPERATIONS_FILE = path.resolve(WIDGET_FOLDER, '../persisted-operations.json');

/** The widget's script is anybody's, and a page that checks its hash has to be allowed to read it. */
const PUBLIC = { 'access-control-allow-origin': '*' };
const RELEASE = /^[0-9a-f]{12}$/;
const IMMUTABLE = { 'cache-control': 'public, max-age=31536000, immutable' };

/**
 * Answers with a file of the widget: the newest by its name alone, or that of one release, which is the same for ever
 * and gone with the release.
 */
export function sendWidgetFile(response: ServerResponse, first: string, second: string): Promise<void> {
  if (!RELEASE.test(first) || second === '')
    return sendFile(response, WIDGET_FOLDER, second === '' ? first : '', PUBLIC);
  return sendFile(response, path.join(WIDGET_FOLDER, 'releases', first), second, { ...PUBLIC, ...IMMUTABLE });
}

/** Answers with one file of a folder, by its plain name: no path can lead out of it. */
export async function sendFile(
  response: ServerResponse,
  folder: string,
  name: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const type = TYPES[path.extname(name)];
  if (type === undefined || !FILE_NAME.test(name)) return sendError(response, 'NOT_FOUND', 'there is no such file');
  try {
    const content = await readFile(path.join(folder, name));
    const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
    if (response.req.headers['if-none-match'] === etag) {
      response.writeHead(304, { etag, ...headers }).end();
      return;
    }
    send(response, 200, type, content, { etag, 'cache-control': 'no-cache', ...headers });
  } catch (error) {
    if (!NO_SUCH_FILE.has(codeOf(error))) throw error;
    sendError(response, 'NOT_FOUND', 'there is no such file');
  }
}

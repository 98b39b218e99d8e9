import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import papaparse from 'papaparse';
import { codeOf, UserError } from '../../errors.js';
import type { FileHead } from '../format.js';
import { normaliseHeader } from '../rows/entities.js';

const HEAD_CHARACTERS = 65_536;
const BYTES_PER_READ = 262_144;
const DELIMITERS = [',', ';', '\t'];

/** A file opened for reading: what it starts with, and all of its bytes, unpacked. */
export interface Source {
  readonly head: FileHead;
  /** The name under which `TextDecoder` knows the file's encoding. */
  readonly encoding: string;
  text(): AsyncIterable<string>;
  /** SHA-256 of the bytes on disk; of the last `text()`, complete after it has been read to its end. */
  fingerprint(): string;
}

/**
 * Files of a kind that text never is: control bytes in the first block. UTF-8, Latin-1 and tabs pass.
 */
function looksBinary(block: Buffer): boolean {
  let controls = 0;
  for (const byte of block) if (byte < 9 || (byte > 13 && byte < 32)) controls++;
  // A few of them are damage in a few rows, however short the file is.
  return controls > Math.max(4, block.length / 100);
}

const SEPARATOR_LINE = /^\uFEFF?sep=(.)\s*$/i;
/** A header stands within so many lines. */
const MOST_TITLE_LINES = 30;
/** JSON, or the rest of a cell that holds it: no header. */
const JSON_START = /^\s*"?\s*[[{]/;

const cellsOf = (line: string, delimiter: string) =>
  papaparse.parse<string[]>(line, { delimiter, newline: '\n' }).data[0] ?? [line];
const filledOf = (line: string, delimiter: string) =>
  cellsOf(line, delimiter).filter((cell) => cell.trim() !== '').length;

function delimiterOf(line: string): string {
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

/**
 * Reports begin with titles, periods and notes: lines of one or two cells before a header of at least three and twice as
 * many, whose next line has as many cells.
 */
function afterTitles(lines: readonly string[], first: number): { index: number; delimiter: string } {
  const own = { index: first, delimiter: delimiterOf(lines[first] ?? '') };
  if (JSON_START.test(lines[first] ?? '')) return own;
  const few = filledOf(lines[first] ?? '', own.delimiter);
  if (few > 2 && !lines[first]!.startsWith('#')) return own;
  for (let i = first + 1; i < Math.min(lines.length, first + MOST_TITLE_LINES); i++) {
    const line = lines[i]!;
    if (JSON_START.test(line)) return own;
    if (line.trim() === '' || line.startsWith('#')) continue;
    const delimiter = delimiterOf(line);
    const filled = filledOf(line, delimiter);
    if (filled < 3 || (filled < 2 * few && !lines[first]!.startsWith('#'))) continue;
    const next = lines[i + 1];
    const isTable =
      next === undefined || next === '' || cellsOf(next, delimiter).length === cellsOf(line, delimiter).length;
    return isTable ? { index: i, delimiter } : own;
  }
  return own;
}

function readHead(text: string): FileHead {
  const clean = text.replace(/^\uFEFF/, '');
  const lines = clean.split(clean.includes('\n') ? '\n' : '\r').map((line) => line.replace(/\r$/, ''));
  const isFilled = (line: string) => line.trim() !== '';
  let first = lines.findIndex(isFilled);
  const separator = SEPARATOR_LINE.exec(lines[first] ?? '')?.[1];
  if (separator !== undefined) first = lines.findIndex((line, i) => i > first && isFilled(line));
  const found = afterTitles(lines, Math.max(0, first));
  const delimiter = separator ?? found.delimiter;
  const titles = cellsOf(lines[found.index] ?? '', delimiter);
  return { text: clean, header: titles.map(normaliseHeader), titles, headerLine: found.index + 1, delimiter };
}

/** UTF-16 by its mark; UTF-8 where the bytes are; else what Windows wrote, in which every byte is a letter. */
function detectEncoding(block: Buffer, isWhole: boolean): string {
  if (block[0] === 0xff && block[1] === 0xfe) return 'utf-16le';
  if (block[0] === 0xfe && block[1] === 0xff) return 'utf-16be';
  try {
    // The block may end within a letter, which only a streaming decoder forgives.
    new TextDecoder('utf-8', { fatal: true }).decode(block, { stream: !isWhole });
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}

async function* decoded(bytes: AsyncIterable<Buffer>, encoding: string): AsyncIterable<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

async function* unpacked(path: string, gzip: boolean, onRaw: (chunk: Buffer) => void): AsyncIterable<Buffer> {
  const file = createReadStream(path, { highWaterMark: BYTES_PER_READ });
  const tap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onRaw(chunk);
      done(null, chunk);
    },
  });
  const stream = gzip ? file.pipe(tap).pipe(createGunzip({ chunkSize: BYTES_PER_READ })) : file.pipe(tap);
  file.on('error', (error) => stream.destroy(error));
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    if (codeOf(error).startsWith('Z_')) {
      throw new UserError(`${path} is a damaged gzip file (${codeOf(error)}): copy it again from its source`, 1, {
        cause: error,
      });
    }
    throw error;
  } finally {
    file.destroy();
  }
}

/** What a path names, where it is no regular file. */
function kindOf(found: Stats): string | null {
  if (found.isFile()) return null;
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a FIFO';
  if (found.isSocket()) return 'a socket';
  return 'a device';
}

/**
 * Opens a plain or gzipped text file and reads its head.
 * @throws UserError when it is missing, no regular file, unreadable, empty, binary or a damaged gzip
 */
export async function openSource(path: string): Promise<Source> {
  const start = Buffer.alloc(4);
  let size = 0;
  try {
    // Asked before it is opened: a FIFO keeps whoever opens it waiting, and a device may act on it.
    const kind = kindOf(await stat(path));
    if (kind !== null)
      throw new UserError(`${path} is ${kind}: an import takes regular files, and - for standard input`);
    const handle = await open(path, 'r');
    try {
      ({ bytesRead: size } = await handle.read(start, 0, 4, 0));
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reasons: Record<string, string> = { ENOENT: 'does not exist', EACCES: 'may not be read' };
    throw new UserError(`${path} ${reasons[codeOf(error)] ?? `cannot be read (${codeOf(error)})`}`, 1, {
      cause: error,
    });
  }
  if (size === 0) throw new UserError(`${path} is empty: there is nothing to import`);
  const gzip = start[0] === 0x1f && start[1] === 0x8b;

  const blocks: Buffer[] = [];
  let length = 0;
  let whole = true;
  for await (const chunk of unpacked(path, gzip, () => {})) {
    blocks.push(chunk);
    length += chunk.length;
    if (length >= HEAD_CHARACTERS) {
      whole = false;
      break;
    }
  }
  const block = Buffer.concat(blocks).subarray(0, HEAD_CHARACTERS);
  if (block.length === 0) throw new UserError(`${path} is empty: there is nothing to import`);
  const encoding = detectEncoding(block, whole);
  if (!encoding.startsWith('utf-16') && looksBinary(block)) {
    throw new UserError(`${path} is not a text file: Tessera reads CSV and JSON, plain or gzipped`);
  }
  let hash = createHash('sha256');
  return {
    head: readHead(new TextDecoder(encoding).decode(block)),
    encoding,
    text: () => {
      const own = createHash('sha256');
      hash = own;
      return decoded(
        unpacked(path, gzip, (chunk) => own.update(chunk)),
        encoding,
      );
    },
    fingerprint: () => hash.copy().digest('hex'),
  };
}

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse as parseCsv } from 'csv-parse/sync';
import { codeOf, UserError } from '../errors.js';
import { normaliseHeader } from './entities.js';
import type { FileHead } from './formats.js';

const HEAD_CHARACTERS = 65_536;
const BYTES_PER_READ = 262_144;
const DELIMITERS = [',', ';', '\t'];

/** A file opened for reading: what it starts with, and all of its bytes, unpacked. */
export interface Source {
  readonly head: FileHead;
  bytes(): AsyncIterable<Buffer>;
  /** SHA-256 of the bytes on disk; complete after `bytes()` has been read to its end. */
  fingerprint(): string;
}

/**
 * Files of a kind that text never is: control bytes in the first block. UTF-8, Latin-1 and tabs pass.
 */
function looksBinary(block: Buffer): boolean {
  let controls = 0;
  for (const byte of block) if (byte < 9 || (byte > 13 && byte < 32)) controls++;
  return controls > block.length / 100;
}

function readHead(text: string, whole: boolean): FileHead {
  const clean = text.replace(/^\uFEFF/, '');
  const firstLine = clean.split(/\r?\n|\r/, 1)[0] ?? '';
  const counts = DELIMITERS.map((delimiter) => firstLine.split(delimiter).length);
  const delimiter = DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
  let records: string[][] = [];
  try {
    // The last line of the block may be cut, so only the first two records are asked for.
    records = parseCsv(clean, {
      delimiter,
      to: 2,
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: HEAD_CHARACTERS * 2,
    });
  } catch {
    records = [];
  }
  const isWholeJson = whole && clean.trim() === '';
  return {
    text: clean,
    header: isWholeJson ? [] : (records[0] ?? [firstLine]).map(normaliseHeader),
    firstRow: records[1] ?? [],
    delimiter,
  };
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

/**
 * Opens a plain or gzipped text file and reads its head.
 * @throws UserError when it is missing, unreadable, empty, binary or a damaged gzip
 */
export async function openSource(path: string): Promise<Source> {
  const start = Buffer.alloc(4);
  let size = 0;
  try {
    const handle = await open(path, 'r');
    try {
      ({ bytesRead: size } = await handle.read(start, 0, 4, 0));
    } finally {
      await handle.close();
    }
  } catch (error) {
    const reasons: Record<string, string> = {
      ENOENT: 'does not exist',
      EACCES: 'may not be read',
      EISDIR: 'is a folder',
    };
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
  if (looksBinary(block)) {
    throw new UserError(`${path} is not a text file: Tessera reads CSV and JSON, plain or gzipped`);
  }
  const hash = createHash('sha256');
  return {
    head: readHead(block.toString('utf8'), whole),
    bytes: () => unpacked(path, gzip, (chunk) => hash.update(chunk)),
    fingerprint: () => hash.copy().digest('hex'),
  };
}

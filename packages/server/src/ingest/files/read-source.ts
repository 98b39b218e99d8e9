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
  /** SHA-256 of the bytes on disk; complete after `text()` has been read to its end. */
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

function readHead(text: string): FileHead {
  const clean = text.replace(/^\uFEFF/, '');
  const firstLine = clean.split(/\r?\n|\r/).find((line) => line.trim() !== '') ?? '';
  const counts = DELIMITERS.map((delimiter) => firstLine.split(delimiter).length);
  const delimiter = DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
  const { data } = papaparse.parse<string[]>(firstLine, { delimiter, newline: '\n' });
  return { text: clean, header: (data[0] ?? [firstLine]).map(normaliseHeader), delimiter };
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
  const hash = createHash('sha256');
  return {
    head: readHead(new TextDecoder(encoding).decode(block)),
    encoding,
    text: () =>
      decoded(
        unpacked(path, gzip, (chunk) => hash.update(chunk)),
        encoding,
      ),
    fingerprint: () => hash.copy().digest('hex'),
  };
}

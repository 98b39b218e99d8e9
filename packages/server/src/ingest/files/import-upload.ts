import { mkdtemp, open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { createGunzip, type Gunzip } from 'node:zlib';
import { codeOf, type ErrorCode } from '../../errors.js';

const MIB = 1_048_576;
/** What a file may grow by when it is unpacked: tables of text shrink to a tenth or a twentieth, bombs to a thousandth. */
const LARGEST_RATIO = 100;
/** Below this any ratio will do: a file of equal lines is no bomb. */
const RATIO_COUNTS_FROM = 16 * MIB;
const LARGEST_UNPACKED_RATIO_OF_LIMIT = 10;

/** An upload that is not taken, with the code for its sender. */
export class UploadRefused extends Error {
  override readonly name = 'UploadRefused';

  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}

const tooLarge = (limit: number) =>
  new UploadRefused(
    'REQUEST_ENTITY_TOO_LARGE',
    `an upload is at most ${Math.floor(limit / MIB)} MiB: cut it into parts`,
  );
const bomb = () =>
  new UploadRefused(
    'REQUEST_ENTITY_TOO_LARGE',
    'this gzip file grows too large when it is unpacked: cut it into parts',
  );

/** Unpacks what comes in, only to see how large it gets. */
class UnpackedSize {
  readonly #gunzip: Gunzip = createGunzip();
  readonly #failed: Promise<never>;
  #packed = 0;
  #unpacked = 0;

  constructor(limit: number) {
    this.#failed = new Promise((_resolve, reject) => this.#gunzip.on('error', reject));
    this.#failed.catch(() => {});
    this.#gunzip.on('data', (chunk: Buffer) => {
      this.#unpacked += chunk.length;
      const isBomb = this.#unpacked > RATIO_COUNTS_FROM && this.#unpacked > this.#packed * LARGEST_RATIO;
      if (isBomb || this.#unpacked > limit) this.#gunzip.destroy(bomb());
    });
  }

  /** Waits until a piece is unpacked, so that no more than a piece is ever in memory. */
  async add(chunk: Buffer): Promise<void> {
    this.#packed += chunk.length;
    const taken = new Promise<void>((resolve, reject) => {
      this.#gunzip.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
    taken.catch(() => {});
    await Promise.race([this.#failed, taken]);
  }

  async end(): Promise<void> {
    this.#gunzip.end();
    await Promise.race([this.#failed, finished(this.#gunzip)]);
  }

  stop(): void {
    this.#gunzip.destroy();
  }
}

async function receive(request: IncomingMessage, file: string, limit: number): Promise<void> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const handle = await open(file, 'wx', 0o600);
  let unpacked: UnpackedSize | null = null;
  let length = 0;
  let start = Buffer.alloc(0);
  try {
    // Each piece is written before the next is asked for, which holds the sender back.
    for await (const piece of request.iterator({ destroyOnReturn: false })) {
      const chunk = piece as Buffer;
      length += chunk.length;
      if (length > limit) throw tooLarge(limit);
      await handle.writeFile(chunk);
      if (unpacked !== null) await unpacked.add(chunk);
      else if (start.length < 2) {
        start = Buffer.concat([start, chunk]);
        if (start[0] === 0x1f && start[1] === 0x8b) {
          unpacked = new UnpackedSize(limit * LARGEST_UNPACKED_RATIO_OF_LIMIT);
          await unpacked.add(start);
        }
      }
    }
    await unpacked?.end();
  } catch (error) {
    if (!codeOf(error).startsWith('Z_')) throw error;
    throw new UploadRefused('BAD_USER_INPUT', 'this gzip file is damaged: send it again');
  } finally {
    unpacked?.stop();
    await handle.close();
  }
}

/**
 * Stores the body of a request in a file of its own for as long as some work takes. The file is gone afterwards, and so
 * it is when the sender goes away, sends too much, or sends a gzip bomb.
 * @param name the file's name: checked by the caller, it holds no path
 * @param limit in bytes as they come
 * @throws UploadRefused
 */
export async function withUpload<T>(
  request: IncomingMessage,
  name: string,
  limit: number,
  work: (file: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tessera-upload-'));
  try {
    const file = path.join(folder, name);
    await receive(request, file, limit);
    return await work(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

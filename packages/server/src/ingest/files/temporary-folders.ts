import { lstat, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { codeOf } from '../../errors.js';

/** What a folder is made for: an upload, standard input, the files of the demo shop. */
export type FolderKind = 'upload' | 'stdin' | 'demo';

const BEAT_MS = 5 * 60_000;
/** A folder without a sign of life for so long is nobody's, wherever its process ran. */
const DEAD_AFTER_MS = 60 * 60_000;
/** Kind, host, process id, what makes it unique. */
const OWNED = /^tessera-(?:upload|stdin|demo)-([\w.-]*)-(\d{1,10})-\w{6}$/;
/** As older versions named them. */
const UNOWNED = /^tessera-(?:upload|stdin|demo)-\w{6}$/;

const STARTED_AT = Date.now() - process.uptime() * 1000;
/** The folders of this process. */
const own = new Set<string>();

const hostName = () => os.hostname().replace(/[^\w.]/g, '_');

/**
 * Makes a folder in the system's temporary one for as long as some work takes. What a killed process leaves behind is
 * found by its name, which tells host and process.
 */
export async function withTemporaryFolder<T>(kind: FolderKind, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), `tessera-${kind}-${hostName()}-${process.pid}-`));
  own.add(folder);
  const beat = setInterval(() => {
    const now = new Date();
    utimes(folder, now, now).catch(() => {});
  }, BEAT_MS).unref();
  try {
    return await work(folder);
  } finally {
    clearInterval(beat);
    await rm(folder, { recursive: true, force: true });
    own.delete(folder);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

async function isLeftover(folder: string): Promise<boolean> {
  const name = path.basename(folder);
  const owner = OWNED.exec(name);
  if ((owner === null && !UNOWNED.test(name)) || own.has(folder)) return false;
  const found = await lstat(folder);
  // Everybody may write to the temporary folder: a link, or what belongs to somebody else, is none of ours.
  if (!found.isDirectory() || found.uid !== process.getuid?.()) return false;
  if (owner !== null && owner[1] === hostName()) {
    const pid = Number(owner[2]);
    // In a container the process before this one may have had the same number.
    const isGone = pid === process.pid ? found.mtimeMs < STARTED_AT : !isRunning(pid);
    if (isGone) return true;
  }
  return Date.now() - found.mtimeMs > DEAD_AFTER_MS;
}

/** Removes the folders that killed processes left behind. @returns how many */
export async function removeLeftoverFolders(): Promise<number> {
  const names = await readdir(os.tmpdir()).catch(() => []);
  let removed = 0;
  for (const name of names) {
    const folder = path.join(os.tmpdir(), name);
    // Another start may be at the same work.
    const isGone = await isLeftover(folder).catch(() => false);
    if (!isGone) continue;
    await rm(folder, { recursive: true, force: true }).then(
      () => removed++,
      () => {},
    );
  }
  return removed;
}

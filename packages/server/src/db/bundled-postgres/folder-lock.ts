import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, UserError } from '../../errors.js';
import { isAlive, signatureOf } from '../processes.js';

const LOCK_WAIT_MS = 60_000;

/** Who comes next within this process, by folder. */
const turns = new Map<string, Promise<unknown>>();

/** Takes a lock away that a dead process left, unless another process has done so in the meantime. */
async function breakLock(file: string, seen: string, aside: string): Promise<void> {
  try {
    await rename(file, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) !== seen) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
}

async function lockAgainstProcesses<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const file = path.join(folder, 'lock');
  const mine = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const deadline = Date.now() + LOCK_WAIT_MS;
  // Written first and linked, so that a lock names its holder from the first moment on.
  await writeFile(mine, signatureOf(process.pid), { mode: 0o600 });
  try {
    for (;;) {
      try {
        await link(mine, file);
        break;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
      const seen = await readFile(file, 'utf8').catch(() => '');
      const holder = Number(seen.split(' ')[0]);
      // Our own number stands there when an earlier process had it, as in a container that starts again.
      if (holder > 0 && (holder === process.pid || !isAlive(seen))) await breakLock(file, seen, `${mine}.stale`);
      else if (Date.now() > deadline) {
        throw new UserError(
          `the data folder ${folder} is locked by process ${holder}: wait for it or stop it, then try again`,
        );
      } else await sleep(50);
    }
  } finally {
    await rm(mine, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/**
 * Runs `work` while nobody else, in this process or another of ours, starts or stops the server of a data folder.
 * @throws UserError when a live process holds the lock for a minute
 */
export function withFolderLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(folder) ?? Promise.resolve()).then(() => lockAgainstProcesses(folder, work));
  turns.set(
    folder,
    turn.catch(() => {}),
  );
  return turn;
}

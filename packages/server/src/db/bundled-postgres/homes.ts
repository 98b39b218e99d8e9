import { createHash, randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../errors.js';
import { liveProcesses } from '../processes.js';
import { Postmaster } from './postmaster.js';

/** Outside of root's private folders: what an unprivileged server must reach stands here. */
export const SYSTEM_FOLDER = '/var/lib/tessera';
const PROGRAMS = 'postgresql-';
/** In the home: which data folder it belongs to. */
const BACK_REFERENCE = 'data-folder';

export const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);
export const systemFolder = (name: string) => path.join(SYSTEM_FOLDER, name);
export const programsFolder = (native: string) => systemFolder(`${PROGRAMS}${shortHash(native)}`);
/** What every process of a home's server bears in its title. */
export const serverName = (home: string) => `tessera-${shortHash(home)}`;

/** Whether an unprivileged user can enter every folder above a path. */
export function reachableByOthers(target: string): boolean {
  for (let folder = path.dirname(target); ; folder = path.dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

const note = (dataFolder: string) => path.join(dataFolder, 'postgres.home');

async function notedHome(dataFolder: string): Promise<string | null> {
  const noted = await readFile(note(dataFolder), 'utf8').catch(() => null);
  return noted === null ? null : path.resolve(dataFolder, noted.trim());
}

/**
 * Where the server's files stand: in the data folder, or where an unprivileged server can reach them when root's own
 * folders are closed to it. Noted in the data folder at first use, so that rights which change later never lead to an
 * empty database beside the full one.
 * @param unprivileged whether another user runs the server
 */
export async function homeOf(dataFolder: string, unprivileged: boolean): Promise<string> {
  const noted = await notedHome(dataFolder);
  if (noted !== null) return noted;
  const own = path.join(dataFolder, 'postgres');
  if (!unprivileged || existsSync(own) || reachableByOthers(own)) return own;
  let home = systemFolder(shortHash(path.resolve(dataFolder)));
  // What stands there belonged to a data folder of this name that was deleted: its password went with it.
  if (existsSync(home) && !existsSync(path.join(dataFolder, 'postgres.password'))) {
    home = `${home}-${randomBytes(3).toString('hex')}`;
  }
  await writeFile(note(dataFolder), home);
  return home;
}

/** Writes into a home outside of its data folder which one it belongs to. */
export async function noteDataFolder(home: string, dataFolder: string): Promise<void> {
  if (path.dirname(home) !== SYSTEM_FOLDER) return;
  const file = path.join(home, BACK_REFERENCE);
  if ((await readFile(file, 'utf8').catch(() => '')) !== dataFolder) await writeFile(file, dataFolder);
}

export interface SystemHome {
  /** Its folder's name under `/var/lib/tessera`. */
  readonly id: string;
  readonly kind: 'database' | 'programs';
  /** The data folder that it belongs to; null where it was made before that was written down, and for programs. */
  readonly dataFolder: string | null;
  /** used: its data folder names it. orphan: its data folder is gone or names another. unknown: nothing says. */
  readonly state: 'used' | 'orphan' | 'unknown';
  /** The server's process, null when none runs. */
  readonly process: number | null;
  readonly bytes: number;
  readonly changedAt: string;
}

async function bytesOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (entry.isFile()) bytes += (await stat(path.join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0;
  }
  return bytes;
}

const postmasterOf = (home: string) =>
  new Postmaster({
    cluster: path.join(home, 'data'),
    socketFolder: path.join(home, 'run'),
    logFile: path.join(home, 'server.log'),
    user: '',
    name: serverName(home),
    settings: {},
    control: () => Promise.reject(new Error('a home that is listed is not started')),
  });

async function stateOf(
  home: string,
  kind: SystemHome['kind'],
  dataFolder: string | null,
): Promise<SystemHome['state']> {
  if (kind === 'programs') {
    const isInUse = liveProcesses().some(({ args }) => args[0]?.startsWith(`${home}${path.sep}`) === true);
    return isInUse ? 'used' : 'unknown';
  }
  if (dataFolder === null) return 'unknown';
  return (await notedHome(dataFolder)) === home ? 'used' : 'orphan';
}

/** What stands under `/var/lib/tessera`: databases of data folders that only root may enter, and copies of PostgreSQL. */
export async function listSystemHomes(): Promise<SystemHome[]> {
  const homes: SystemHome[] = [];
  for (const id of (await readdir(SYSTEM_FOLDER).catch(() => [])).sort()) {
    const home = systemFolder(id);
    const found = await stat(home).catch(() => null);
    if (found?.isDirectory() !== true) continue;
    const kind = id.startsWith(PROGRAMS) ? 'programs' : 'database';
    const dataFolder = await readFile(path.join(home, BACK_REFERENCE), 'utf8').catch(() => null);
    homes.push({
      id,
      kind,
      dataFolder,
      state: await stateOf(home, kind, dataFolder),
      process: kind === 'programs' ? null : postmasterOf(home).pid(),
      bytes: await bytesOf(home),
      changedAt: found.mtime.toISOString(),
    });
  }
  return homes;
}

/**
 * Removes what stands under `/var/lib/tessera`: an orphan with the server that still runs in it, another only when no
 * server runs in it and no data folder names it.
 * @throws UserError when it is used
 */
export async function removeSystemHome({ id, state, dataFolder, process: pid }: SystemHome): Promise<void> {
  if (state === 'used') {
    throw new UserError(`${id} is used${dataFolder === null ? '' : ` by the data folder ${dataFolder}`}: it stays`);
  }
  if (state === 'unknown' && pid !== null) {
    throw new UserError(`a server runs in ${id} (process ${pid}) and nothing says whose: stop it first`);
  }
  await postmasterOf(systemFolder(id)).end();
  await rm(systemFolder(id), { recursive: true, force: true, maxRetries: 3 });
}

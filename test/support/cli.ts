import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { chmod, mkdtemp, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { homeOfData, removeDataFolder } from './data-folder.js';

const root = path.resolve(fileURLToPath(import.meta.url), '../../..');
const PROGRAM = path.join(root, 'packages/server/bin/tessera.mjs');
const BUILT = path.join(root, 'packages/server/dist/main.js');
const READY_WITHIN_MS = 60_000;

const newest = (folder: string): number =>
  Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(path.join(entry.parentPath, entry.name)).mtimeMs),
  );

/** Bundles the server unless what is built is younger than its sources. */
export function buildServer(): void {
  const sources = Math.max(
    ...['packages/server/src', 'packages/core/src', 'packages/demo-shop/src'].map((each) =>
      newest(path.join(root, each)),
    ),
  );
  if (existsSync(BUILT) && statSync(BUILT).mtimeMs > sources) return;
  execFileSync(process.execPath, [path.join(root, 'packages/server/build.mjs')], { cwd: root });
}

/** Settings of whoever runs the tests must not reach the command. */
function environment(more: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(TESSERA_|DATABASE_URL$|PORT$|HOST$|LOG_LEVEL$|NODE_ENV$|NODE_OPTIONS$)/.test(name),
  );
  return { ...Object.fromEntries(clean), ...more };
}

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

function launch(args: readonly string[], env: Environment) {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (status) => resolve(status)));
  return { child, output, ended };
}

/** Runs the built command to its end. */
export async function tessera(args: readonly string[], env: Environment = {}): Promise<Ended> {
  const { output, ended } = launch(args, env);
  const status = await ended;
  return { status, ...output };
}

export interface RunningTessera {
  readonly url: string;
  readonly child: ChildProcess;
  readonly secondsToReady: number;
  output(): { stdout: string; stderr: string };
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts a serving command and waits for its line `ready URL`. */
export async function startTessera(args: readonly string[], env: Environment = {}): Promise<RunningTessera> {
  const startedAt = performance.now();
  const { child, output, ended } = launch(args, env);
  for (;;) {
    const url = /^ready (http:\/\/\S+)$/m.exec(output.stdout)?.[1];
    if (url !== undefined) {
      return {
        url,
        child,
        secondsToReady: (performance.now() - startedAt) / 1000,
        output: () => ({ ...output }),
        end(signal = 'SIGTERM') {
          child.kill(signal);
          return ended;
        },
      };
    }
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`tessera ${args.join(' ')} ended with ${child.exitCode} before it was ready: ${output.stderr}`);
    }
    if (performance.now() - startedAt > READY_WITHIN_MS) {
      child.kill('SIGKILL');
      throw new Error(`tessera ${args.join(' ')} was not ready in time: ${output.stderr}`);
    }
    await sleep(50);
  }
}

export interface DataFolder {
  readonly path: string;
  /** The process of its PostgreSQL, null when none runs. */
  postgres(): Promise<number | null>;
  /** Ends its PostgreSQL if a test left it running, and removes the folder. */
  remove(): Promise<void>;
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** A place for a bundled PostgreSQL that an unprivileged user can reach. */
export async function dataFolder(): Promise<DataFolder> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tessera-cli-'));
  await chmod(folder, 0o755);
  const postgres = async () => {
    const text = await readFile(path.join(await homeOfData(folder), 'data/postmaster.pid'), 'utf8').catch(() => '');
    const pid = Number(text.split('\n')[0]);
    return pid > 0 && isAlive(pid) ? pid : null;
  };
  return {
    path: folder,
    postgres,
    async remove() {
      const pid = await postgres();
      if (pid !== null) process.kill(pid, 'SIGINT');
      while ((await postgres()) !== null) await sleep(50);
      await removeDataFolder(folder);
    },
  };
}

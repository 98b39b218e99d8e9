import { existsSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../errors.js';
import { log } from '../../log.js';
import { isTaken, type LiveProcess, liveProcess, liveProcesses, signalAll } from '../processes.js';
import { type Answer, ping } from './ping.js';

const PING_TIMEOUT_MS = 2000;
const LOOK_MS = 100;
/** A server that neither accepts nor works for so long has jammed; one that recovers reads, writes or computes. */
const JAMMED_AFTER_MS = 2500;
/** So many looks must agree, so that a machine that was suspended is not taken for a jammed server. */
const JAMMED_AFTER_LOOKS = 3;
/** `pg_ctl` waits so long itself; whoever recovers longer is waited for with a look at its work. */
const START_WAIT_SECONDS = 5;
/** How long a server that is to be stopped may recover before it is cut off; the next start recovers again. */
const STOP_WAITS_FOR_RECOVERY_MS = 20_000;
/** How long it may take to write out what it holds in memory. */
const LONGEST_STOP_MS = 60_000;
/** PostgreSQL itself kills its processes 5 s after an immediate stop. */
const IMMEDIATE_STOP_MS = 7000;
const ORPHANS_LEAVE_MS = 500;

export interface PostmasterPlace {
  /** The cluster's folder. */
  readonly cluster: string;
  readonly socketFolder: string;
  readonly logFile: string;
  readonly user: string;
  /** Stands in the title of every process of the server (`cluster_name`). */
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Runs `pg_ctl` with arguments, as the account of the server. */
  control(args: readonly string[]): Promise<void>;
}

/** accepting: sessions may begin. gone: no process. jammed: it does nothing at all. recovering: it works on. */
export type Outcome = 'accepting' | 'gone' | 'jammed' | 'recovering';

/** Sees whether any of a server's processes that have work of their own has done some since it was last looked at. */
class Stillness {
  private seen = new Map<number, string>();
  private since = performance.now();
  private looks = 0;

  /** @param workers without the server itself and what it starts only to refuse a session */
  isJammed(workers: readonly LiveProcess[]): boolean {
    // Who is new has not been seen at work yet.
    const hasWorked = workers.some(
      ({ pid, state, processorTime }) =>
        this.seen.has(pid) && (/^[RDU]/.test(state) || this.seen.get(pid) !== processorTime),
    );
    this.seen = new Map(workers.map(({ pid, processorTime }) => [pid, processorTime]));
    if (hasWorked) {
      this.since = performance.now();
      this.looks = 0;
    }
    this.looks++;
    return this.looks >= JAMMED_AFTER_LOOKS && performance.now() - this.since >= JAMMED_AFTER_MS;
  }
}

function isSameFolder(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one), statSync(other)];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}

/** The server process of one cluster, and those that it has started: seen, started, waited for, stopped, ended. */
export class Postmaster {
  private readonly place: PostmasterPlace;
  private readonly pidFile: string;

  constructor(place: PostmasterPlace) {
    this.place = place;
    this.pidFile = path.join(place.cluster, 'postmaster.pid');
  }

  private notedPid(): number | null {
    try {
      const pid = Number(readFileSync(this.pidFile, 'utf8').split('\n')[0]);
      return pid > 0 ? pid : null;
    } catch {
      return null;
    }
  }

  private isServer({ args }: LiveProcess): boolean {
    const [program = '', option, folder = ''] = args;
    return path.basename(program) === 'postgres' && option === '-D' && this.isCluster(folder, args);
  }

  private isCluster(folder: string, args: readonly string[]): boolean {
    // Where arguments come as one text, a blank in the path has cut it.
    return isSameFolder(folder, this.place.cluster) || args.join(' ').includes(` -D ${this.place.cluster} `);
  }

  /** The server's process; null when none runs, also when its number now belongs to another program. */
  pid(): number | null {
    const pid = this.notedPid();
    if (pid === null || !isTaken(pid)) return null;
    const found = liveProcess(pid);
    // Ended and not collected, or hidden from us.
    if (found === null) return existsSync('/proc/self/stat') && !existsSync(`/proc/${pid}`) ? pid : null;
    return this.isServer(found) ? pid : null;
  }

  /** Processes that have given themselves a title: sessions and what recovers, writes and cleans up. */
  private isWorker({ args }: LiveProcess): boolean {
    return args.join(' ').startsWith(`postgres: ${this.place.name}: `);
  }

  private workers(): LiveProcess[] {
    return liveProcesses().filter((each) => this.isWorker(each));
  }

  /** Every process that belongs to the cluster, also those that outlived their server. */
  private processes(): LiveProcess[] {
    return liveProcesses().filter((each) => this.isWorker(each) || this.isServer(each));
  }

  answer(): Promise<Answer> {
    return ping(this.place.socketFolder, this.place.user, PING_TIMEOUT_MS);
  }

  /** Waits until sessions may begin, or until it is known that none will. @param deadline of `performance.now()` */
  async waitUntilAccepting(deadline: number, signal?: AbortSignal): Promise<Outcome> {
    const stillness = new Stillness();
    for (;;) {
      if (this.pid() === null) return 'gone';
      if ((await this.answer()) === 'accepting') return 'accepting';
      if (stillness.isJammed(this.workers())) return this.pid() === null ? 'gone' : 'jammed';
      if (performance.now() > deadline || signal?.aborted === true) return 'recovering';
      await sleep(LOOK_MS);
    }
  }

  /** Takes out of the way what a server that was killed has left: its processes, and a number that is another's now. */
  private async clearRemains(): Promise<void> {
    // They see their server's end themselves, but not in the middle of a long computation.
    for (const signal of [null, 'SIGQUIT', 'SIGKILL'] as const) {
      const deadline = performance.now() + ORPHANS_LEAVE_MS;
      const left = () => this.processes().map(({ pid }) => pid);
      if (signal !== null) signalAll(left(), signal);
      while (left().length > 0 && performance.now() < deadline) await sleep(20);
      if (left().length === 0) break;
    }
    const noted = this.notedPid();
    if (noted === null || !isTaken(noted)) return;
    // PostgreSQL takes any process of that number for a server, also one that only waits to be collected.
    await rm(this.pidFile, { force: true });
    await rm(path.join(this.place.socketFolder, '.s.PGSQL.5432.lock'), { force: true });
  }

  /**
   * Starts the server where none runs; it may still recover afterwards.
   * @returns whether it was started here
   * @throws UserError when it ends at once
   */
  async start(): Promise<boolean> {
    if (this.pid() !== null) return false;
    await this.clearRemains();
    const settings = { ...this.place.settings, unix_socket_directories: this.place.socketFolder };
    const options = Object.entries({ ...settings, cluster_name: this.place.name });
    try {
      await this.place.control([
        'start',
        '--wait',
        `--timeout=${START_WAIT_SECONDS}`,
        '--silent',
        `--pgdata=${this.place.cluster}`,
        `--log=${this.place.logFile}`,
        `--options=${options.map(([name, value]) => `-c ${name}='${value}'`).join(' ')}`,
      ]);
    } catch (error) {
      // It gives up waiting for a long recovery, which goes on.
      if (this.pid() === null) throw error;
    }
    return true;
  }

  private async isGoneWithin(limitMs: number): Promise<boolean> {
    const deadline = performance.now() + limitMs;
    while (this.pid() !== null) {
      if (performance.now() > deadline) return false;
      await sleep(20);
    }
    return true;
  }

  /** Ends a server that does not answer: at once, and by the numbers of its processes where that is not enough. */
  async end(): Promise<void> {
    const pid = this.pid();
    if (pid === null) return;
    signalAll([pid], 'SIGQUIT');
    if (await this.isGoneWithin(IMMEDIATE_STOP_MS)) return;
    log.error({ pid }, 'PostgreSQL did not take its immediate stop: its processes are killed');
    signalAll([pid, ...this.processes().map((each) => each.pid)], 'SIGKILL');
    if (await this.isGoneWithin(IMMEDIATE_STOP_MS)) return;
    throw new UserError(
      `PostgreSQL (process ${pid}) cannot be ended: restart the machine (log: ${this.place.logFile})`,
    );
  }

  /**
   * Stops the server. One that recovers is waited for first: told to stop in the middle of a recovery, PostgreSQL 18
   * finishes the recovery and then waits for ever.
   */
  async stop(): Promise<void> {
    const outcome = await this.waitUntilAccepting(performance.now() + STOP_WAITS_FOR_RECOVERY_MS);
    if (outcome === 'gone') return;
    if (outcome === 'accepting') {
      await this.place.control(['stop', '--no-wait', '--mode=fast', '--silent', `--pgdata=${this.place.cluster}`]);
      const stillness = new Stillness();
      const deadline = performance.now() + LONGEST_STOP_MS;
      while (this.pid() !== null && performance.now() < deadline && !stillness.isJammed(this.workers())) {
        await sleep(LOOK_MS / 2);
      }
    }
    if (this.pid() === null) return;
    log.warn({ pid: this.pid(), outcome }, 'PostgreSQL does not stop: it is ended, and recovers at its next start');
    await this.end();
  }
}

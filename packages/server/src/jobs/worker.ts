import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.js';
import type { Database } from '../db/database.js';
import { type Clock, databaseClock } from '../db/queries/jobs/clock.js';
import {
  beatJob,
  completeJob,
  continueJob,
  expireLease,
  failRunOfJob,
  type Job,
  type Lease,
  pauseAfter,
  readLease,
  retryJob,
  takeJob,
} from '../db/queries/jobs/queue.js';
import { isDatabaseAway } from '../errors.js';
import { log } from '../log.js';
import type { Attempt, Failed, Launch, Outcome } from './attempt.js';
import { ensureSchedule, runAfterImport, runBySchedule } from './schedule.js';

export interface WorkerTimes {
  /** Between two looks at the list. */
  readonly pollMs: number;
  /** Between two signs of life of a job at work. */
  readonly beatMs: number;
  /** Without a sign of life for so long, a job is taken over. */
  readonly leaseMs: number;
  /** A job that is cancelled and does not end by itself is killed. */
  readonly graceMs: number;
  /** Between two looks at what was imported. */
  readonly importsMs: number;
}

const TIMES: WorkerTimes = { pollMs: 2000, beatMs: 4000, leaseMs: 20_000, graceMs: 4000, importsMs: 15_000 };
/** Another run is at work: it is soon over. */
const BUSY_PAUSE_SECONDS = 15;

export interface WorkerOptions {
  readonly database: Database;
  readonly config: Config;
  readonly launch: Launch;
  /** The database's own when left out. */
  readonly clock?: Clock;
  readonly times?: Partial<WorkerTimes>;
}

/**
 * Works off the list of jobs, one at a time, and adds to it what is due. Any number of servers may: a job is leased under a number
 * that grows, and who holds an older number publishes nothing. Whether a holder lives is measured by what changes in its row
 * against one's own stop watch, so that no clock has to be right.
 */
export class Worker {
  readonly #database: Database;
  readonly #launch: Launch;
  readonly #clock: Clock;
  readonly #times: WorkerTimes;
  readonly #stopping = new AbortController();
  #done: Promise<void> = Promise.resolve();
  #attempt: Attempt | null = null;
  #importsSeenAt = -Infinity;
  /** The lease that was seen last, how long it has not changed, and when it was last looked at. */
  #seen: { lease: Lease; unchangedMs: number; at: number } | null = null;

  constructor(private readonly options: WorkerOptions) {
    this.#database = options.database;
    this.#launch = options.launch;
    this.#clock = options.clock ?? databaseClock(options.database.sql);
    this.#times = { ...TIMES, ...options.times };
  }

  start(): void {
    this.#done = this.#work();
  }

  /** Ends what is at work; it goes on with the next server, or the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#attempt?.kill();
    await this.#done;
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #work(): Promise<void> {
    let isPrepared = false;
    while (!this.#isStopping) {
      try {
        if (!isPrepared) await ensureSchedule(this.#database.sql, this.options.config);
        isPrepared = true;
        if (await this.turn()) continue;
      } catch (error) {
        // The database comes back, and the list is in it.
        if (!isDatabaseAway(error)) log.error({ err: error }, 'the list of jobs could not be worked off');
      }
      await this.#pause(this.#times.pollMs);
    }
  }

  /** One look at what is due. @returns whether a job was worked off */
  async turn(): Promise<boolean> {
    const { sql } = this.#database;
    const now = await this.#clock();
    await this.#watchLease(now);
    await runBySchedule(sql, now);
    if (performance.now() - this.#importsSeenAt >= this.#times.importsMs) {
      this.#importsSeenAt = performance.now();
      await runAfterImport(sql, now);
    }
    const job = await takeJob(sql, now);
    if (job === null) return false;
    await this.#attend(job);
    return true;
  }

  /** Takes over a job whose holder gives no sign of life. Time in which nobody looked does not count. */
  async #watchLease(now: Date): Promise<void> {
    const lease = await readLease(this.#database.sql);
    const at = performance.now();
    const before = this.#seen;
    this.#seen = null;
    if (lease === null) return;
    const { pollMs, leaseMs } = this.#times;
    const isSame = before !== null && JSON.stringify(before.lease) === JSON.stringify(lease);
    // After a gap the holder may have been cut off as we were.
    const lookedFor = isSame ? Math.min(at - before.at, 2 * pollMs) : 0;
    const unchangedMs = isSame ? before.unchangedMs + lookedFor : 0;
    this.#seen = { lease, unchangedMs, at };
    if (unchangedMs < leaseMs) return;
    this.#seen = null;
    if (await expireLease(this.#database.sql, lease, now)) {
      log.warn({ job: lease.id }, 'a job was taken over: the server that worked on it is gone');
    }
  }

  async #attend(job: Job): Promise<void> {
    const attempt = this.#launch(job);
    this.#attempt = attempt;
    if (this.#isStopping) attempt.kill();
    const ended = new AbortController();
    const beating = this.#beat(job, attempt, ended.signal);
    const outcome = await attempt.outcome;
    this.#attempt = null;
    ended.abort();
    await beating;
    await this.#record(job, outcome);
  }

  /** Gives signs of life until the attempt ends. */
  async #beat(job: Job, attempt: Attempt, ended: AbortSignal): Promise<void> {
    let cancelledAt: number | null = null;
    while (!ended.aborted) {
      try {
        const { isHeld, isCancelled } = await beatJob(this.#database.sql, job);
        if (isCancelled) cancelledAt ??= performance.now();
        const isOverdue = cancelledAt !== null && performance.now() - cancelledAt >= this.#times.graceMs;
        if (!isHeld || isOverdue) attempt.kill();
      } catch (error) {
        if (!isDatabaseAway(error)) log.error({ err: error }, 'a job at work could not give a sign of life');
      }
      await sleep(this.#times.beatMs, undefined, { signal: ended }).catch(() => {});
    }
  }

  /** Writes down what an attempt came to, for as long as it takes: without it the lease would have to run out. */
  async #record(job: Job, outcome: Outcome): Promise<void> {
    const { sql } = this.#database;
    for (;;) {
      try {
        const now = await this.#clock();
        if (outcome.state === 'failed') await this.#recordFailure(job, outcome, now);
        else if (outcome.state === 'more') await continueJob(sql, job, now);
        else await completeJob(sql, job, now);
        return;
      } catch (error) {
        if (this.#isStopping || !isDatabaseAway(error)) throw error;
        await this.#pause(this.#times.pollMs);
      }
    }
  }

  async #recordFailure(job: Job, { error, failure }: Failed, now: Date): Promise<void> {
    const { sql } = this.#database;
    await failRunOfJob(sql, job, error, failure);
    const usual = failure === 'busy' ? BUSY_PAUSE_SECONDS : pauseAfter(job.attempts);
    const pauseSeconds = this.#isStopping ? 0 : usual;
    await retryJob(sql, job, { error, pauseSeconds, now });
    if (!this.#isStopping)
      log.warn({ job: job.id, task: job.task, error, pauseSeconds }, 'a job failed and will be tried again');
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}

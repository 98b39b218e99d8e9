import { setTimeout as sleep } from 'node:timers/promises';
import type postgres from 'postgres';
import { codeOf } from '../errors.js';
import { within } from './within.js';

/** A connection waits for an answer and has heard nothing for so long: it is looked into, and again as long as it lasts. */
export const SILENCE_SECONDS = 5;
/** How long the database may take to answer a question that costs nothing, over a new connection. */
const ANSWER_WITHIN_MS = 10_000;
/** An answer that was on its way when the database was asked has arrived by then. */
const LAST_CHANCE_MS = 1000;
/** Insufficient resources: no connection is left, or no memory. Nothing is learned of the silent one. */
const NO_ROOM = /^53/;

/** What our patch of the driver tells of a connection that waits in silence. */
export interface Silence {
  /** The server process behind it; null before it is known. */
  readonly pid: number | null;
  /** Ends the connection, and with it all that waits for it, unless something was heard meanwhile. */
  destroy(error: Error): void;
}

type Found = 'working' | 'not working' | 'unknown';
type Findings = (pid: number) => Found;

const UNANSWERED: Findings = () => 'not working';

const silentError = () =>
  Object.assign(new Error('the database was silent while its answer was waited for'), { code: 'DATABASE_SILENT' });

/**
 * Looks into connections that wait in silence. `statement_timeout` is the server's own: it ends nothing when the server, or
 * the way to it, has stopped. Yet a long statement is silent too. So another connection asks what the silent one's server
 * process is doing: one that works is waited for; one that waits for us, or is gone, or a database that does not answer within
 * 10 seconds, is given up, and its caller may try again.
 */
export class SilenceInspector {
  #present: Promise<Findings | null> = Promise.resolve(null);
  /** Begins when the present one is over: what one process did before a silence began says nothing of it. */
  #next: Promise<Findings> | null = null;

  /** @param connect makes a client of one connection, which is ended after one question */
  constructor(private readonly connect: () => postgres.Sql) {}

  readonly look = (silence: Silence): void => {
    if (silence.pid !== null) void this.#judge(silence.pid, silence);
  };

  async #judge(pid: number, silence: Silence): Promise<void> {
    const found = await this.#ask();
    if (found(pid) !== 'not working') return;
    if (found !== UNANSWERED) await sleep(LAST_CHANCE_MS);
    silence.destroy(silentError());
  }

  #ask(): Promise<Findings> {
    this.#next ??= this.#present.then((before) => {
      this.#next = null;
      // A database that answers nobody is silent for those who asked later, too.
      if (before === UNANSWERED) return UNANSWERED;
      const asking = this.#inspect();
      this.#present = asking;
      // It is given to whoever waits by now, and to nobody who comes later.
      void asking.then(() => {
        if (this.#present === asking) this.#present = Promise.resolve(null);
      });
      return asking;
    });
    return this.#next;
  }

  async #inspect(): Promise<Findings> {
    const client = this.connect();
    try {
      return await within(ANSWER_WITHIN_MS, silentError, this.#read(client));
    } catch (error) {
      return NO_ROOM.test(codeOf(error)) ? () => 'unknown' : UNANSWERED;
    } finally {
      void client.end({ timeout: 0 });
    }
  }

  async #read(client: postgres.Sql): Promise<Findings> {
    // Of those that the server waits for, it waits in vain: we wait for it.
    const rows = await client<{ pid: number; isSelf: boolean; isWorking: boolean }[]>`
      select pid, pid = pg_backend_pid() as "isSelf",
             state = 'active' and wait_event_type is distinct from 'Client' as "isWorking"
      from pg_stat_activity where usename = current_user`;
    const working = new Map(rows.map(({ pid, isWorking }) => [pid, isWorking]));
    // Behind a pooler the numbers that the driver was given are the pooler's own.
    const isPooled = rows.find(({ isSelf }) => isSelf)?.pid !== rows.state.pid;
    return (pid) => (isPooled ? 'unknown' : working.get(pid) === true ? 'working' : 'not working');
  }
}

import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Config } from '../config.js';
import type { Database } from '../db/database.js';
import { readJob } from '../db/queries/jobs/queue.js';
import { UserError } from '../errors.js';
import type { Worker } from '../jobs/worker.js';
import { type CommandContext, commandContext, makeCommand, sharedArguments, withDatabase } from './command.js';
import { stopSignal } from './stop-signal.js';

const LEASE = /^(\d{1,15}):(\d{1,15})$/;

/** The program as it was installed. */
function programFile(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'bin/tessera.mjs'))) folder = path.dirname(folder);
  return path.join(folder, 'bin/tessera.mjs');
}

/** Works off the list of jobs, each in a process of its own. */
export async function jobWorker(
  database: Database,
  config: Config,
  options: CommandContext['options'],
): Promise<Worker> {
  // All of scoring, of which a command that is refused needs nothing.
  const [{ Worker }, { inOwnProcess }] = await Promise.all([import('../jobs/worker.js'), import('../jobs/attempt.js')]);
  return new Worker({ database, config, launch: inOwnProcess(programFile(), sharedArguments(options)) });
}

/** The option of commands that serve. */
export const withoutJobs = (command: Command): Command =>
  command.option('--no-jobs', 'leave schedules, and runs that are asked for, to other servers (tessera work)');

/** One job, as the child of a worker, which reads the outcome. */
async function workOff(database: Database, config: Config, lease: string): Promise<void> {
  const [, id, fence] = LEASE.exec(lease) ?? [];
  if (id === undefined || process.send === undefined) {
    throw new UserError('--job is what a worker gives to its own processes', 2);
  }
  // A worker that is gone cannot tell of the outcome: another does the job again.
  process.once('disconnect', () => process.exit(1));
  const job = await readJob(database.sql, Number(id), Number(fence));
  if (job === null) return;
  const { perform } = await import('../jobs/attempt.js');
  const outcome = await perform(database, config, job);
  await new Promise<void>((resolve) => process.send!(outcome, () => resolve()));
}

export const workCommand = makeCommand('work')
  .option('--job <lease>', 'the one job of a worker; for its own use')
  .action(async () => {
    const context = commandContext(workCommand);
    const { config, options, note } = context;
    await withDatabase(config, async (database) => {
      if (typeof options.job === 'string') {
        await workOff(database, config, options.job);
        process.removeAllListeners('disconnect');
        process.disconnect?.();
        return;
      }
      const { ensureSchedule } = await import('../jobs/schedule.js');
      await ensureSchedule(database.sql, config);
      const stopped = stopSignal();
      const worker = await jobWorker(database, config, options);
      worker.start();
      note('working; a signal stops it');
      await stopped;
      await worker.stop();
    });
  });

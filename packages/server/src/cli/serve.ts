import { makeFirstKey } from '../access/keys/keys.js';
import type { RunningServer } from '../app.js';
import type { Config } from '../config.js';
import type { Database } from '../db/database.js';
import { checkAddress } from '../http/listen.js';
import { ensureShop } from '../settings/shop.js';
import { type CommandContext, commandContext, makeCommand, withDatabase } from './command.js';
import { stopSignal } from './stop-signal.js';
import { jobWorker, withoutJobs } from './work.js';

/** Serves until a signal comes. @param announce called once requests are answered */
export async function serveUntilStopped(
  database: Database,
  config: Config,
  { note, options }: CommandContext,
  announce: (server: RunningServer) => void | Promise<void>,
): Promise<void> {
  await ensureShop(database.sql, config);
  // Most of the program; a wrong setting is told without it.
  const { ensureSchedule } = await import('../jobs/schedule.js');
  await ensureSchedule(database.sql, config);
  const { startServer } = await import('../app.js');
  const { containFailures } = await import('../containment.js');
  const stopped = stopSignal();
  const server = await startServer(config, database);
  const endContainment = containFailures();
  const worker = options.jobs === false ? null : await jobWorker(database, config, options);
  try {
    // Made once the address is ours: a key that is stored but never shown opens nothing.
    const firstKey = config.adminKey === undefined ? await makeFirstKey(database.sql) : null;
    if (firstKey !== null) {
      note(
        `\nYour secret key, shown this once: ${firstKey}\nIt may do everything; keep it on servers. Send it as "Authorization: Bearer KEY".\n`,
      );
    }
    await announce(server);
    worker?.start();
    process.stdout.write(
      options.json === true ? `${JSON.stringify({ ready: server.url })}\n` : `ready ${server.url}\n`,
    );
    await stopped;
    note('stopping ...');
  } finally {
    await worker?.stop();
    await server.close();
    endContainment();
  }
}

export const serveCommand = withoutJobs(makeCommand('serve', true)).action(async () => {
  const context = commandContext(serveCommand);
  await checkAddress(context.config);
  await withDatabase(context.config, (database) => serveUntilStopped(database, context.config, context, () => {}));
});

import { makeFirstKey } from '../access/keys.js';
import type { Config } from '../config.js';
import type { Database } from '../db/database.js';
import { checkAddress } from '../http/listen.js';
import { ensureShop } from '../shop-settings.js';
import { type CommandContext, commandContext, makeCommand, withDatabase } from './command.js';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves at the first signal to stop. A second one ends the process at once. */
const stopSignal = () =>
  new Promise<void>((resolve) => {
    for (const signal of STOP_SIGNALS) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        resolve();
      });
    }
  });

/** Serves until a signal comes. @param announce called once requests are answered */
export async function serveUntilStopped(
  database: Database,
  config: Config,
  { note, options }: CommandContext,
  announce: (url: string) => void,
): Promise<void> {
  await ensureShop(database.sql, config);
  // Most of the program; a wrong setting is told without it.
  const { startServer } = await import('../app.js');
  const { containFailures } = await import('../containment.js');
  const stopped = stopSignal();
  const server = await startServer(config, database);
  const endContainment = containFailures();
  try {
    // Made once the address is ours: a key that is stored but never shown opens nothing.
    const firstKey = config.adminKey === undefined ? await makeFirstKey(database.sql) : null;
    if (firstKey !== null) {
      note(
        `\nYour secret key, shown this once: ${firstKey}\nIt may do everything; keep it on servers. Send it as "Authorization: Bearer KEY".\n`,
      );
    }
    announce(server.url);
    process.stdout.write(
      options.json === true ? `${JSON.stringify({ ready: server.url })}\n` : `ready ${server.url}\n`,
    );
    await stopped;
    note('stopping ...');
  } finally {
    await server.close();
    endContainment();
  }
}

export const serveCommand = makeCommand('serve', true).action(async () => {
  const context = commandContext(serveCommand);
  await checkAddress(context.config);
  await withDatabase(context.config, (database) => serveUntilStopped(database, context.config, context, () => {}));
});

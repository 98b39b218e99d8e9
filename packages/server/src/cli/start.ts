import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Config } from '../config.js';
import type { Database } from '../db/database.js';
import { writeDemoShop } from '../demo/demo-shop.js';
import { UserError } from '../errors.js';
import { checkAddress } from '../http/listen.js';
import { isComplete, readModels } from '../scoring/fitted-models.js';
import { readShop } from '../shop-settings.js';
import { type CommandContext, commandContext, makeCommand, withDatabase } from './command.js';
import { importInto, importLines } from './import.js';
import { scoreLines, scoreShop, wordedReport } from './score.js';
import { serveUntilStopped } from './serve.js';

const DEMO_CUSTOMERS = 10_000;

/** Makes the demo shop's raw files and imports them by the same road as anybody's. */
async function importDemo(
  database: Database,
  config: Config,
  { note }: CommandContext,
  customers: number,
): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tessera-demo-'));
  try {
    note(`No data yet: making a demo shop of ${customers} customers ...`);
    await writeDemoShop(folder, { customers });
    const report = await importInto(database, config, [folder], { kind: 'demo' });
    for (const line of importLines(report)) note(line);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Brings the shop to where it can be served: data in, scored. What is there already is used again. */
async function prepareShop(database: Database, config: Config, context: CommandContext): Promise<void> {
  const { options, note } = context;
  const shop = await readShop(database.sql);
  const data = typeof options.data === 'string' ? options.data : null;
  if (data !== null) {
    if (shop?.kind === 'demo') {
      throw new UserError(
        `the data folder ${config.dataDir} holds the demo shop and your data must not mix with it: choose another folder with --data-dir or TESSERA_DATA_DIR, or remove this one`,
      );
    }
    const report = await importInto(database, config, [data]);
    for (const line of importLines(report)) note(line);
    const changed = report.files.some(({ inserted, updated }) => inserted + updated > 0);
    if (!changed && shop?.currentRunId != null) return;
  } else {
    if (shop?.currentRunId != null) {
      note(
        `Using the ${shop.kind === 'demo' ? 'demo shop' : 'data'} of ${config.databaseUrl === undefined ? config.dataDir : 'DATABASE_URL'}.`,
      );
      if (isComplete(await readModels(database.sql, shop.currentRunId))) return;
      note('This version of Tessera scores in another way than the one before: scoring again.');
    }
    const [own] = await database.sql<{ exists: boolean }[]>`select exists (select from orders) as exists`;
    // A demo whose import was cut short goes on where it stopped: importing it again changes nothing that is there.
    if (shop?.currentRunId == null && (own?.exists !== true || shop?.kind === 'demo')) {
      await importDemo(database, config, context, Number(options.demoCustomers ?? DEMO_CUSTOMERS));
    }
  }
  for (const line of scoreLines(wordedReport(await scoreShop(database, config), config))) note(line);
}

export const startCommand = makeCommand('start', true)
  .option('--data <path>', 'a file or folder to import before serving')
  .option('--demo-customers <count>', `size of the demo shop [${DEMO_CUSTOMERS}]`)
  .action(async () => {
    const context = commandContext(startCommand);
    const { config, options, note } = context;
    if (options.demoCustomers !== undefined && !/^[1-9]\d{0,6}$/.test(String(options.demoCustomers))) {
      throw new UserError(`--demo-customers "${options.demoCustomers}" is not a number from 1 to 9999999`, 2);
    }
    await checkAddress(config);
    await withDatabase(config, async (database) => {
      await prepareShop(database, config, context);
      await serveUntilStopped(database, config, context, (url) => {
        note(
          `\n  CRM demo         ${url}/demo/crm\n  storefront demo  ${url}/demo/storefront\n  GraphQL          ${url}/graphql\n`,
        );
      });
    });
  });

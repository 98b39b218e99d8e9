import { writeDemoShop } from '@tessera/demo-shop';
import type { RunningServer } from '../app.js';
import type { Config } from '../config.js';
import type { Database } from '../db/database.js';
import { databaseClock } from '../db/queries/jobs/clock.js';
import { readCurrentRunId } from '../db/queries/runs/current-run.js';
import { readFirstRun } from '../db/queries/runs/run-requests.js';
import { hasOrders, readShop } from '../db/queries/shop/settings.js';
import { UserError } from '../errors.js';
import { checkAddress } from '../http/listen.js';
import { withTemporaryFolder } from '../ingest/files/temporary-folders.js';
import { readMapping } from '../ingest/rows/mapping.js';
import { requestBackfill } from '../jobs/requests.js';
import { isComplete, readModels } from '../runs/fitted-models.js';
import { DEFAULT_MONTHS, MOST_CUSTOMERS_UNASKED } from '../scoring/backfill.js';
import { type CommandContext, commandContext, makeCommand, withDatabase } from './command.js';
import { failureOf, importInto, importLines } from './import.js';
import { aheadLines, scoreLines, scoreShop, wordedReport } from './score.js';
import { serveUntilStopped } from './serve.js';
import { withoutJobs } from './work.js';

const DEMO_CUSTOMERS = 10_000;

/** Makes the demo shop's raw files and imports them by the same road as anybody's. */
async function importDemo(
  database: Database,
  config: Config,
  { note }: CommandContext,
  customers: number,
): Promise<void> {
  await withTemporaryFolder('demo', async (folder) => {
    note(`No data yet: making a demo shop of ${customers} customers ...`);
    await writeDemoShop(folder, { customers });
    const report = await importInto(database, config, [folder], { kind: 'demo' });
    for (const line of importLines(report)) note(line);
  });
}

/** Brings the shop to where it can be served: data in, scored. What is there already is used again. */
async function prepareShop(database: Database, config: Config, context: CommandContext): Promise<void> {
  const { options, note } = context;
  const shop = await readShop(database.sql);
  const currentRunId = await readCurrentRunId(database.sql);
  const data = typeof options.data === 'string' ? options.data : null;
  if (data !== null) {
    if (shop?.kind === 'demo') {
      throw new UserError(
        `the data folder ${config.dataDir} holds the demo shop and your data must not mix with it: choose another folder with --data-dir or TESSERA_DATA_DIR, or remove this one`,
      );
    }
    const mapping = typeof options.map === 'string' ? await readMapping(options.map) : undefined;
    const report = await importInto(database, config, [data], { mapping, accept: options.accept === true });
    for (const line of importLines(report)) note(line);
    const failure = failureOf(report);
    if (failure !== null) throw new UserError(failure);
    const changed = report.files.some(({ inserted, updated }) => inserted + updated > 0);
    if (!changed && currentRunId !== null) return;
  } else {
    if (shop !== null && currentRunId !== null) {
      note(
        `Using the ${shop.kind === 'demo' ? 'demo shop' : 'data'} of ${config.databaseUrl === undefined ? config.dataDir : 'DATABASE_URL'}.`,
      );
      if (isComplete(await readModels(database.sql, currentRunId))) return;
      note('This version of Tessera scores in another way than the one before: scoring again.');
    }
    const isOwn = await hasOrders(database.sql);
    // A demo whose import was cut short goes on where it stopped: importing it again changes nothing that is there.
    if (currentRunId === null && (!isOwn || shop?.kind === 'demo')) {
      await importDemo(database, config, context, Number(options.demoCustomers ?? DEMO_CUSTOMERS));
    }
  }
  const done = await scoreShop(database, config);
  for (const line of [...scoreLines(wordedReport(done, config)), ...aheadLines(done, config)]) note(line);
  if (currentRunId === null && options.backfill !== false) await askForPast(database, note);
}

/** After the first run of a shop's own data: the months before it are scored in the background. */
async function askForPast(database: Database, note: CommandContext['note']): Promise<void> {
  if ((await readShop(database.sql))?.kind === 'demo') return;
  const first = await readFirstRun(database.sql);
  if (first === null) return;
  if (first.customers > MOST_CUSTOMERS_UNASKED) {
    note(
      `The months before are not scored by themselves for so many customers: tessera backfill --months ${DEFAULT_MONTHS} does it.`,
    );
    return;
  }
  await requestBackfill(database.sql, {}, 'first', await databaseClock(database.sql)());
  note(`The last ${DEFAULT_MONTHS} month ends are scored in the background, for trends and histories (tessera runs).`);
}

/** Where a person begins: the demo shop's pages are open on this machine, a shop's own desk is behind a link. */
async function doorLines(database: Database, server: RunningServer): Promise<string[]> {
  const { url } = server;
  const graphql = `  GraphQL          ${url}/graphql\n`;
  if ((await readShop(database.sql))?.kind === 'demo') {
    return [`\n  CRM demo         ${url}/demo/crm\n  storefront demo  ${url}/demo/storefront\n${graphql}`];
  }
  const link = server.makeDeskLink();
  if (link === null) return [`\n${graphql}`];
  return [
    `\n  customer desk    ${link}\n                   (opens once, within 10 minutes, on this machine)\n${graphql}`,
  ];
}

export const startCommand = withoutJobs(makeCommand('start', true))
  .option('--data <path>', 'a file or folder to import before serving')
  .option('--no-backfill', 'do not score the months before the first run')
  .option('--map <file>', 'a mapping file (YAML) for what --data does not tell itself')
  .option('--accept', 'import also what a first import of such a file would stop at')
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
      await serveUntilStopped(database, config, context, async (server) => {
        for (const line of await doorLines(database, server)) note(line);
      });
    });
  });

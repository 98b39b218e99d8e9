import { Argument } from 'commander';
import { listSystemHomes, removeSystemHome, SYSTEM_FOLDER, type SystemHome } from '../db/bundled-postgres/homes.js';
import { UserError } from '../errors.js';
import { commandContext, makeCommand } from './command.js';

const ACTIONS = ['list', 'remove'] as const;

const megabytes = (bytes: number) => `${new Intl.NumberFormat('en').format(Math.ceil(bytes / 1_000_000))} MB`;

function words({ kind, state, dataFolder }: SystemHome): string {
  if (kind === 'programs')
    return state === 'used' ? 'PostgreSQL itself, running' : 'a copy of PostgreSQL itself, made again when needed';
  if (state === 'unknown') return 'of a data folder that is not written down';
  return state === 'used' ? `of ${dataFolder}` : `orphan: ${dataFolder} is gone or has another`;
}

const homeLine = (home: SystemHome) =>
  `${home.id.padEnd(24)} ${megabytes(home.bytes).padStart(10)}  ${home.changedAt.slice(0, 10)}  ${words(home)}${home.process === null ? '' : `, server runs (process ${home.process})`}`;

const homeLines = (homes: readonly SystemHome[]) =>
  homes.length === 0 ? [`nothing stands in ${SYSTEM_FOLDER}`] : homes.map(homeLine);

export const databasesCommand = makeCommand('databases')
  .addArgument(new Argument('[action]', 'list (as without) or remove').choices(ACTIONS))
  .argument('[ids...]', 'which to remove')
  .option('--orphans', 'remove those whose data folder is gone; mount every disk with data folders on it first')
  .action(async (action: (typeof ACTIONS)[number] | undefined, ids: readonly string[]) => {
    const { options, report } = commandContext(databasesCommand);
    const homes = await listSystemHomes();
    const orphans = options.orphans === true;
    if (action !== 'remove') {
      if (orphans || ids.length > 0) throw new UserError('--orphans and ids are for remove', 2);
      return report(homes, () => homeLines(homes));
    }
    if (!orphans && ids.length === 0)
      throw new UserError('remove needs --orphans or ids: tessera databases lists them', 2);
    const unknown = ids.filter((id) => !homes.some((home) => home.id === id));
    if (unknown.length > 0) throw new UserError(`there is no ${unknown.join(', ')} in ${SYSTEM_FOLDER}`, 2);
    const chosen = homes.filter(({ id, state }) => ids.includes(id) || (orphans && state === 'orphan'));
    for (const home of chosen) await removeSystemHome(home);
    const freed = chosen.reduce((sum, { bytes }) => sum + bytes, 0);
    report(
      chosen.map(({ id, dataFolder, bytes }) => ({ removed: id, dataFolder, bytes })),
      () => [...chosen.map(({ id }) => `removed ${id}`), `${chosen.length} removed, ${megabytes(freed)} freed`],
    );
  });

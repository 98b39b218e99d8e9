import { Command } from 'commander';
import { type Config, optionName, readConfig, SETTINGS } from '../config.js';
import { type Database, openDatabase } from '../db/database.js';
import { failInterruptedImports } from '../db/queries/imports/imports.js';
import { failInterruptedRuns } from '../db/queries/runs/runs.js';

type Setting = keyof typeof SETTINGS;

/** What every command is given: its options read and checked, and a database that is closed behind it. */
export interface CommandContext {
  readonly config: Config;
  readonly options: Readonly<Record<string, unknown>>;
  /** For people, on standard error. */
  note(text: string): void;
  /** The result, on standard output: JSON under `--json`, else lines for people. */
  report(value: unknown, lines: () => readonly string[]): void;
}

const SHARED: readonly Setting[] = [
  'dataDir',
  'databaseUrl',
  'timeZone',
  'currency',
  'shopName',
  'segmentation',
  'schedule',
  'language',
];
const SERVER: readonly Setting[] = ['port', 'host', 'adminKey'];

/** A command with the options for its settings and `--json`; the list of commands describes it. */
export function makeCommand(name: string, isServer = false): Command {
  const command = new Command(name);
  for (const setting of isServer ? [...SERVER, ...SHARED] : SHARED) {
    const { help, variable, fallback } = SETTINGS[setting];
    const shown = fallback === undefined ? '' : ` [${fallback}]`;
    command.option(`--${optionName(setting)} <value>`, `${help}${shown}, or ${variable}`);
  }
  return command.option('--json', 'print the result as JSON');
}

/** What was given of the settings that every command takes, as it stands on a command line. */
export const sharedArguments = (options: CommandContext['options']): string[] =>
  SHARED.flatMap((setting) => {
    const given = options[setting];
    return typeof given === 'string' ? [`--${optionName(setting)}`, given] : [];
  });

/** Runs a command's work with its context. */
export function commandContext(command: Command): CommandContext {
  const options = command.opts();
  return {
    config: readConfig(options, process.env),
    options,
    note: (text) => process.stderr.write(`${text}\n`),
    report: (value, lines) =>
      process.stdout.write(options.json === true ? `${JSON.stringify(value, null, 2)}\n` : `${lines().join('\n')}\n`),
  };
}

/** Opens the shop's database for some work; what an earlier process left half done is marked as failed first. */
export async function withDatabase<T>(config: Config, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase({ databaseUrl: config.databaseUrl, dataFolder: config.dataDir });
  try {
    await failInterruptedImports(database.sql);
    await failInterruptedRuns(database.sql);
    return await work(database);
  } finally {
    await database.close();
  }
}

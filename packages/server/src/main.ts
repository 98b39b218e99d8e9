import { Command, CommanderError } from 'commander';
import { COMMANDS } from './cli/commands.js';
import { ApiError, UserError } from './errors.js';

const WRONG_USAGE = 2;

/** What failed at the bottom, in one line. */
async function firstLine(error: unknown): Promise<string> {
  const { causeOf } = await import('./db/failures.js');
  const cause = causeOf(error);
  return (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
}

const program = new Command('tessera')
  .description('Customer segments and lifetime value for shops: import, score, serve.')
  .version('0.1.0')
  .showHelpAfterError('(tessera --help, or tessera COMMAND --help, lists the options)')
  .configureHelp({ subcommandTerm: (command) => command.name() });
for (const { name, description, load } of COMMANDS) {
  // Those that are not called are known by name.
  const command = process.argv.includes(name) ? await load() : new Command(name);
  command.description(description).exitOverride().showHelpAfterError('(tessera COMMAND --help lists the options)');
  program.addCommand(command);
}
program.exitOverride();

try {
  await program.parseAsync();
  process.exitCode ??= 0;
} catch (error) {
  if (error instanceof CommanderError) {
    // Help and version end with 0; everything else that commander refuses is wrong usage, and it has said so.
    process.exitCode = error.exitCode === 0 ? 0 : WRONG_USAGE;
  } else if (error instanceof UserError) {
    process.stderr.write(`tessera: ${error.message}\n`);
    process.exitCode = error.exitCode;
  } else if (error instanceof ApiError) {
    process.stderr.write(`tessera: ${error.message}\n`);
    process.exitCode = 1;
  } else {
    const { log } = await import('./log.js');
    log.debug({ err: error }, 'unexpected failure');
    process.stderr.write(`tessera: something went wrong: ${await firstLine(error)} (LOG_LEVEL=debug shows where)\n`);
    process.exitCode = 1;
  }
}

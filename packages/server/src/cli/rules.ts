import { wordsIn } from '@tessera/core';
import { Argument } from 'commander';
import { type Database, openDatabase } from '../db/database.js';
import { UserError } from '../errors.js';
import { DEFAULT_LANGUAGE } from '../language.js';
import { type PreviewReport, previewSegmentation, type SegmentationPreview } from '../scoring/preview.js';
import {
  completeSettings,
  problemLines,
  readSegmentationFile,
  readSegmentationSettings,
  type SegmentationSettings,
} from '../settings/segmentation.js';
import { type CommandContext, commandContext, makeCommand } from './command.js';

const MOST_MOVES_SHOWN = 12;
const number = new Intl.NumberFormat('en');
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** One file's problems as a failure: a preview of settings that cannot be used would mislead. */
function requireUsable(name: string, { problems }: SegmentationSettings): void {
  const errors = problems.filter(({ level }) => level === 'error');
  if (errors.length === 0) return;
  throw new UserError(
    `${name} cannot be used: ${problemLines(errors).join('; ')} (docs/segmentations.md describes it)`,
    2,
  );
}

function segmentationLines({ title, moved, movedShare, moves, segments, warnings }: SegmentationPreview): string[] {
  const titleOf = (key: string) => segments.find((segment) => segment.key === key)?.title ?? key;
  return [
    `${title}: ${number.format(moved)} customers would move (${percent(movedShare)})`,
    ...moves
      .slice(0, MOST_MOVES_SHOWN)
      .map(({ from, to, customers }) => `  ${number.format(customers)} from ${titleOf(from)} to ${titleOf(to)}`),
    ...(moves.length > MOST_MOVES_SHOWN
      ? [`  ... and ${moves.length - MOST_MOVES_SHOWN} smaller moves (--json lists all)`]
      : []),
    `  sizes: ${segments.map(({ title, before, after }) => `${title} ${number.format(before)} -> ${number.format(after)}`).join(', ')}`,
    ...warnings.map((text) => `  warning: ${text}`),
  ];
}

const previewLines = ({ runId, asOf, customers, segmentations }: PreviewReport) => [
  `against run ${runId} of ${number.format(customers)} customers as of ${asOf}; nothing was changed`,
  ...segmentations.flatMap(segmentationLines),
];

/** The shop's database as it is: unlike other commands, nothing that was left half done is tidied up. */
async function withUntouchedDatabase<T>(
  { config }: CommandContext,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await openDatabase({ databaseUrl: config.databaseUrl, dataFolder: config.dataDir });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function print({ config, report }: CommandContext): Promise<void> {
  const settings = completeSettings(await readSegmentationSettings(config));
  report(settings, () => [JSON.stringify(settings, null, 2)]);
}

async function check({ report }: CommandContext, name: string): Promise<void> {
  const { problems, fingerprint } = await readSegmentationFile(name);
  const usable = problems.every(({ level }) => level !== 'error');
  report({ file: name, usable, fingerprint: usable ? fingerprint : null, problems }, () => [
    ...problemLines(problems),
    usable ? `${name} can be used (fingerprint ${fingerprint})` : `${name} cannot be used`,
  ]);
  if (!usable) process.exitCode = 1;
}

async function preview(context: CommandContext, name: string): Promise<void> {
  const settings = await readSegmentationFile(name);
  requireUsable(name, settings);
  const result = await withUntouchedDatabase(context, ({ sql }) =>
    previewSegmentation(sql, settings, wordsIn(context.config.language ?? DEFAULT_LANGUAGE)),
  );
  context.report({ ...result, problems: settings.problems }, () => [
    ...problemLines(settings.problems),
    ...previewLines(result),
  ]);
}

export const rulesCommand = makeCommand('rules')
  .addArgument(new Argument('<action>', 'what to do').choices(['print', 'check', 'preview']))
  .argument('[file]', 'the settings to check or to preview')
  .action(async (action: 'print' | 'check' | 'preview', name: string | undefined) => {
    const context = commandContext(rulesCommand);
    if ((action === 'print') !== (name === undefined)) {
      throw new UserError(
        action === 'print'
          ? 'rules print takes no file: --segmentation names the one in force'
          : `rules ${action} needs a file (tessera rules print writes one to begin with)`,
        2,
      );
    }
    if (action === 'print') await print(context);
    else if (action === 'check') await check(context, name!);
    else await preview(context, name!);
  });

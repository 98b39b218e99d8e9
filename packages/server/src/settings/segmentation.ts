import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  checkRules,
  type RfmOptions,
  type RuleCondition,
  rfm,
  SEGMENTATIONS,
  type SegmentRule,
  type ValueScoreOptions,
  wordsIn,
} from '@tessera/core';
import type { z } from 'zod';
import type { Config } from '../config.js';
import { codeOf, UserError } from '../errors.js';
import { OLD_SPAN, segmentationSchema } from './segmentation-schema.js';

/** Where the settings stand unless another file is named. */
export const SEGMENTATION_FILE = 'tessera.segmentation.json';

/** Something wrong with the settings, and where: `rfm.rules[2].when.all[0].gte`. */
export interface SettingsProblem {
  /** With an error the file cannot be used; a warning is for the shop to judge. */
  readonly level: 'error' | 'warning';
  readonly path: string;
  readonly text: string;
}

export interface SegmentationSettings {
  /** What the file sets of each segmentation, by its key; what it leaves out is the model's default. */
  readonly options: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The same for files that set the same, however they are written: 16 hexadecimal digits. */
  readonly fingerprint: string;
  readonly problems: readonly SettingsProblem[];
}

/** `['rfm', 'rules', 2, 'key']` -> `rfm.rules[2].key` */
const pathInWords = (parts: readonly PropertyKey[]) =>
  parts.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );

/** One problem a mistake: a section's unknown entries are named one by one. */
function problemsOf(error: z.ZodError): SettingsProblem[] {
  return error.issues.flatMap((issue): SettingsProblem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        level: 'error',
        path: pathInWords([...issue.path, key]),
        text: 'is not known here',
      }));
    }
    const text = issue.code === 'invalid_union' ? 'needs a known method' : lowerFirst(issue.message);
    return [{ level: 'error', path: pathInWords(issue.path) || 'the file', text }];
  });
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** What stands in an object at every depth, in one order, so that equal settings are equal texts. */
const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, part]) => [name, sorted(part)]),
        )
      : value;

const fingerprintOf = (options: unknown) =>
  createHash('sha256')
    .update(JSON.stringify(sorted(options)))
    .digest('hex')
    .slice(0, 16);

const withProblems = (problems: readonly SettingsProblem[]): SegmentationSettings => ({
  options: {},
  fingerprint: fingerprintOf({}),
  problems,
});

/** No file: every segmentation by its defaults. */
export const DEFAULT_SEGMENTATION: SegmentationSettings = withProblems([]);

function parseJson(text: string): { json: unknown } | { problem: SettingsProblem } {
  try {
    return { json: JSON.parse(text.replace(/^\uFEFF/, '')) };
  } catch (error) {
    const reason = error instanceof Error ? lowerFirst(error.message.split('\n')[0]!) : 'it is damaged';
    return { problem: { level: 'error', path: 'the file', text: `is not JSON: ${reason}` } };
  }
}

/**
 * Reads and checks settings of the segmentations.
 * @param text JSON: `version` 1 and, all optional, `rfm`, `value`, `behaviour` and `outliers`; docs/segmentations.md has each entry
 * @returns every problem with its path; where one is an error, no options
 */
export function parseSegmentationSettings(text: string): SegmentationSettings {
  const read = parseJson(text);
  if ('problem' in read) return withProblems([read.problem]);
  const parsed = segmentationSchema.safeParse(read.json);
  if (!parsed.success) return withProblems(problemsOf(parsed.error));
  const { rfm: ownRfm, value, behaviour, outliers } = parsed.data;
  const rules = ownRfm?.rules?.map((each): SegmentRule => ({ ...each, when: each.when as RuleCondition | null }));
  const problems: SettingsProblem[] =
    rules === undefined ? [] : checkRules(rules).map((each) => ({ ...each, path: `rfm.${each.path}` }));
  if ((read.json as { value?: { frequency?: unknown } }).value?.frequency === OLD_SPAN) {
    problems.push({
      level: 'warning',
      path: 'value.frequency',
      text: `"${OLD_SPAN}" is called "span" now: write that`,
    });
  }
  if (problems.some(({ level }) => level === 'error')) return withProblems(problems);
  const options: Record<string, Record<string, unknown>> = {};
  if (ownRfm !== undefined) {
    const own: Partial<RfmOptions> = {
      ...(ownRfm.thresholds && { thresholds: { ...defaultsOf<RfmOptions>(rfm.key).thresholds, ...ownRfm.thresholds } }),
      ...(rules && { rules: rules.map(withShippedWords) }),
    };
    options[rfm.key] = own as Record<string, unknown>;
  }
  if (value !== undefined) options.value = value satisfies Partial<ValueScoreOptions>;
  if (behaviour !== undefined) options.behaviour = behaviour;
  if (outliers !== undefined) options.outliers = outliers;
  // Of the texts as they are written, so that it does not change with the words of the product.
  const written = rules === undefined ? options : { ...options, [rfm.key]: { ...options[rfm.key], rules } };
  return { options, fingerprint: fingerprintOf(written), problems };
}

const defaultsOf = <Options>(key: string) => SEGMENTATIONS.find((model) => model.key === key)!.defaults as Options;

const { say: english } = wordsIn('en');
/** The texts of a rule that a person reads. */
const RULE_TEXTS = ['title', 'description', 'publicLabel'] as const;

/** A segment of the product that a file repeats word by word is known in every language, as it is without a file. */
function withShippedWords(rule: SegmentRule): SegmentRule {
  const shipped = rfm.defaults.rules.find(({ key }) => key === rule.key);
  if (shipped === undefined) return rule;
  const isShipped = (name: (typeof RULE_TEXTS)[number]) =>
    shipped[name] !== null && english(shipped[name]) === rule[name];
  return {
    ...rule,
    ...Object.fromEntries(RULE_TEXTS.filter(isShipped).map((name) => [name, shipped[name]])),
  };
}

/** A rule as a file writes it: what comes with the product in English, what the shop gave as it gave it. */
const asWritten = (rule: SegmentRule): SegmentRule => ({
  ...rule,
  ...Object.fromEntries(
    RULE_TEXTS.map((name) => {
      const text = rule[name];
      return [name, typeof text === 'object' && text !== null && 'kind' in text ? english(text) : text];
    }),
  ),
});

const settingsPath = (config: Pick<Config, 'dataDir' | 'segmentation'>) =>
  config.segmentation ?? path.join(config.dataDir, SEGMENTATION_FILE);

/** The problems, one a line or a clause. */
export const problemLines = (problems: readonly SettingsProblem[]) =>
  problems.map(({ level, path: where, text }) => `${level === 'error' ? '' : 'warning: '}${where} ${text}`);

async function readText(name: string): Promise<string | null> {
  try {
    return await readFile(name, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new UserError(`the segmentation settings ${name} cannot be read (${codeOf(error)})`, 2, { cause: error });
  }
}

/**
 * The settings of a file.
 * @throws UserError when it cannot be read; what is wrong with its content is in `problems`
 */
export async function readSegmentationFile(name: string): Promise<SegmentationSettings> {
  const text = await readText(name);
  if (text === null) throw new UserError(`the segmentation settings ${name} do not exist`, 2);
  return parseSegmentationSettings(text);
}

/**
 * The settings in force: those of the file that was named, else of `tessera.segmentation.json` in the data folder, else none.
 * @throws UserError naming every mistake with its path, or the named file when it does not exist
 */
export async function readSegmentationSettings(
  config: Pick<Config, 'dataDir' | 'segmentation'>,
): Promise<SegmentationSettings> {
  const name = settingsPath(config);
  if (config.segmentation === undefined && (await readText(name)) === null) return DEFAULT_SEGMENTATION;
  const settings = await readSegmentationFile(name);
  const errors = settings.problems.filter(({ level }) => level === 'error');
  if (errors.length > 0) {
    throw new UserError(
      `the segmentation settings ${name} cannot be used: ${problemLines(errors).join('; ')} (docs/segmentations.md describes them)`,
      2,
    );
  }
  return settings;
}

/** What differs from the defaults, by the key of the model: spread it over `model.defaults`, or over what `optionsAfter` says. */
export const segmentationOptions = (settings: SegmentationSettings): Readonly<Record<string, object>> =>
  settings.options;

/** The settings in force with every default filled in, as a file that would say the same. */
export function completeSettings(settings: SegmentationSettings): Record<string, unknown> {
  const { shape } = segmentationSchema;
  const sections = SEGMENTATIONS.flatMap(({ key, defaults }) => {
    const section = shape[key as 'rfm' | 'value' | 'behaviour' | 'outliers'];
    if (section === undefined) return [];
    const names = Object.keys(section.unwrap().shape);
    const all: Record<string, unknown> = { ...(defaults as Record<string, unknown>), ...settings.options[key] };
    if (key === rfm.key) all.rules = (all.rules as RfmOptions['rules']).map(asWritten);
    return [[key, Object.fromEntries(names.map((name) => [name, all[name]]))] as const];
  });
  return { version: 1, ...Object.fromEntries(sections) };
}

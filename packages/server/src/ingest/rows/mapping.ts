import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { LIFECYCLE } from '../../db/tables.js';
import { codeOf, UserError } from '../../errors.js';
import { FORMATS } from '../formats.js';
import { readDatesSetting } from './dates/date-pattern.js';
import type { Dialect } from './dialect.js';
import { ENTITIES, normaliseHeader } from './entities.js';

/** What a person tells of files that they do not tell themselves. */
export interface Mapping {
  readonly format?: string;
  /** Formats whose rows the file tells of too. */
  readonly also?: readonly string[];
  /** Columns by field, as normalised headers. */
  readonly columns: Readonly<Record<string, string>>;
  /** What each row holds in fields that no column or an empty cell fills. */
  readonly values?: Readonly<Record<string, string>>;
  /** Columns that play no part, as normalised headers; a name may end in `*`. */
  readonly ignored?: readonly string[];
  /** Columns that are kept as attributes of the customer, as normalised headers. */
  readonly attributes?: readonly string[];
  /** `dmy`, `mdy`, `ymd`, `excel`, or a pattern such as `dd.MM.yy HH:mm` (`readDatesSetting`). */
  readonly dates?: string;
  readonly decimal?: ',' | '.';
  readonly statuses: Readonly<Record<string, string>>;
  readonly rates: Readonly<Record<string, string>>;
  /** Columns as the mapping file writes them, by normalised header. */
  readonly titles?: Readonly<Record<string, string>>;
}

export const EMPTY_MAPPING: Mapping = { columns: {}, statuses: {}, rates: {} };

const fieldNames = new Set(Object.values(ENTITIES).flatMap((fields) => fields.map(({ name }) => name)));
const decimal = z
  .union([z.number(), z.string()])
  .transform(String)
  .refine((text) => /^\d+(\.\d+)?$/.test(text) && Number(text) > 0, 'is not a rate above 0');

const formatKey = z.enum(FORMATS.map(({ key }) => key) as [string, ...string[]]);
const headers = z.array(z.string().min(1));

const schema = z
  .strictObject({
    format: z.union([formatKey, z.array(formatKey).min(1)]).optional(),
    columns: z.record(z.string(), z.string().min(1)).optional(),
    values: z.record(z.string(), z.union([z.string().min(1), z.number().transform(String)])).optional(),
    ignored: headers.optional(),
    attributes: headers.optional(),
    dates: z
      .string()
      .refine(
        (text) => readDatesSetting(text) !== null,
        'is neither dmy, mdy, ymd, excel nor a pattern such as "dd.MM.yy HH:mm"',
      )
      .optional(),
    decimal: z.enum([',', '.']).optional(),
    statuses: z.record(z.string(), z.enum(LIFECYCLE)).optional(),
    rates: z.record(z.string().regex(/^[A-Z]{3}$/, 'is not a currency code such as EUR'), decimal).optional(),
  })
  .nullable();

const mapRecord = <A, B>(
  record: Record<string, A> | undefined,
  key: (name: string) => string,
  value: (given: A) => B,
) => Object.fromEntries(Object.entries(record ?? {}).map(([name, given]) => [key(name), value(given)]));

/** A header as files are asked for it; a final `*` stands. */
const pattern = (title: string) => `${normaliseHeader(title)}${title.endsWith('*') ? '*' : ''}`;

/**
 * Reads a mapping file: YAML with `format`, `columns`, `values`, `ignored`, `attributes`, `dates`, `decimal`, `statuses` and `rates`, all optional.
 * @throws UserError that names each entry that cannot be used
 */
export async function readMapping(path: string): Promise<Mapping> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError(
      `the mapping file ${path} ${codeOf(error) === 'ENOENT' ? 'does not exist' : `cannot be read (${codeOf(error)})`}`,
      2,
    );
  }
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    throw new UserError(
      `the mapping file ${path} is not YAML: ${error instanceof Error ? error.message.split('\n')[0] : 'it is damaged'}`,
      2,
    );
  }
  const parsed = schema.safeParse(raw);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path: where, message }) => `${where.join('.') || 'the file'}: ${message}`,
    );
    throw new UserError(`the mapping file ${path} cannot be used: ${problems.join('; ')}`, 2);
  }
  const { columns, statuses, rates, format, ignored, attributes, ...rest } = parsed.data ?? {};
  const problems = Object.entries({ columns, values: rest.values }).flatMap(([key, record]) =>
    Object.keys(record ?? {}).flatMap((name) => (fieldNames.has(name) ? [] : [`${key}: "${name}" is not a field`])),
  );
  if (problems.length > 0) {
    throw new UserError(
      `the mapping file ${path} cannot be used: ${problems.join('; ')} (docs/data-formats.md lists them)`,
      2,
    );
  }
  const [main, ...also] = [format ?? []].flat();
  const titles = [...Object.values(columns ?? {}), ...(ignored ?? []), ...(attributes ?? [])];
  return {
    ...rest,
    ...(main === undefined ? {} : { format: main }),
    ...(also.length === 0 ? {} : { also }),
    columns: mapRecord(columns, (name) => name, normaliseHeader),
    ...(ignored === undefined ? {} : { ignored: ignored.map(pattern) }),
    ...(attributes === undefined ? {} : { attributes: attributes.map(normaliseHeader) }),
    statuses: mapRecord(
      statuses,
      (word) => word.trim().toLowerCase(),
      (station) => station,
    ),
    rates: rates ?? {},
    titles: Object.fromEntries(titles.map((title) => [pattern(title), title])),
  };
}

/** What is told wins over the format's own words and over what was detected. */
export const dialectOf = (
  mapping: Mapping,
  detected: Dialect,
  words: Readonly<Record<string, string>> = {},
): Dialect => ({
  ...detected,
  ...(mapping.dates === undefined ? {} : readDatesSetting(mapping.dates)),
  ...(mapping.decimal === undefined ? {} : { decimalComma: mapping.decimal === ',', decimalOpen: false }),
  statuses: { ...words, ...mapping.statuses },
});

import { said } from '@tessera/core';
import papaparse from 'papaparse';
import type { EntityKey } from '../../db/queries/imports/merge.js';
import { UserError } from '../../errors.js';
import type { ColumnChoice, FileHead, InputFormat, NamedCells } from '../format.js';
import { Problem, type RowReason } from './clean.js';
import { type CsvReceiver, CsvRecords } from './csv-records.js';
import { ENTITIES, type Field, mapHeader, normaliseHeader } from './entities.js';

/** A JSON array is parsed whole; files beyond this belong into CSV or NDJSON. */
const LARGEST_JSON = 256 * 1024 * 1024;
const MOST_KINDS_OF_OBJECTS = 1000;
const TOO_DEEP = said('nests-too-deep', {});
/** As the delimiter it leaves only the quoting of CSV. */
const NEVER_IN_TEXT = String.fromCharCode(1);
const ROWS_BETWEEN_PAUSES = 5000;

/** Receives the rows of a file, in order. `cells` is reused: read it, do not keep it. */
export interface RowReceiver {
  /** The entity's fields, in order; undefined where the file has no such column. */
  row(line: number, cells: readonly (string | undefined)[]): void;
  bad(line: number, field: string, value: string, reason: RowReason): void;
}

/** What is to be read, and how. */
export interface RowSource {
  readonly format: InputFormat;
  /** What the rows are read as: the format's own entity, or one that it feeds too. */
  readonly entity: EntityKey;
  readonly head: FileHead;
  readonly text: AsyncIterable<string>;
  /** Columns that a mapping file names for fields, by normalised header. */
  readonly columns: Readonly<Record<string, string>>;
  /** Columns that a mapping file keeps as attributes of the customer, by normalised header. */
  readonly attributes?: readonly string[];
  /** Columns that a mapping file leaves out, as `isLeftOut` reads them. */
  readonly ignored?: readonly string[];
  /** What each row holds in fields that no column or an empty cell fills. */
  readonly values?: Readonly<Record<string, string>>;
}

/** What tells which column fills which field. */
export type TableShape = Pick<
  RowSource,
  'format' | 'entity' | 'head' | 'columns' | 'attributes' | 'ignored' | 'values'
>;

async function readCsv(
  { head, text }: RowSource,
  delimiter: string,
  receiver: CsvReceiver,
  afterChunk: () => Promise<void>,
): Promise<void> {
  const records = new CsvRecords(delimiter, head.text.includes('\n') ? '\n' : '\r', receiver);
  let isFirst = true;
  for await (const chunk of text) {
    records.push(isFirst ? chunk.replace(/^\uFEFF/, '') : chunk);
    isFirst = false;
    await afterChunk();
  }
  records.end();
  await afterChunk();
}

async function readAll(text: AsyncIterable<string>): Promise<string> {
  let whole = '';
  for await (const chunk of text) {
    whole += chunk;
    if (whole.length > LARGEST_JSON) {
      throw new UserError('a JSON array above 256 MiB cannot be read at once: export it as CSV or one object a line');
    }
  }
  return whole.replace(/^\uFEFF/, '');
}

/** The array itself, or the one inside the first cell of a CSV that starts with `[`. */
function parseJsonArray(text: string): unknown[] {
  let json = text.trim();
  if (!json.startsWith('[')) {
    const cells = papaparse.parse<string[]>(json, { delimiter: ',' }).data.flat();
    json = cells.find((cell) => cell.trimStart().startsWith('[')) ?? '';
  }
  const parsed: unknown = JSON.parse(json);
  if (!Array.isArray(parsed)) throw new SyntaxError('not an array');
  return parsed;
}

const asText = (value: unknown) =>
  value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);

/** Gives the cells of an object; a value that nests deeper than JSON can be written spoils its row alone. */
function giveObject(
  receiver: RowReceiver,
  line: number,
  object: NamedCells,
  cellsOf: (object: NamedCells) => (string | undefined)[],
): void {
  let cells: (string | undefined)[];
  try {
    cells = cellsOf(object);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    receiver.bad(line, 'row', '', TOO_DEEP);
    return;
  }
  receiver.row(line, cells);
}

/** Finds the cells of objects by the normalised names of their keys; objects of the same keys share one look-up. */
export function cellFinder(
  fields: readonly Field[],
  chosen: Readonly<Record<string, ColumnChoice>> = {},
): (object: NamedCells) => (string | undefined)[] {
  const known = new Map<string, (string | undefined)[]>();
  return (object) => {
    const keys = Object.keys(object);
    const signature = keys.join('\n');
    let keyOfField = known.get(signature);
    if (keyOfField === undefined) {
      const columns = mapHeader(fields, keys.map(normaliseHeader), chosen);
      keyOfField = fields.map((_, i) => keys[columns[i]!]);
      // Keys come from the file: however many kinds it makes up, the memory stays bounded.
      if (known.size < MOST_KINDS_OF_OBJECTS) known.set(signature, keyOfField);
    }
    return keyOfField.map((key) => (key === undefined ? undefined : asText(object[key])));
  };
}

async function readJsonArray(source: RowSource, receiver: RowReceiver, afterChunk: () => Promise<void>): Promise<void> {
  const cellsOf = cellFinder(ENTITIES[source.entity], { ...source.format.columns, ...source.columns });
  let array: unknown[];
  try {
    array = parseJsonArray(await readAll(source.text));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `the JSON cannot be read: ${error instanceof Error ? error.message.slice(0, 120) : 'it is damaged'}`,
    );
  }
  for (const [index, entry] of array.entries()) {
    if (typeof entry !== 'object' || entry === null)
      receiver.bad(index + 1, 'row', asText(entry), said('not-an-object', {}));
    else giveObject(receiver, index + 1, entry as NamedCells, cellsOf);
    if (index % ROWS_BETWEEN_PAUSES === ROWS_BETWEEN_PAUSES - 1) await afterChunk();
  }
  await afterChunk();
}

function lineReceiver(source: RowSource, receiver: RowReceiver): CsvReceiver {
  const { reading } = source.format;
  if (reading.kind !== 'lines') throw new Error(`${source.format.key} is not read line by line`);
  const cellsOf = cellFinder(ENTITIES[source.entity], { ...source.format.columns, ...source.columns });
  let isFirst = true;
  return {
    record(cellsOfLine, line) {
      const text = cellsOfLine.join('');
      const mayBeHeader = isFirst;
      isFirst = false;
      if (mayBeHeader && reading.isHeader(text)) return;
      const parsed = reading.parse(text);
      if (parsed instanceof Problem) receiver.bad(line, 'row', text, parsed.reason);
      else for (const cells of [parsed].flat() as NamedCells[]) giveObject(receiver, line, cells, cellsOf);
    },
    bad: (line, raw, reason) => receiver.bad(line, 'row', raw, reason),
  };
}

/** Gives each row of a table: straight by the places of its columns, or by their names where the format rewrites rows. */
function tableReceiver(source: RowSource, receiver: RowReceiver): CsvReceiver {
  const { format, head } = source;
  const fields = ENTITIES[source.entity];
  const columns = columnsOf(source);
  const attributes = fields.findIndex(({ name }) => name === 'attributes');
  const others = attributes < 0 ? [] : otherColumns(source, columns);
  const header = headerOf(source);
  const cells = new Array<string | undefined>(fields.length).fill(undefined);
  const give = (row: readonly (string | undefined)[], line: number) => {
    for (let i = 0; i < cells.length; i++) {
      const column = columns[i]!;
      if (column >= 0) cells[i] = row[column];
    }
    if (others.length > 0) {
      cells[attributes] = JSON.stringify(
        Object.fromEntries(others.map((column) => [header[column], row[column] ?? ''])),
      );
    }
    receiver.row(line, cells);
  };
  const giveAdapted = (row: readonly string[], line: number) => {
    const named: Record<string, string> = {};
    // Of columns that share a name the first counts, as everywhere.
    for (let i = head.header.length - 1; i >= 0; i--) named[head.header[i]!] = row[i]!;
    const adapted = format.adapt!(named);
    if (adapted instanceof Problem) receiver.bad(line, 'row', row.join(head.delimiter), adapted.reason);
    else {
      for (const object of [adapted].flat() as NamedCells[])
        give(
          header.map((name) => (object[name] === undefined ? undefined : asText(object[name]))),
          line,
        );
    }
  };
  let isHeader = true;
  return {
    record(row, line) {
      if (line < head.headerLine) return;
      if (isHeader) {
        isHeader = false;
        return;
      }
      if (row.length !== head.header.length) {
        const reason = said('cell-count', { cells: row.length, header: head.header.length });
        receiver.bad(line, 'row', row.join(head.delimiter), reason);
        return;
      }
      if (format.adapt === undefined) give(row, line);
      else giveAdapted(row, line);
    },
    bad: (line, raw, reason) => {
      if (line >= head.headerLine) receiver.bad(line, 'row', raw, reason);
    },
  };
}

/** Fills what a mapping file says of all rows into the cells that are empty. */
function withValues({ entity, values = {} }: RowSource, receiver: RowReceiver): RowReceiver {
  const given = ENTITIES[entity].flatMap(({ name }, i) =>
    values[name] === undefined ? [] : [[i, values[name]] as const],
  );
  if (given.length === 0) return receiver;
  return {
    row(line, cells) {
      const filled = [...cells];
      for (const [i, value] of given) if ((filled[i] ?? '').trim() === '') filled[i] = value;
      receiver.row(line, filled);
    },
    bad: (...problem) => receiver.bad(...problem),
  };
}

/**
 * Reads a source row by row and gives each row's cells in the order of the entity's fields.
 * @param afterChunk awaited between chunks: where the receiver may write out what it has
 * @throws UserError when the file as a whole cannot be read
 */
export async function readRows(
  source: RowSource,
  rowReceiver: RowReceiver,
  afterChunk: () => Promise<void>,
): Promise<void> {
  const receiver = withValues(source, rowReceiver);
  const { reading } = source.format;
  if (reading.kind === 'json-array') return readJsonArray(source, receiver, afterChunk);
  if (reading.kind === 'lines') return readCsv(source, NEVER_IN_TEXT, lineReceiver(source, receiver), afterChunk);
  return readCsv(source, source.head.delimiter, tableReceiver(source, receiver), afterChunk);
}

/** The columns of a table as fields may find them: those of the file and those that the format adds. */
const headerOf = ({ format, head }: Pick<TableShape, 'format' | 'head'>): readonly string[] =>
  format.adds === undefined ? head.header : [...head.header, ...format.adds];

/** The column of each field in a CSV, by the mapping file, the format, and the entity's own names, in this order. */
export function columnsOf(source: TableShape): Int32Array {
  const isTaken = (name: string) => source.attributes?.includes(name) === true || isLeftOut(name, source);
  const header = headerOf(source).map((name) => (isTaken(name) ? '' : name));
  return mapHeader(ENTITIES[source.entity], header, { ...source.format.columns, ...source.columns });
}

/** The columns that are kept as attributes of the customer. */
export function otherColumns(source: TableShape, columns: Int32Array): number[] {
  const { format, entity, attributes, head } = source;
  if (entity !== 'customers') return [];
  const keepsAll = format.reading.kind === 'csv' && format.reading.keepsOtherColumns === true;
  return headerOf(source).flatMap((name, column) =>
    name !== '' &&
    !columns.includes(column) &&
    (attributes?.includes(name) === true || (keepsAll && !isLeftOut(name, format) && !isLeftOut(name, source))) &&
    (format.adds === undefined || head.header.includes(name))
      ? [column]
      : [],
  );
}

/** Which fields a file has; the others are left as they are in the tables. */
export function presentFields(source: TableShape): ReadonlySet<string> {
  const fields = ENTITIES[source.entity];
  if (source.format.reading.kind !== 'csv') return new Set(fields.map(({ name }) => name));
  const columns = columnsOf(source);
  const keepsOthers = otherColumns(source, columns).length > 0;
  return new Set(
    fields.flatMap(({ name }, i) =>
      columns[i]! >= 0 || source.values?.[name] !== undefined || (keepsOthers && name === 'attributes') ? [name] : [],
    ),
  );
}

/** Whether a format or a mapping file leaves a column out on purpose; by its normalised header, a name may end in `*`. */
export const isLeftOut = (name: string, { ignored }: { readonly ignored?: readonly string[] | undefined }): boolean =>
  ignored?.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern)) ===
  true;

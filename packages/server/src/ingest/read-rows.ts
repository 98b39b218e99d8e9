import { parse as parseCsvSync } from 'csv-parse/sync';
import { UserError } from '../errors.js';
import { type CsvReceiver, CsvRecords } from './csv-records.js';
import { ENTITIES, type Field, mapHeader, normaliseHeader } from './entities.js';
import type { FileHead, InputFormat } from './formats.js';

/** A JSON array is parsed whole; files beyond this belong into CSV or NDJSON. */
const LARGEST_JSON = 256 * 1024 * 1024;

const MOST_KINDS_OF_OBJECTS = 1000;
/** As the delimiter it leaves only the quoting of CSV. */
const NEVER_IN_TEXT = String.fromCharCode(1);

/** Receives the rows of a file, in order. `cells` is reused: read it, do not keep it. */
export interface RowReceiver {
  /** The entity's fields, in order; null where the file has no such column. */
  row(line: number, cells: readonly (string | undefined)[]): void;
  bad(line: number, field: string, value: string, reason: string): void;
}

async function readCsv(
  bytes: AsyncIterable<Buffer>,
  head: FileHead,
  delimiter: string,
  receiver: CsvReceiver,
  afterChunk: () => Promise<void>,
): Promise<void> {
  const records = new CsvRecords(delimiter, head.text.includes('\n') ? '\n' : '\r', receiver);
  const decoder = new TextDecoder();
  for await (const chunk of bytes) {
    records.push(decoder.decode(chunk, { stream: true }));
    await afterChunk();
  }
  records.push(decoder.decode());
  records.end();
  await afterChunk();
}

async function readAll(bytes: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LARGEST_JSON) {
      throw new UserError('a JSON array above 256 MiB cannot be read at once: export it as CSV or one object a line');
    }
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
}

/** The array itself, or the one inside the first cell of a CSV that starts with `[`. */
function parseJsonArray(text: string): unknown[] {
  let json = text.trim();
  if (!json.startsWith('[')) {
    const cells = parseCsvSync(json, { relax_column_count: true, relax_quotes: true }).flat() as string[];
    json = cells.find((cell) => cell.trimStart().startsWith('[')) ?? '';
  }
  const parsed: unknown = JSON.parse(json);
  if (!Array.isArray(parsed)) throw new SyntaxError('not an array');
  return parsed;
}

const asText = (value: unknown) => (value === null || value === undefined ? '' : String(value));

/** Finds the cells of objects by the normalised names of their keys; objects of the same keys share one look-up. */
function cellFinder(fields: readonly Field[]): (object: Readonly<Record<string, unknown>>) => (string | undefined)[] {
  const known = new Map<string, (string | undefined)[]>();
  return (object) => {
    const keys = Object.keys(object);
    const signature = keys.join('\n');
    let keyOfField = known.get(signature);
    if (keyOfField === undefined) {
      const columns = mapHeader(fields, keys.map(normaliseHeader));
      keyOfField = fields.map((_, i) => keys[columns[i]!]);
      // Keys come from the file: however many kinds it makes up, the memory stays bounded.
      if (known.size < MOST_KINDS_OF_OBJECTS) known.set(signature, keyOfField);
    }
    return keyOfField.map((key) => (key === undefined ? undefined : asText(object[key])));
  };
}

/**
 * Reads a source row by row and gives each row's cells in the order of the entity's fields.
 * @param afterChunk awaited between chunks: where the receiver may write out what it has
 * @returns which fields the file has at all
 * @throws UserError when the file as a whole cannot be read
 */
export async function readRows(
  format: InputFormat,
  head: FileHead,
  bytes: AsyncIterable<Buffer>,
  receiver: RowReceiver,
  afterChunk: () => Promise<void>,
): Promise<void> {
  const fields = ENTITIES[format.entity];
  const reading = format.reading;
  const cellsOf = cellFinder(fields);

  if (reading.kind === 'json-array') {
    let array: unknown[];
    try {
      array = parseJsonArray(await readAll(bytes));
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(
        `the JSON cannot be read: ${error instanceof Error ? error.message.slice(0, 120) : 'it is damaged'}`,
      );
    }
    for (const [index, entry] of array.entries()) {
      if (typeof entry !== 'object' || entry === null) {
        receiver.bad(index + 1, 'row', asText(entry), 'is not an object');
      } else receiver.row(index + 1, cellsOf(entry as Record<string, unknown>));
      if (index % 5000 === 4999) await afterChunk();
    }
    await afterChunk();
    return;
  }

  const bad: CsvReceiver['bad'] = (line, raw, reason) => receiver.bad(line, 'row', raw, reason);

  if (reading.kind === 'lines') {
    let isFirst = true;
    const record: CsvReceiver['record'] = (cellsOfLine, line) => {
      const text = cellsOfLine.join('');
      const mayBeHeader = isFirst;
      isFirst = false;
      if (mayBeHeader && reading.isHeader(text)) return;
      const cells = reading.parse(text);
      if (typeof cells === 'string') receiver.bad(line, 'row', text, cells);
      else receiver.row(line, cellsOf(cells));
    };
    await readCsv(bytes, head, NEVER_IN_TEXT, { record, bad }, afterChunk);
    return;
  }

  const columns = mapHeader(fields, head.header);
  const cells = new Array<string | undefined>(fields.length).fill(undefined);
  const width = head.header.length;
  let isHeader = true;
  const record: CsvReceiver['record'] = (row, line) => {
    if (isHeader) {
      isHeader = false;
      return;
    }
    if (row.length !== width) {
      const what = row.length < width ? 'fewer' : 'more';
      receiver.bad(
        line,
        'row',
        row.join(head.delimiter),
        `has ${row.length} cells, ${what} than the header's ${width}`,
      );
      return;
    }
    for (let i = 0; i < cells.length; i++) {
      const column = columns[i]!;
      if (column >= 0) cells[i] = row[column];
    }
    receiver.row(line, cells);
  };
  await readCsv(bytes, head, head.delimiter, { record, bad }, afterChunk);
}

/** Which fields a file has; the others are left as they are in the tables. */
export function presentFields(format: InputFormat, head: FileHead): readonly Field[] {
  const fields = ENTITIES[format.entity];
  if (format.reading.kind !== 'csv') return fields;
  const columns = mapHeader(fields, head.header);
  return fields.filter((_, i) => columns[i]! >= 0);
}

import { parse as createParser, type Parser } from 'csv-parse';
import { parse as parseCsvSync } from 'csv-parse/sync';
import { UserError } from '../errors.js';
import { ENTITIES, type Field, mapHeader, normaliseHeader } from './entities.js';
import type { FileHead, InputFormat } from './formats.js';

/** One unclosed quote must not swallow the file: csv-parse would hold all of it. */
const LARGEST_RECORD = 1_000_000;
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

/** Feeds chunks to csv-parse and hands each record on without an object stream in between. */
async function readCsv(
  bytes: AsyncIterable<Buffer>,
  delimiter: string,
  onRecord: (record: string[], line: number) => void,
  onSkip: (line: number, raw: string, reason: string) => void,
  afterChunk: () => Promise<void>,
): Promise<void> {
  let failure: unknown;
  const parser: Parser = createParser({
    bom: true,
    delimiter,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: LARGEST_RECORD,
    on_record: (record: string[], context) => {
      onRecord(record, context.lines);
      return null;
    },
  });
  parser.on('skip', (error) => {
    onSkip(
      Number(error?.lines ?? parser.info.lines),
      '',
      'holds a quote that is never closed or a cell that is too long',
    );
  });
  parser.on('error', (error) => {
    failure = error;
  });
  // Nothing is pushed, but the stream must flow to come to its end.
  parser.resume();
  for await (const chunk of bytes) {
    await new Promise<void>((resolve, reject) => parser.write(chunk, (error) => (error ? reject(error) : resolve())));
    await afterChunk();
  }
  await new Promise<void>((resolve) => {
    parser.once('end', () => resolve());
    parser.once('error', () => resolve());
    parser.end();
  });
  if (failure !== undefined) throw failure;
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

  const unclosed = (line: number, raw: string, reason: string) => receiver.bad(line, 'row', raw, reason);

  if (reading.kind === 'lines') {
    let isFirst = reading.hasHeader;
    const onRecord = (record: string[], line: number) => {
      const text = record.join('');
      if (isFirst) {
        isFirst = false;
        return;
      }
      const cells = reading.parse(text);
      if (typeof cells === 'string') receiver.bad(line, 'row', text, cells);
      else receiver.row(line, cellsOf(cells));
    };
    await readCsv(bytes, NEVER_IN_TEXT, onRecord, unclosed, afterChunk);
    return;
  }

  const columns = mapHeader(fields, head.header);
  const cells = new Array<string | undefined>(fields.length).fill(undefined);
  const width = head.header.length;
  let isHeader = true;
  const onRecord = (record: string[], line: number) => {
    if (isHeader) {
      isHeader = false;
      return;
    }
    if (record.length !== width) {
      const what = record.length < width ? 'fewer' : 'more';
      receiver.bad(
        line,
        'row',
        record.join(head.delimiter),
        `has ${record.length} cells, ${what} than the header's ${width}`,
      );
      return;
    }
    for (let i = 0; i < cells.length; i++) {
      const column = columns[i]!;
      if (column >= 0) cells[i] = record[column];
    }
    receiver.row(line, cells);
  };
  await readCsv(bytes, head.delimiter, onRecord, unclosed, afterChunk);
}

/** Which fields a file has; the others are left as they are in the tables. */
export function presentFields(format: InputFormat, head: FileHead): readonly Field[] {
  const fields = ENTITIES[format.entity];
  if (format.reading.kind !== 'csv') return fields;
  const columns = mapHeader(fields, head.header);
  return fields.filter((_, i) => columns[i]! >= 0);
}

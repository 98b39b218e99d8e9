import path from 'node:path';
import { UserError } from '../../errors.js';
import type { FileHead, InputFormat } from '../format.js';
import { CsvRecords } from '../rows/csv-records.js';
import { ENTITIES } from '../rows/entities.js';
import type { Mapping } from '../rows/mapping.js';
import { isLeftOut } from '../rows/read-rows.js';
import { type ColumnKind, TableObserver } from './column-profile.js';
import { yamlWord } from './finding.js';

/** The head as formats know it: columns that a mapping file names stand under the names of their fields too. */
export function asMapped(
  head: FileHead,
  { columns, values, ignored }: Pick<Mapping, 'columns' | 'values' | 'ignored'>,
): FileHead {
  const named = Object.entries(columns).flatMap(([field, column]) => (head.header.includes(column) ? [field] : []));
  const added = [...named, ...Object.keys(values ?? {})];
  if (added.length === 0 && ignored === undefined) return head;
  const own = head.header.map((name) => (isLeftOut(name, { ignored }) ? '' : name));
  return { ...head, header: [...own, ...added] };
}

/** Why a file is taken for a format, for its owner to read. */
export function whyOf({ title }: InputFormat, isNamed: boolean, isMapped: boolean): string {
  if (isNamed) return `read as ${title}, as told`;
  return `recognised as ${title} by its ${isMapped ? 'header and the columns of the mapping file' : 'header'}`;
}

/** What is opened of a file, to check a mapping against. */
interface Opened {
  readonly path: string;
  readonly source: { readonly head: FileHead };
  readonly format: InputFormat;
}

/**
 * Checks that a mapping does what it says: each column that it names is in one of the files, and each field is one of
 * the rows that this file holds.
 * @throws UserError that names each entry that does nothing
 */
export function checkMapping(mapping: Mapping, files: readonly Opened[]): void {
  // Rows of objects show their names only as they are read.
  if (files.some(({ format }) => format.reading.kind !== 'csv')) return;
  const titleOf = (name: string) => yamlWord(mapping.titles?.[name] ?? name);
  const having = (column: string) =>
    files.filter(({ source, format }) => [...source.head.header, ...(format.adds ?? [])].includes(column));
  const problems: string[] = [];
  const headers = files.map(({ source }) => source.head.titles.map((title) => title.trim()).join(', ')).join('; ');
  for (const [field, column] of Object.entries(mapping.columns)) {
    const found = having(column);
    const kinds = found.flatMap(({ format }) => [format.entity, ...(format.feeds ?? [])]);
    if (found.length === 0) problems.push(`columns: { ${field}: ${titleOf(column)} }: no file has this column`);
    else if (!kinds.some((entity) => ENTITIES[entity].some(({ name }) => name === field))) {
      const owners = Object.entries(ENTITIES).flatMap(([entity, fields]) =>
        fields.some(({ name }) => name === field) ? [entity] : [],
      );
      const { path: file, format } = found[0]!;
      problems.push(
        `columns: { ${field}: ${titleOf(column)} }: a field of ${owners.join(', ')}, and ${path.basename(file)} is read as ${format.key} (${format.entity}); a file that tells of both has two formats, as in format: [${format.key}, customers-table]`,
      );
    }
  }
  const all = files.flatMap(({ format }) => [format.entity, ...(format.feeds ?? [])]);
  for (const [field, value] of Object.entries(mapping.values ?? {}))
    if (!all.some((entity) => ENTITIES[entity].some(({ name }) => name === field)))
      problems.push(`values: { ${field}: ${yamlWord(value)} }: no file holds rows that have this field`);
  for (const key of ['ignored', 'attributes'] as const)
    for (const column of mapping[key] ?? [])
      if (!files.some(({ source }) => source.head.header.some((name) => isLeftOut(name, { ignored: [column] }))))
        problems.push(`${key}: [${titleOf(column)}]: no file has this column`);
  if (problems.length > 0)
    throw new UserError(`the mapping file cannot be used: ${problems.join('; ')}. The columns are: ${headers}`, 2);
}

/** What the first rows of a table hold, by column. */
function headKinds(head: FileHead): readonly { title: string; kind: ColumnKind }[] {
  const observer = new TableObserver(head.titles, head.header);
  const records = new CsvRecords(head.delimiter, head.text.includes('\n') ? '\n' : '\r', {
    record(cells, line) {
      if (line > head.headerLine && cells.length === head.header.length) observer.row(cells);
    },
    bad: () => {},
  });
  records.push(head.text);
  records.end();
  return observer.profiles(2).map(({ title, kind }) => ({ title: title.trim(), kind }));
}

/** The entry of a mapping file that would make a table known, as far as its first rows tell. */
export function suggestColumns(head: FileHead): string {
  const columns = headKinds(head);
  const first = (kind: ColumnKind) => columns.find((column) => column.kind === kind)?.title;
  const email = first('email');
  const parts = [
    'order_id: COLUMN',
    email === undefined ? 'customer_id: COLUMN' : `email: ${yamlWord(email)}`,
    `placed_at: ${yamlWord(first('date') ?? 'COLUMN')}`,
    `amount: ${yamlWord(first('money') ?? 'COLUMN')}`,
  ];
  return `columns: { ${parts.join(', ')} }`;
}

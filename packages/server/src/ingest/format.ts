import type { EntityKey } from '../db/queries/imports/merge.js';
import type { Lifecycle } from '../db/tables.js';
import type { Problem } from './rows/clean.js';

/** The start of a file: enough to tell what it is. */
export interface FileHead {
  /** The first characters, at most 64 Ki, without a byte order mark. */
  readonly text: string;
  /** The header's cells, normalised (`normaliseHeader`). */
  readonly header: readonly string[];
  /** As the file writes them, in the order of `header`. */
  readonly titles: readonly string[];
  /** The line of the header, 1 is the first: titles and `sep=;` may stand before it. */
  readonly headerLine: number;
  readonly delimiter: string;
}

/** Cells by the names of their columns; a value that is not text is read as its JSON. */
export type NamedCells = Readonly<Record<string, unknown>>;

/** How a file is cut into rows of cells. */
export type Reading =
  /** CSV with a header: cells are found by name. */
  | {
      readonly kind: 'csv';
      /** Columns that no field takes are kept as the customer's attributes. */
      readonly keepsOtherColumns?: boolean;
    }
  /** One text a line, perhaps CSV-quoted; `parse` finds the cells by name, or says why it cannot. */
  | {
      readonly kind: 'lines';
      /** Asked of the first line only. */
      isHeader(line: string): boolean;
      /** Several rows come from a line that holds an order with its lines. */
      parse(line: string): NamedCells | readonly NamedCells[] | Problem;
    }
  /** One JSON array of objects, raw or inside a CSV cell. */
  | { readonly kind: 'json-array' };

/** A header, or several of which the first that the file has wins; '' for none. */
export type ColumnChoice = string | readonly string[];

/**
 * What a file says of an order, and so what a later file of its kind replaces: the whole document with head, lines and
 * refunds; the head alone; or rows with ids of their own.
 */
export type Carries = 'documents' | 'heads' | 'rows';

/** THE CONTRACT of an input format. */
export interface InputFormat {
  readonly key: string;
  readonly title: string;
  readonly entity: EntityKey;
  /** What else the file's rows tell of: an order export with consent columns feeds `customers` too. */
  readonly feeds?: readonly EntityKey[];
  readonly reading: Reading;
  /** Columns by field, as normalised headers, where the format's own names differ from the entity's aliases. */
  readonly columns?: Readonly<Record<string, ColumnChoice>>;
  /** Columns, as normalised headers, that are known and left out on purpose; a name may end in `*`. */
  readonly ignored?: readonly string[];
  /** The platform's own status words, in lower case with blanks for `_` and `-`, by what they mean there. */
  readonly words?: Readonly<Record<string, Lifecycle>>;
  /** By default what the entity's rows can carry (`carriesOf`). */
  readonly carries?: Carries;
  /** Rewrites the named cells of a row before its fields are found, where no choice of columns tells what it means; rare. */
  adapt?(row: NamedCells): NamedCells | readonly NamedCells[] | Problem;
  /** Normalised headers that `adapt` adds to those of the file. */
  readonly adds?: readonly string[];
  recognises(head: FileHead): boolean;
}

/** What files of a format say of orders. */
export const carriesOf = ({ carries, entity }: Pick<InputFormat, 'carries' | 'entity'>): Carries =>
  carries ?? (entity === 'sales' ? 'documents' : entity === 'orders' ? 'heads' : 'rows');

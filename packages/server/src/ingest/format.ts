import type { EntityKey } from '../db/queries/imports/merge.js';
import type { Problem } from './rows/clean.js';

/** The start of a file: enough to tell what it is. */
export interface FileHead {
  /** The first characters, at most 64 Ki, without a byte order mark. */
  readonly text: string;
  /** The first record's cells, normalised (`normaliseHeader`). */
  readonly header: readonly string[];
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
      /** Columns by field where the format's own names differ from the entity's aliases. */
      readonly columns?: Readonly<Record<string, string>>;
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

/** THE CONTRACT of an input format. */
export interface InputFormat {
  readonly key: string;
  readonly title: string;
  readonly entity: EntityKey;
  readonly reading: Reading;
  recognises(head: FileHead): boolean;
}

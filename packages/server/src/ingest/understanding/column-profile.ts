import type { AmountVerdict, DateVerdict } from '../rows/observers.js';

/** What a column holds, by its values: 90 % of those that are filled read so. */
export type ColumnKind = 'money' | 'number' | 'date' | 'status' | 'email' | 'person' | 'id' | 'text' | 'empty';

/** What the values of one column tell, over the whole file; its memory does not grow with the file. */
export interface ColumnProfile {
  /** As the file writes it. */
  readonly header: string;
  /** Normalised. */
  readonly name: string;
  readonly count: number;
  readonly filled: number;
  readonly kind: ColumnKind;
  readonly dates: DateVerdict;
  readonly amounts: AmountVerdict;
}

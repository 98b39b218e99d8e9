import { type ReasonValues, type RowProblemKind, type Said, said } from '@tessera/core';
import type { Dialect } from './dialect.js';

/**
 * Reads single cells. Each reader takes a cell that is trimmed and not empty and answers the text that PostgreSQL is to
 * cast: the same text wherever it can, a Repair where the cell had to be rewritten, or a Problem. A cast of an answered
 * text cannot fail.
 */
export type CellReader = (cell: string, dialect: Dialect) => string | Repair | Problem;

/** A cell that was understood, but not as it stands. */
export class Repair {
  constructor(
    readonly text: string,
    /** What kind of repair it was, for the report. */
    readonly kind: string,
    /** The currencies that the sign or word beside an amount may mean, by their codes; left out where it has none. */
    readonly currencies?: readonly string[],
  ) {}
}

/** Why a cell or a row cannot be used. */
export type RowReason = Said<RowProblemKind>;

export class Problem {
  constructor(
    readonly reason: RowReason,
    /** Nobody wrote such a cell: the row is damaged, also where the field may be left empty. */
    readonly spoilsRow = false,
  ) {}
}

export const problem = <Kind extends RowProblemKind>(kind: Kind, values: ReasonValues[Kind]) =>
  new Problem(said(kind, values) as RowReason);

const NUL = String.fromCharCode(0);
/** PostgreSQL holds no NUL, and would hold one and the same sign for every half of a surrogate pair. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** Why the database cannot hold a text as it is; null where it can. */
export function whyUnstorable(text: string): RowReason | null {
  if (!UNSTORABLE.test(text)) return null;
  return text.includes(NUL) ? said('holds-nul', {}) : said('half-sign', {});
}

/** The text with U+FFFD for what the database cannot hold, so that no reader takes it for another text later. */
export const storable = (text: string) =>
  UNSTORABLE.test(text) ? text.replace(/[\0\p{Surrogate}]/gu, '\uFFFD') : text;

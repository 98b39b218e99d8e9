import { said } from '@tessera/core';
import { type CellReader, Problem, problem, Repair, whyUnstorable } from './cell.js';

const LONGEST_ID = 200;
const LONGEST_TEXT = 10_000;
/** 64 before the @, 255 behind it (RFC 5321, 4.5.3.1). It may become the id of a guest, and an index holds it. */
const LONGEST_EMAIL = 320;

/** In JSON of our own writing such characters are escaped; an even number of backslashes before is text. */
const UNSTORABLE_JSON = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/** What a decoder writes for bytes that it cannot read. */
const isBroken = (cell: string) => cell.includes('\uFFFD');

/**
 * A number in powers of ten as spreadsheets show long ids: 4.687E+11, 4,687E+11, 5E+12. They always write a plus; without
 * one only a number with decimals is taken for that, as 5E12 may be an id.
 */
const SCIENTIFIC_ID = /^[+-]?\d(?:[.,٫]\d+E\+?|E\+)\d+$/i;

export const readId: CellReader = (cell) => {
  if (cell.length > LONGEST_ID) return problem('id-too-long', { most: LONGEST_ID });
  const unstorable = whyUnstorable(cell);
  if (unstorable !== null) return new Problem(unstorable, true);
  if (isBroken(cell)) return problem('wrong-encoding', {});
  return SCIENTIFIC_ID.test(cell) ? problem('rounded-id', {}) : cell;
};

/** The id of a customer: as every id, but words and numbers that mean nobody are none (`isMissingWord`). */
export const readCustomerId: CellReader = (cell, dialect) => readId(cell, dialect);

export const readText: CellReader = (cell) => {
  if (cell.length > LONGEST_TEXT) return problem('text-too-long', { most: LONGEST_TEXT });
  const unstorable = whyUnstorable(cell);
  if (unstorable !== null) return new Problem(unstorable, true);
  if (isBroken(cell)) return problem('wrong-encoding', {});
  return cell;
};

/** An address has no blanks; `mailto:` and angle brackets come from mail programs. */
export const readEmail: CellReader = (cell, dialect) => {
  if (cell.length > LONGEST_EMAIL) return problem('text-too-long', { most: LONGEST_EMAIL });
  const address = cell.replace(/^mailto:|^<(?=.*>$)|(?<=^<.*)>$|[\s\u200b\u2060\ufeff]+/gi, '');
  if (address === cell) return readText(cell, dialect);
  const read = readText(address, dialect);
  return typeof read === 'string' ? new Repair(read, 'blanks in an e-mail address') : read;
};

/** JSON that our own reader made. */
export const readJson: CellReader = (cell) =>
  UNSTORABLE_JSON.test(cell) ? new Problem(said('nul-or-half-sign', {}), true) : cell;

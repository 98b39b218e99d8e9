import { type CellReader, problem } from './cell.js';
import { stationOf } from './status-words.js';

const ON_SALE = new Set(['true', 't', 'yes', 'y', '1', 'active', 'publish', 'published']);
const OFF_SALE = new Set(['false', 'f', 'no', 'n', '0', 'inactive', 'archived', 'draft', 'discontinued']);

/** Whether a product is sold, in the words of the platforms. */
export const readOnSale: CellReader = (cell) => {
  const word = cell.toLowerCase();
  if (ON_SALE.has(word)) return 'true';
  return OFF_SALE.has(word) ? 'false' : problem('not-on-sale', {});
};

const YES = new Set(['true', 't', 'yes', 'y', '1', 'ja', 'sí', 'si', 'oui', 'はい', 'نعم']);
const NO = new Set(['false', 'f', 'no', 'n', '0', 'nein', 'non', 'いいえ', 'لا']);

/** Yes or no, in the languages that exports come in. */
export const readFlag: CellReader = (cell) => {
  const word = cell.toLowerCase();
  if (YES.has(word)) return 'true';
  return NO.has(word) ? 'false' : problem('not-yes-or-no', {});
};

export const readStatus: CellReader = (cell, { statuses }) =>
  // A mapping file says nothing of words such as `constructor`, which every object knows.
  (Object.hasOwn(statuses, cell.toLowerCase()) ? statuses[cell.toLowerCase()] : stationOf(cell)) ??
  problem('unknown-status', {});

/** A currency by its three letters, in any case; symbols are shared by many currencies and tell none. */
export const readCurrency: CellReader = (cell) =>
  /^[A-Za-z]{3}$/.test(cell) ? cell.toUpperCase() : problem('not-a-currency', {});

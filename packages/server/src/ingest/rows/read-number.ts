import { type CellReader, Problem, problem, Repair } from './cell.js';
import { readDecimal } from './read-amount.js';

const LARGEST_INTEGER = 2_147_483_647;
const YOUNGEST = 0;
const OLDEST = 130;
const INTEGER = /^[+-]?\d{1,10}(\.0+)?$/;

export const readInteger: CellReader = (cell, dialect) => {
  const isPlain = INTEGER.test(cell) && !(cell.includes('.') && isThousand(cell, dialect));
  if (isPlain) {
    if (Math.abs(Number(cell)) > LARGEST_INTEGER) return problem('too-large', {});
    return String(Number(cell));
  }
  const amount = readDecimal(cell, dialect);
  if (!(amount instanceof Repair) || !INTEGER.test(amount.text)) {
    return amount instanceof Problem && amount.reason.kind === 'decimal-or-thousands'
      ? amount
      : problem('not-whole', {});
  }
  if (Math.abs(Number(amount.text)) > LARGEST_INTEGER) return problem('too-large', {});
  return new Repair(String(Number(amount.text)), amount.kind);
};

/** 1.000 where points part thousands, or may. */
const isThousand: (cell: string, dialect: Parameters<CellReader>[1]) => boolean = (cell, dialect) =>
  (dialect.decimalComma || dialect.decimalOpen === true) && /^[+-]?[1-9]\d{0,2}\.000$/.test(cell);

export const readAge: CellReader = (cell, dialect) => {
  const age = readInteger(cell, dialect);
  if (typeof age !== 'string') return problem('not-whole', {});
  const isAge = Number(age) >= YOUNGEST && Number(age) <= OLDEST;
  return isAge ? age : problem('not-an-age', { least: YOUNGEST, most: OLDEST });
};

/** How much of a good: pieces, or a weight, a length, hours. */
export const readQuantity: CellReader = (cell, dialect) => {
  const quantity = readDecimal(cell, dialect);
  if (quantity instanceof Problem) return quantity;
  const text = quantity instanceof Repair ? quantity.text : quantity;
  return Math.abs(Number(text)) > LARGEST_INTEGER ? problem('too-large', {}) : quantity;
};

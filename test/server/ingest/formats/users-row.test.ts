import { parseUsersRow } from '@tessera/server/ingest/formats/users-key-value.js';
import { Problem } from '@tessera/server/ingest/rows/clean.js';
import { describe, expect, it } from 'vitest';
import { english } from '../../../support/words.js';

const cells = (line: string) => {
  const parsed = parseUsersRow(line);
  return parsed instanceof Problem ? english(parsed.reason) : { ...parsed };
};

describe('a user row of the noisy raw form', () => {
  it('keeps every value of the key "" that repeats', () => {
    expect(cells('{"id":1, "":"/firstname/Vanessa", "":"/lastname/Wagner", "":"/age/51"}')).toEqual({
      id: '1',
      firstname: 'Vanessa',
      lastname: 'Wagner',
      age: '51',
    });
  });

  it('keeps slashes inside of a value', () => {
    expect(cells('{"id":1, "":"/street_address/12/a Main/Side"}')).toEqual({
      id: '1',
      street_address: '12/a Main/Side',
    });
    expect(cells('{"id":1, "":"/note//"}')).toEqual({ id: '1', note: '/' });
  });

  it('keeps an empty value', () => {
    expect(cells('{"id":1, "":"/state/"}')).toEqual({ id: '1', state: '' });
  });

  it('reads the escapes of JSON', () => {
    expect(cells('{"id":1, "":"/firstname/Zo\\u00eb \\"Z\\" O\\/N", "":"/note/a\\\\b\\nc"}')).toEqual({
      id: '1',
      firstname: 'Zoë "Z" O/N',
      note: 'a\\b\nc',
    });
  });

  it('keeps a value with an escape that JSON does not know as it stands', () => {
    expect(cells('{"id":1, "":"/note/50\\% off"}')).toEqual({ id: '1', note: '50\\% off' });
  });

  it('ignores blanks around keys, colons and the row, and keeps those of values', () => {
    expect(cells('  { " id " : 7 , "" : "/ firstname / Ann "}  ')).toEqual({ id: '7', firstname: ' Ann ' });
  });

  it('takes ids with and without quotation marks, and plain JSON keys', () => {
    expect(cells('{"id":"u-7","email":"a@example.com"}')).toEqual({ id: 'u-7', email: 'a@example.com' });
    expect(cells('{"id":null,"x":true}')).toEqual({ id: 'null', x: 'true' });
  });

  it('keeps commas and braces inside of a value', () => {
    expect(cells('{"id":1, "":"/city/Paris, {Texas}"}')).toEqual({ id: '1', city: 'Paris, {Texas}' });
  });

  it('takes the last of a key that repeats with a name', () => {
    expect(cells('{"id":1, "":"/city/A", "":"/city/B"}')).toEqual({ id: '1', city: 'B' });
  });

  it('is no prototype: a key may be called __proto__ or constructor', () => {
    const parsed = parseUsersRow('{"id":1, "":"/constructor/x", "":"/__proto__/y"}');
    expect(Object.keys(parsed)).toEqual(['id', 'constructor', '__proto__']);
  });

  it('that is empty has no cells', () => {
    expect(cells('{}')).toEqual({});
  });

  it.each([
    ['id,first_name', 'does not start with { as a user row does'],
    ['', 'does not start with { as a user row does'],
    ['{"id":1, "":"/firstname/Van', 'is cut off: the closing } is missing'],
    ['{"id":1, "":"/firstname/Vanessa"', 'is cut off: the closing } is missing'],
    ['{"id":1, "":"firstname=Vanessa"}', 'holds "firstname=Vanessa", which is not /key/value'],
    ['{"id":1, "":"/Vanessa"}', 'holds "/Vanessa", which is not /key/value'],
    ['{"id":1, "":"//Vanessa"}', 'holds "//Vanessa", which is not /key/value'],
  ])('%s is refused', (line, reason) => expect(cells(line)).toBe(reason));

  it('is read in a time that grows with its length only', () => {
    const startedAt = performance.now();
    parseUsersRow(`{${'"'.repeat(100_000)}}`);
    parseUsersRow(`{"id":1, "":"/a/${'\\'.repeat(100_000)}"}`);
    parseUsersRow(`{${'"":'.repeat(50_000)}}`);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});

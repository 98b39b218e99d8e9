import { CsvRecords } from '@tessera/server/ingest/rows/csv-records.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { english } from '../../../support/words.js';

interface Read {
  records: [number, string[]][];
  bad: [number, string, string][];
}

function read(text: string, { delimiter = ',', chunk = text.length || 1, lineEnd = '\n' as '\n' | '\r' } = {}): Read {
  const result: Read = { records: [], bad: [] };
  const records = new CsvRecords(delimiter, lineEnd, {
    record: (cells, line) => result.records.push([line, cells]),
    bad: (line, raw, reason) => result.bad.push([line, raw, english(reason)]),
  });
  for (let at = 0; at < text.length; at += chunk) records.push(text.slice(at, at + chunk));
  records.end();
  return result;
}

const UNCLOSED = 'holds a quote that is never closed';

describe('CSV records', () => {
  it('are cells between delimiters, with the line where each starts', () => {
    expect(read('a,b\n1,x\n2,y').records).toEqual([
      [1, ['a', 'b']],
      [2, ['1', 'x']],
      [3, ['2', 'y']],
    ]);
  });

  it('end with LF, CRLF or a lone CR', () => {
    for (const [text, lineEnd] of [
      ['a,b\n1,x\n', '\n'],
      ['a,b\r\n1,x\r\n', '\n'],
      ['a,b\r1,x\r', '\r'],
    ] as const) {
      expect(read(text, { lineEnd }).records).toEqual([
        [1, ['a', 'b']],
        [2, ['1', 'x']],
      ]);
    }
  });

  it('skip empty lines and still count them', () => {
    expect(read('a\n\n\r\nb\n').records).toEqual([
      [1, ['a']],
      [4, ['b']],
    ]);
  });

  it('keep empty cells', () => {
    expect(read(',,\n"",x,""\n').records).toEqual([
      [1, ['', '', '']],
      [2, ['', 'x', '']],
    ]);
  });

  it('hold delimiters, doubled quotes and line ends inside of quoted cells', () => {
    expect(read('1,"a,b","say ""hi""","two\r\nlines"\n2,x,y,z\n')).toEqual({
      records: [
        [1, ['1', 'a,b', 'say "hi"', 'two\nlines']],
        [3, ['2', 'x', 'y', 'z']],
      ],
      bad: [],
    });
  });

  it('take quotes inside of a cell for text', () => {
    expect(read('5" pipe,"He said "hi" to me",x\n').records).toEqual([[1, ['5" pipe', 'He said "hi" to me', 'x']]]);
  });

  it('lose one line only to a quote that is never closed', () => {
    expect(read('1,a\n2,"open\n3,c\n4,"fine"\n5,"and, fine"\n6,"open too\n7,e')).toEqual({
      records: [
        [1, ['1', 'a']],
        [3, ['3', 'c']],
        [4, ['4', 'fine']],
        [5, ['5', 'and, fine']],
        [7, ['7', 'e']],
      ],
      bad: [
        [2, '2,"open', UNCLOSED],
        [6, '6,"open too', UNCLOSED],
      ],
    });
  });

  it('lose one line only when nothing after it holds a quote, however long the file', () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `${i},row`);
    lines[10] = '10,"open';
    const { records, bad } = read(lines.join('\n'));
    expect(bad).toEqual([[11, '10,"open', UNCLOSED]]);
    expect(records.map(([, [id]]) => Number(id))).toEqual(lines.map((_, i) => i).filter((i) => i !== 10));
  });

  it('lose a line that is longer than a million characters, and no other', () => {
    const { records, bad } = read(`1,a\n2,${'x'.repeat(3_000_000)}\n3,c\n`, { chunk: 250_000 });
    expect(records).toEqual([
      [1, ['1', 'a']],
      [3, ['3', 'c']],
    ]);
    expect(bad.map(([line, , reason]) => [line, reason])).toEqual([[2, 'is longer than 1000000 characters']]);
  });

  it('of a delimiter that no text holds are whole lines without their CSV quoting', () => {
    const { records } = read('USERS\n"{""id"":1, """":""/a/b""}"\n{"id":2, "":"/a/b"}\n', { delimiter: '\u0001' });
    expect(records.map(([, cells]) => cells)).toEqual([['USERS'], ['{"id":1, "":"/a/b"}'], ['{"id":2, "":"/a/b"}']]);
  });

  it('do not depend on where the chunks are cut', () => {
    const piece = fc.constantFrom('a', '"', '""', ',', '\n', '\r\n', '","', ' ');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 1, max: 7 }), (pieces, chunk) => {
        const text = pieces.join('');
        expect(read(text, { chunk })).toEqual(read(text));
      }),
      { numRuns: 500 },
    );
  });

  it('lose no character that is not a quote, a delimiter or a line end', () => {
    const piece = fc.constantFrom('a', 'b', '"', ',', '\n', '","', '"\n');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('');
        const { records, bad } = read(text);
        const letters = (some: string) => some.replace(/[^ab]/g, '');
        const found = [
          ...records.map(([line, cells]) => [line, cells.join('')] as const),
          ...bad.map(([line, raw]) => [line, raw] as const),
        ];
        found.sort(([one], [other]) => one - other);
        expect(found.map(([, some]) => letters(some)).join('')).toBe(letters(text));
      }),
      { numRuns: 500 },
    );
  });

  it('that were written as CSV are read as they were', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', 'é', '😀'), maxLength: 8 });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 10 });
    fc.assert(
      fc.property(table, fc.constantFrom(',', ';', '\t'), (rows, delimiter) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = rows.map((row) => `${row.map(quoted).join(delimiter)}\r\n`).join('');
        // On its later lines a cell may look like another row that opens a quote; what is quoted right never does.
        const { records, bad } = read(text, { delimiter });
        expect(bad).toEqual([]);
        expect(records.map(([, cells]) => cells)).toEqual(rows);
      }),
    );
  });
});

import type { InputFormat } from '../format.js';
import { problem } from '../rows/clean.js';

/** Id in the master, id in the sample, day, pieces, amount; parted by any number of blanks. */
const ROW = /^\s*(\d+)\s+(\d+)\s+(\d{8})\s+(\d+)\s+(\d+\.\d{2})\s*$/;

/** The CDNOW sample as it is handed out: no header, cells parted by blanks of varying width. */
export const cdnowText: InputFormat = {
  key: 'cdnow-text',
  title: 'the CDNOW sample as text',
  entity: 'sales',
  reading: {
    kind: 'lines',
    isHeader: () => false,
    parse(line) {
      const [, , customer_id, placed_at, quantity, amount] = ROW.exec(line) ?? [];
      return amount === undefined ? problem('not-five-numbers', {}) : { customer_id, placed_at, quantity, amount };
    },
  },
  recognises: ({ text }) => ROW.test(text.split(/\r?\n/, 1)[0] ?? ''),
};

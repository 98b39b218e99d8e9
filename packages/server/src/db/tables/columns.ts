import { sql } from 'drizzle-orm';
import { bigint, customType, timestamp } from 'drizzle-orm/pg-core';

/** An id of the shop's: text in byte order, whatever the server's locale. */
export const shopId = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });

export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 6 });

export const counter = (name: string) => bigint(name, { mode: 'number' });

/** `numeric` takes NaN and the infinities; money must not. NaN is larger than everything to PostgreSQL. */
export const finite = (column: string) =>
  sql.raw(`${column} > '-Infinity'::numeric AND ${column} < 'Infinity'::numeric`);

import type { Sql } from '../../database.js';

/** Tells the time. */
export type Clock = () => Promise<Date>;

/** The database's clock: one for all servers of a shop, however theirs differ. */
export const databaseClock =
  (sql: Sql): Clock =>
  async () => {
    const [row] = await sql<{ now: Date }[]>`select clock_timestamp() as now`;
    return row!.now;
  };

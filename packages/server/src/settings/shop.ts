import type { Config } from '../config.js';
import type { Sql } from '../db/database.js';
import { UserError } from '../errors.js';

export interface Shop {
  readonly name: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly kind: 'own' | 'demo';
  readonly currentRunId: number | null;
}

const DEFAULTS = { name: 'My shop', currency: 'USD', timeZone: 'UTC' };

export async function readShop(sql: Sql): Promise<Shop | null> {
  const [row] = await sql<Shop[]>`
    select name, currency, time_zone as "timeZone", kind, current_run_id::float8 as "currentRunId" from shop`;
  return row ?? null;
}

/**
 * The shop's settings: made at first use from what is given, else from defaults. Later a given name replaces the stored
 * one; the time zone and the currency are part of what was imported and stay.
 * @throws UserError when another zone or currency is given for a shop that has data
 */
export async function ensureShop(
  sql: Sql,
  given: Pick<Config, 'timeZone' | 'currency' | 'shopName'>,
  kind: 'own' | 'demo' = 'own',
): Promise<Shop> {
  const name = given.shopName ?? (kind === 'demo' ? 'Demo shop' : DEFAULTS.name);
  await sql`
    insert into shop (name, currency, time_zone, kind)
    values (${name}, ${given.currency ?? DEFAULTS.currency}, ${given.timeZone ?? DEFAULTS.timeZone}, ${kind})
    on conflict do nothing`;
  const shop = await readShop(sql);
  if (shop === null) throw new Error('the shop row is missing after it was written');
  const [data] = await sql<{ exists: boolean }[]>`select exists (select from orders) as exists`;
  for (const [setting, stored, wanted, variable] of [
    ['time zone', shop.timeZone, given.timeZone, 'TESSERA_TIME_ZONE'],
    ['currency', shop.currency, given.currency, 'TESSERA_CURRENCY'],
  ] as const) {
    if (wanted === undefined || wanted === stored) continue;
    if (data?.exists === true) {
      throw new UserError(
        `the ${setting} of this shop is ${stored} and its data was read so: leave ${variable} away, or import into a new data folder for ${wanted}`,
      );
    }
  }
  await sql`
    update shop set name = ${given.shopName ?? shop.name}, currency = ${given.currency ?? shop.currency},
                    time_zone = ${given.timeZone ?? shop.timeZone}`;
  return (await readShop(sql)) ?? shop;
}

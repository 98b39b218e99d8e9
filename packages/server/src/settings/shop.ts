import type { Config } from '../config.js';
import type { Sql } from '../db/database.js';
import { createShop, hasOrders, readShop, type Shop, updateShop } from '../db/queries/shop/settings.js';
import { UserError } from '../errors.js';

const DEFAULTS = { name: 'My shop', currency: 'USD', timeZone: 'UTC' };

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
  const { currency = DEFAULTS.currency, timeZone = DEFAULTS.timeZone } = given;
  await createShop(sql, { name, currency, timeZone, kind });
  const shop = await readShop(sql);
  if (shop === null) throw new Error('the shop row is missing after it was written');
  const isRead = await hasOrders(sql);
  for (const [setting, stored, wanted, variable] of [
    ['time zone', shop.timeZone, given.timeZone, 'TESSERA_TIME_ZONE'],
    ['currency', shop.currency, given.currency, 'TESSERA_CURRENCY'],
  ] as const) {
    if (wanted === undefined || wanted === stored) continue;
    if (isRead) {
      throw new UserError(
        `the ${setting} of this shop is ${stored} and its data was read so: leave ${variable} away, or import into a new data folder for ${wanted}`,
      );
    }
  }
  await updateShop(sql, {
    name: given.shopName ?? shop.name,
    currency: given.currency ?? shop.currency,
    timeZone: given.timeZone ?? shop.timeZone,
  });
  return (await readShop(sql)) ?? shop;
}

import { type ClvOptions, LIFETIME_PERIOD_DAYS } from '@tessera/core';
import type { Config } from '../config.js';
import type { Sql } from '../db/database.js';
import { readSegmentationSettings, segmentationOptions } from '../settings/segmentation.js';
import { ensureShop } from '../settings/shop.js';
import type { RunOptions } from './run.js';

/** What the shop sets of the lifetime value. */
const clvOptions = ({ lifetimeDays, discountRate }: Config): Partial<ClvOptions> => ({
  ...(lifetimeDays === undefined ? {} : { lifetimePeriods: lifetimeDays / LIFETIME_PERIOD_DAYS }),
  ...(discountRate === undefined ? {} : { yearlyDiscountRate: discountRate }),
});

/** How this shop is scored: by its zone, its settings and what it keeps out of models. @throws UserError for settings that cannot be used */
export async function shopRunOptions(sql: Sql, config: Config): Promise<RunOptions> {
  const shop = await ensureShop(sql, config);
  const settings = await readSegmentationSettings(config);
  return {
    timeZone: shop.timeZone,
    demographics: config.demographics,
    modelOptions: { ...segmentationOptions(settings), clv: clvOptions(config) },
    settingsFingerprint: settings.fingerprint,
  };
}

import { PluginCommonModule, VendurePlugin } from '@vendure/core';
import { adminApiSchema, TesseraResolver } from './admin-api';
import { TesseraFeed } from './feed';
import { TESSERA_OPTIONS, type TesseraPluginOptions } from './options';

export type { TesseraPluginOptions };

/** The card of a customer in the dashboard, and orders and customers on their way to Tessera. */
@VendurePlugin({
  imports: [PluginCommonModule],
  providers: [{ provide: TESSERA_OPTIONS, useFactory: () => TesseraPlugin.options }, TesseraFeed],
  adminApiExtensions: { schema: adminApiSchema, resolvers: [TesseraResolver] },
  dashboard: './dashboard/index.tsx',
  compatibility: '^3.7.0',
})
// biome-ignore lint/complexity/noStaticOnlyClass: Vendure takes a class, and reads its decorator
export class TesseraPlugin {
  static options: TesseraPluginOptions;

  /** @throws Error when an option cannot be used: better now than at the first customer */
  static init(options: TesseraPluginOptions) {
    const { endpoint, agentKey, ingestKey, tokenMinutes = 1 } = options;
    if (!URL.canParse(endpoint)) throw new Error(`TesseraPlugin: endpoint must be an address, got "${endpoint}"`);
    if (!agentKey?.id || !agentKey.secret) throw new Error('TesseraPlugin: agentKey must have an id and a secret');
    if (ingestKey !== undefined && !ingestKey.startsWith('rk_')) {
      throw new Error('TesseraPlugin: ingestKey must be a restricted key (rk_…): any other may do too much or nothing');
    }
    if (!(tokenMinutes >= 1 && tokenMinutes <= 480)) {
      throw new Error(`TesseraPlugin: tokenMinutes must be 1 to 480, got ${tokenMinutes}`);
    }
    TesseraPlugin.options = options;
    return TesseraPlugin;
  }
}

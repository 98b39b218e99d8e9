import path from 'node:path';
import { DefaultJobQueuePlugin, dummyPaymentHandler, LanguageCode, type VendureConfig } from '@vendure/core';
import { DashboardPlugin } from '@vendure/dashboard/plugin';
import { TesseraPlugin, type TesseraPluginOptions } from './plugins/tessera/tessera.plugin';

const { SHOP_DATABASE = '', TESSERA = '{}' } = process.env;
const database = new URL(SHOP_DATABASE || 'postgres://nobody@localhost/none');

/** Also read by the build of the dashboard, which needs neither a database nor a Tessera. */
const tessera: TesseraPluginOptions = {
  endpoint: 'https://tessera.example/graphql',
  agentKey: { id: 'key', secret: 'secret' },
  // The demo customers of Tessera have plain numbers too.
  customerId: ({ id }) => `shop-${id}`,
  ...JSON.parse(TESSERA),
};

export const config: VendureConfig = {
  apiOptions: { port: 0, hostname: '127.0.0.1', adminApiPath: 'admin-api', shopApiPath: 'shop-api' },
  defaultLanguageCode: LanguageCode.en,
  authOptions: {
    tokenMethod: ['bearer', 'cookie'],
    superadminCredentials: { identifier: 'superadmin', password: 'superadmin' },
    cookieOptions: { secret: 'of a test' },
    requireVerification: false,
  },
  dbConnectionOptions: {
    type: 'postgres',
    host: database.searchParams.get('host') ?? database.hostname,
    port: Number(database.port || 5432),
    username: decodeURIComponent(database.username),
    password: decodeURIComponent(database.password),
    database: database.pathname.slice(1),
    synchronize: true,
    logging: false,
  },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  plugins: [
    DefaultJobQueuePlugin.init({ pollInterval: 100, backoffStrategy: () => 200 }),
    DashboardPlugin.init({ route: 'dashboard', appDir: path.join(process.cwd(), 'built-dashboard') }),
    TesseraPlugin.init(tessera),
  ],
};

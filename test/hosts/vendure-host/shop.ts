import type { AddressInfo } from 'node:net';
import { bootstrap, JobQueueService, LanguageCode } from '@vendure/core';
import { populateInitialData } from '@vendure/core/cli';
import { config } from './vendure-config';

/** The shop's server and its worker in one process, with a country to ship to and a way to pay. */
async function start() {
  const app = await bootstrap(config);
  await populateInitialData(app, {
    defaultLanguage: LanguageCode.en,
    defaultZone: 'Europe',
    countries: [{ code: 'AT', name: 'Austria', zone: 'Europe' }],
    taxRates: [{ name: 'Standard', percentage: 20 }],
    shippingMethods: [{ name: 'Post', price: 500 }],
    paymentMethods: [
      {
        name: 'Dummy',
        handler: { code: 'dummy-payment-handler', arguments: [{ name: 'automaticSettle', value: 'true' }] },
      },
    ],
    collections: [],
  });
  await app.get(JobQueueService).start();
  process.on('disconnect', () => process.exit());
  process.send!({ port: (app.getHttpServer().address() as AddressInfo).port });
}

start().catch((error) => {
  console.error(error);
  process.exit(1);
});

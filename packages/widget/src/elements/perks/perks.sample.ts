import type { ElementSample } from '../../element-sample.js';

export const PERKS = ['Early access to new products', 'Points on every order', 'A gift for you and a friend you bring'];

const customer = (externalId: string) => ({ externalId, shopper: { perks: PERKS } });

export const sample: ElementSample = {
  about: 'What the shop does for this customer, in the words that are meant for the shopper.',
  looks: [
    { title: 'For the shopper', attributes: { audience: 'shopper' } },
    { title: 'For the shopper, inline', attributes: { audience: 'shopper', size: 'inline' } },
  ],
  agent: customer,
  shopper: customer,
  nothing: { shopper: { perks: [] } },
};

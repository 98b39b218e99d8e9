import { SAMPLES } from '@tessera/widget/demo/samples.generated.js';
import { cardCustomer } from '@tessera/widget/elements/customer-card/customer-card.sample.js';
import { SHOPPER_PRODUCTS } from '@tessera/widget/elements/recommendations/recommendations.sample.js';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { accessibilityViolations } from '../../support/browser.js';
import {
  type Answer,
  answerWithCustomers,
  answerWithError,
  answerWithNothing,
  askedOf,
  element,
  inTurn,
  TOKEN,
} from '../page.js';
import { usePages } from '../pages.js';

const pages = usePages();
const { open } = pages;

const reaches = (page: Page, tag: string, state: string) =>
  page.locator(`tessera-${tag}[state=${state}]`).first().waitFor({ state: 'attached' });

const STATES: Record<string, Answer> = {
  loading: () => undefined,
  ready: answerWithCustomers(),
  empty: answerWithNothing,
  error: answerWithError(503, 'SERVICE_UNAVAILABLE'),
  offline: (_request, route) => route.abort('connectionrefused'),
  denied: answerWithError(403, 'FORBIDDEN'),
};
/** Every element but the badge, which has a test of its own. */
const PANELS = SAMPLES.map(({ name }) => name).filter((name) => name !== 'segment-badge');
const PANELS_OF_SHOPPERS = SAMPLES.filter(({ name, sample }) => PANELS.includes(name) && sample.shopper).map(
  ({ name }) => name,
);
/** A shopper's recommendations. */
const answerWithProducts = (recommendations: typeof SHOPPER_PRODUCTS) =>
  answerWithCustomers({ recommendations: () => ({ shopper: { recommendations } }) });
const SENTENCES: Record<string, string> = {
  error: 'Not loaded',
  offline: 'No connection',
  denied: 'No access',
};

describe('accessibility', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [state, answer] of Object.entries(STATES)) {
      it(`no element has a violation in the ${state} state in ${colorScheme}`, async () => {
        const { page } = await open(PANELS.map((tag) => element(tag, '1')).join(''), { answer, colorScheme });
        for (const tag of PANELS) await reaches(page, tag, state);
        expect(await accessibilityViolations(page)).toEqual([]);
      });
    }

    it(`no size and no shopper's view has a violation in ${colorScheme}`, async () => {
      const body = ['compact', 'inline']
        .flatMap((size) => PANELS.map((tag) => element(tag, '1', `size="${size}"`)))
        .concat(PANELS_OF_SHOPPERS.map((tag) => element(tag, '1', 'audience="shopper"')));
      // Without boxes of their own some stand on the page's ground.
      const head = '<link rel="stylesheet" href="/ground.css">';
      const { page } = await open(body.join(''), { colorScheme, head });
      await page
        .locator('[state=ready]')
        .nth(body.length - 1)
        .waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
    });
  }

  it('at 200 % on a phone nothing is wider than the window', async () => {
    const { page } = await open(PANELS.map((tag) => element(tag, '1')).join(''), {
      viewport: { width: 195, height: 400 },
      deviceScaleFactor: 2,
    });
    for (const tag of PANELS) await reaches(page, tag, 'ready');
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  });

  it('every button is at least 24 pixels high or covers its whole item', async () => {
    const { page } = await open(PANELS.map((tag) => element(tag, '1')).join(''));
    for (const tag of PANELS) await reaches(page, tag, 'ready');
    for (const button of await page.getByRole('button').all()) {
      const height = await button.evaluate((node) =>
        Math.max(node.getBoundingClientRect().height, Number.parseFloat(getComputedStyle(node, '::after').height) || 0),
      );
      expect(height).toBeGreaterThanOrEqual(24);
    }
  });

  it('forced colours keep every box bordered, in a colour that is seen', async () => {
    const { page } = await open(PANELS.map((tag) => element(tag, '1')).join(''), { forcedColors: 'active' });
    for (const tag of PANELS) await reaches(page, tag, 'ready');
    const boxes = await page.locator('[part=panel], [part=picture], .avatar, .chip').all();
    expect(boxes.length).toBeGreaterThan(10);
    for (const box of boxes) {
      const [style, color] = await box.evaluate((node) => {
        const { borderTopStyle, borderTopColor } = getComputedStyle(node);
        return [borderTopStyle, borderTopColor];
      });
      expect(style).toBe('solid');
      expect(color).not.toMatch(/^rgba.*, 0\)$/);
    }
  });
});

describe('states', () => {
  for (const tag of PANELS) {
    for (const [state, sentence] of Object.entries(SENTENCES)) {
      it(`${tag} says "${sentence}" when it is in the ${state} state`, async () => {
        const { page } = await open(element(tag, '1'), { answer: STATES[state] });
        await page.getByText(sentence).waitFor();
        expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(state === 'denied' ? 0 : 1);
      });
    }

    it(`${tag} asks again when the button is pressed`, async () => {
      const { page, requests } = await open(element(tag, '1'), {
        answer: inTurn(answerWithError(503, 'SERVICE_UNAVAILABLE'), answerWithCustomers()),
      });
      await page.getByRole('button', { name: 'Try again' }).press('Enter');
      await reaches(page, tag, 'ready');
      expect(requests).toHaveLength(2);
      // The button is gone, but the reader's place is not.
      expect(await page.evaluate(() => document.activeElement?.localName)).toBe(`tessera-${tag}`);
    });

    it(`${tag} shows the page's own text in its slots`, async () => {
      const body = element(tag, '1').replace('></', '><b slot="heading">Ours</b><i slot="empty">Nothing of ours</i></');
      const { page } = await open(body, { answer: STATES.empty });
      await page.getByText('Nothing of ours').waitFor();
      expect(await page.getByText('Ours', { exact: true }).isVisible()).toBe(true);
    });
  }

  it('the last good answer stays and is marked when a refresh fails', async () => {
    const { page } = await open(element('customer-card', '1'), {
      answer: inTurn(answerWithCustomers(), answerWithError(503, 'SERVICE_UNAVAILABLE')),
    });
    await reaches(page, 'customer-card', 'ready');
    await page.locator('tessera-customer-card').evaluate((card) => (card as unknown as { refresh(): void }).refresh());
    await page.getByText('outdated').waitFor();
    expect(await page.getByText('Ada Weber').isVisible()).toBe(true);
  });

  it('what is outdated can be asked for again', async () => {
    const { page, requests } = await open(element('customer-card', '1'), {
      answer: inTurn(answerWithCustomers(), answerWithError(503, 'SERVICE_UNAVAILABLE'), answerWithCustomers()),
    });
    await reaches(page, 'customer-card', 'ready');
    await page.locator('tessera-customer-card').evaluate((card) => (card as unknown as { refresh(): void }).refresh());
    await page.getByRole('button', { name: 'Try again' }).press('Enter');
    await page.getByText('outdated').waitFor({ state: 'detached' });
    expect(requests).toHaveLength(3);
  });

  it('a shopper who loses the connection goes on reading, and reads of no trouble', async () => {
    const { page } = await open(
      ['recommendations', 'perks'].map((tag) => element(tag, '1', 'audience="shopper"')).join(''),
    );
    for (const tag of ['recommendations', 'perks']) await reaches(page, tag, 'ready');
    const read = () => page.locator('[part=panel]').allInnerTexts();
    const before = await read();
    await page.context().setOffline(true);
    await page.waitForFunction(() => !navigator.onLine);
    // The elements hear of it in the same task, and draw in the next.
    await page.evaluate(() => new Promise(requestAnimationFrame));
    expect(await read()).toEqual(before);
    expect(before.join()).toMatch(/Canvas tote[\s\S]*Points on every order/);
  });
});

describe('recommendations', () => {
  it('each product has its name, price and reason', async () => {
    const { page } = await open(element('recommendations', '1', 'count="2"'));
    await reaches(page, 'recommendations', 'ready');
    const items = page.getByRole('listitem');
    expect(await items.count()).toBe(2);
    expect((await items.allInnerTexts())[0]).toMatch(
      /Canvas tote[\s\S]*€39\.00[\s\S]*Nordlicht · Bags[\s\S]*bought by 31 % of VIP who bought Leather wallet, lift 2\.4, n = 212/,
    );
  });

  it('a chosen product is an event that leaves the shadow root', async () => {
    const { page, events } = await open(element('recommendations', '1'));
    await page.getByRole('button', { name: 'Wool scarf' }).click();
    expect(await events()).toContainEqual({ type: 'tessera-select', customer: '1', product: 'p2' });
  });

  it('a picture of the page stands in the place of the letter', async () => {
    const body = element('recommendations', '1').replace('></', '><em slot="picture-p1">photo</em></');
    const { page } = await open(body);
    await page.getByText('photo').waitFor();
    expect(await page.getByText('photo').isVisible()).toBe(true);
  });

  it('the shopper sees a shelf, and nothing but the shopper document is asked', async () => {
    const { page, requests } = await open(
      `<tessera-provider endpoint="/graphql" token="${TOKEN}" customer="1" audience="shopper">
        <tessera-segment-badge></tessera-segment-badge><tessera-recommendations></tessera-recommendations>
        <tessera-perks></tessera-perks>
        <tessera-next-actions></tessera-next-actions><tessera-customer-card></tessera-customer-card>
      </tessera-provider>`,
    );
    await page.getByText('Recommended for you').waitFor();
    expect(requests.map(({ query, variables }) => [query.slice(0, 25), askedOf(variables)])).toEqual([
      ['query TesseraShopperPage(', { badges: ['1'], recommendations: ['1'], perks: ['1'], first: 5 }],
    ]);
    for (const tag of ['next-actions', 'customer-card']) {
      expect(await page.locator(`tessera-${tag}`).evaluate((host) => host.shadowRoot!.textContent)).toBe('');
    }
    expect(pages.server.streams).toEqual([]);
  });
});

describe('perks', () => {
  it('the shopper and the agent read the same list, each under a heading of his own', async () => {
    const { page, requests } = await open(element('perks', '1') + element('perks', '1', 'audience="shopper"'));
    await page.getByText('Your benefits').waitFor();
    await page.getByText('Benefits', { exact: true }).waitFor();
    const lists = await page.getByRole('list').all();
    expect(lists).toHaveLength(2);
    for (const list of lists) {
      expect(await list.getByRole('listitem').allInnerTexts()).toEqual([
        'Early access to new products',
        'Points on every order',
        'A gift for you and a friend you bring',
      ]);
    }
    expect(requests.map(({ variables }) => variables.perks)).toEqual([['1'], ['1']]);
  });

  it('who has none reads nothing as a shopper, and a sentence as an agent', async () => {
    const body = element('perks', '1') + element('perks', '1', 'audience="shopper"');
    const { page } = await open(body, { answer: answerWithCustomers({ perks: () => ({ shopper: { perks: [] } }) }) });
    await page.getByText('No benefits just now').waitFor();
    // Agent and shopper are answered by a request each.
    const shopper = page.locator('tessera-perks[audience=shopper]');
    await shopper.and(page.locator('[state=empty]')).waitFor({ state: 'attached' });
    expect(await shopper.evaluate((host) => host.shadowRoot!.textContent)).toBe('');
  });

  it('a perk is text, whatever stands in it', async () => {
    const perk = '<img src=x onerror=alert(1)><b>bold</b>';
    const { page } = await open(element('perks', '1'), {
      answer: answerWithCustomers({ perks: () => ({ shopper: { perks: [perk] } }) }),
    });
    await page.getByText(perk).waitFor();
    expect(await page.locator('tessera-perks img, tessera-perks b').count()).toBe(0);
  });
});

describe('next actions', () => {
  it('each action says why, what it is worth and how it is measured', async () => {
    const { page } = await open(element('next-actions', '1'));
    await reaches(page, 'next-actions', 'ready');
    expect((await page.getByRole('listitem').allInnerTexts()).at(-1)).toMatch(
      /Send a thank-you note[\s\S]*Ninth order this year[\s\S]*Expected €12\.40 · Incentive up to €5\.00 · Measured by repeat rate/,
    );
  });

  it('a started action is an event that leaves the shadow root', async () => {
    const { page, events } = await open(element('next-actions', '1'));
    await page.getByRole('button', { name: 'Start: Send a thank-you note' }).press('Enter');
    expect(await events()).toContainEqual({ type: 'tessera-action', customer: '1', action: 'thank-you' });
  });
});

describe('customer card', () => {
  it('who, value, segments, history, orders, actions and products are on it', async () => {
    const { page } = await open(element('customer-card', '1'));
    await reaches(page, 'customer-card', 'ready');
    const [text] = await page.locator('tessera-customer-card [part=panel]').allInnerTexts();
    for (const part of [
      'Ada Weber',
      'ada.weber@example.com · DE · Customer since Mar 14, 2022',
      '€1,284.55',
      '3 days ago',
      '€212.40',
      '90% between €48.20 and €391.70',
      'More than 97% of all buyers',
      'Loyal to VIP after a purchase',
      'A-0931 · Returned',
      'Offer early access',
      'Canvas tote',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('each segment stands beside its segmentation', async () => {
    const { page } = await open(element('customer-card', '1'));
    await reaches(page, 'customer-card', 'ready');
    const terms = await page.locator('tessera-customer-card [part=section] dt').allInnerTexts();
    const segments = await page.locator('tessera-customer-card [part=section] dd').allInnerTexts();
    expect(terms).toEqual(['RFM', 'Value', 'Behaviour']);
    expect(segments).toEqual(['VIP', 'Premium', 'High-Value Loyalists']);
  });

  it('the strongest reasons are shown, and the others at the press of a key', async () => {
    const { page } = await open(element('customer-card', '1'));
    const weak = page.getByText('channel: Search (x 1.03)');
    await page.getByText('9 orders so far (x 2.10)').waitFor();
    expect(await weak.isVisible()).toBe(false);
    await page.getByText('More reasons: 2').press('Enter');
    expect(await weak.isVisible()).toBe(true);
  });

  it('a reader without the right to names sees the id', async () => {
    const { page } = await open(element('customer-card', 'c-77'), {
      answer: answerWithCustomers({
        cards: (id) => ({ ...cardCustomer(id), firstName: null, lastName: null, email: null }),
      }),
    });
    await page.getByText('c-77', { exact: true }).waitFor();
  });

  it('a customer without a prediction or an order has dashes and not numbers', async () => {
    const { page } = await open(element('customer-card', '1'), {
      answer: answerWithCustomers({
        cards: (id) => {
          const card = cardCustomer(id);
          const clv = { ...card.clv, predicted90d: null, interval: null, percentile: null };
          return { ...card, clv, orders: { totalCount: 0, nodes: [] } };
        },
      }),
    });
    await page.getByText('No orders yet').waitFor();
    expect((await page.locator('tessera-customer-card').allInnerTexts())[0]).not.toMatch(/NaN|null|undefined/);
  });
});

describe('customer card of the best and the least', () => {
  for (const [percentile, sentence] of [
    [1, 'More than 99% of all buyers'],
    [0.9999, 'More than 99% of all buyers'],
    [0.577, 'More than 57% of all buyers'],
    [0.004, undefined],
  ] as const) {
    it(`a customer above ${percentile} of the buyers reads ${sentence ?? 'no such sentence'}`, async () => {
      const { page } = await open(element('customer-card', '1'), {
        answer: answerWithCustomers({
          cards: (id) => ({ ...cardCustomer(id), clv: { ...cardCustomer(id).clv, percentile } }),
        }),
      });
      await reaches(page, 'customer-card', 'ready');
      const [text] = await page.locator('tessera-customer-card [part=panel]').allInnerTexts();
      expect(/More than .*/.exec(text!)?.[0]).toBe(sentence);
    });
  }
});

describe('languages', () => {
  const HEADINGS: Record<string, string> = {
    de: 'Empfohlene Produkte',
    es: 'Productos recomendados',
    ja: 'おすすめ商品',
    ar: 'منتجات موصى بها',
  };
  for (const [language, heading] of Object.entries(HEADINGS)) {
    it(`a page in ${language} is spoken to in ${language}`, async () => {
      const { page } = await open(element('recommendations', '1'), { root: `lang="${language}"` });
      await page.getByText(heading).waitFor();
    });
  }

  for (const [language, reasons] of Object.entries({
    en: ['Often bought with Leather wallet', 'Popular right now', 'Time to buy it again', 'Goes with what you bought'],
    de: ['Wird oft zusammen mit Leather wallet gekauft', 'Gerade beliebt', 'Zeit für Nachschub', 'Passt zu dem, was'],
    es: ['Suele comprarse con Leather wallet', 'Popular ahora mismo', 'Es hora de volver', 'Combina con lo que'],
    ja: ['Leather wallet と一緒に', '今人気の商品です', 'そろそろ買い足す', '購入された商品と'],
    ar: ['يُشترى كثيرًا مع Leather wallet', 'رائج الآن', 'حان وقت شرائه', 'يناسب ما اشتريته'],
  })) {
    it(`a shopper reads every reason in ${language}`, async () => {
      const nameless = { ...SHOPPER_PRODUCTS[0]!, reason: 'Goes with what you bought', boughtWith: null };
      const { page } = await open(element('recommendations', '1', 'audience="shopper"'), {
        root: `lang="${language}"`,
        answer: answerWithProducts([...SHOPPER_PRODUCTS.slice(0, 3), nameless]),
      });
      for (const reason of reasons) await page.getByText(reason).waitFor();
    });
  }

  it('a reason of a kind that only a newer server knows is read as it came', async () => {
    const newer = { ...SHOPPER_PRODUCTS[0]!, reason: 'Picked by hand', kind: 'constructor' };
    const { page } = await open(element('recommendations', '1', 'audience="shopper"'), {
      answer: answerWithProducts([newer]),
    });
    await page.getByText('Picked by hand').waitFor();
  });

  it('a language is loaded when the page changes to it, and money follows', async () => {
    const { page } = await open(element('recommendations', '1'));
    await reaches(page, 'recommendations', 'ready');
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
    await page.evaluate(() => {
      document.documentElement.lang = 'de-AT';
    });
    await page.getByText(HEADINGS.de!).waitFor();
    expect(loaded).toEqual(['/widget/tessera.de.js']);
    expect((await page.getByText('39,00').first().textContent())?.replace(/\s/g, ' ')).toBe('€ 39,00');
  });

  it('a language without texts is spoken to in English', async () => {
    const { page } = await open(element('recommendations', '1'), { root: 'lang="fi"' });
    await page.getByText('Recommended products').waitFor();
  });

  it('a right-to-left page is mirrored without a violation', async () => {
    const { page } = await open(PANELS.map((tag) => element(tag, '1')).join(''), { root: 'lang="ar" dir="rtl"' });
    for (const tag of PANELS) await reaches(page, tag, 'ready');
    expect(await accessibilityViolations(page)).toEqual([]);
    const [picture, name] = await Promise.all(
      ['picture', 'name'].map((part) => page.locator(`tessera-recommendations [part=${part}]`).first().boundingBox()),
    );
    expect(picture!.x).toBeGreaterThan(name!.x);
  });
});

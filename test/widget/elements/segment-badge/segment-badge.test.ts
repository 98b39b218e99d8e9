import { type AgentCustomer, agentCustomer } from '@tessera/widget/elements/segment-badge/segment-badge.sample.js';
import type { Page, Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { accessibilityViolations } from '../../../support/browser.js';
import { PAYLOADS } from '../../../support/payloads.js';
import { type Answer, answerWithCustomers, answerWithError, badge, inTurn, TOKEN } from '../../page.js';
import { usePages } from '../../pages.js';

const pages = usePages();
const { open } = pages;

const host = (page: Page) => page.locator('tessera-segment-badge').first();
const reaches = (page: Page, state: string) =>
  page.locator(`tessera-segment-badge[state=${state}]`).first().waitFor({ state: 'attached' });
const never: Answer = () => undefined;
const noNetwork: Answer = (_request, route) => route.abort('connectionrefused');

/** A request that is answered when the test says so. */
function held(answer: Answer = answerWithCustomers()): { answer: Answer; release(): Promise<void> } {
  const waiting: (() => unknown)[] = [];
  return {
    answer: (request, route, count) => void waiting.push(() => answer(request, route, count)),
    release: async () => {
      for (const release of waiting.splice(0)) await release();
    },
  };
}

const STATES: Record<string, Answer> = {
  loading: never,
  ready: answerWithCustomers(),
  empty: answerWithCustomers({ badges: () => null }),
  error: answerWithError(503, 'SERVICE_UNAVAILABLE'),
  offline: noNetwork,
  denied: answerWithError(403, 'FORBIDDEN'),
};

describe('accessibility', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [state, answer] of Object.entries(STATES)) {
      it(`the ${state} state has no violation in ${colorScheme}`, async () => {
        const { page } = await open(badge('1'), { answer, colorScheme });
        await reaches(page, state);
        expect(await accessibilityViolations(page)).toEqual([]);
      });
    }

    it(`open details have no violation in ${colorScheme}`, async () => {
      const { page } = await open(badge('1'), { colorScheme });
      await page.getByRole('button', { name: 'Segment: VIP' }).click();
      await page.getByText('Why').waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
    });

    it(`every segment's text has a contrast of at least 4.5 in ${colorScheme}`, async () => {
      const colors = [
        '#7c3aed',
        '#2563eb',
        '#0d9488',
        '#dc6803',
        '#64748b',
        '#16a34a',
        '#8a94a6',
        '#ffff00',
        '#000000',
      ];
      const { page } = await open(colors.map((_, index) => badge(String(index))).join(''), {
        colorScheme,
        answer: answerWithCustomers({
          badges: (id) =>
            agentCustomer(id, { segment: { key: 'x', title: 'X', color: colors[Number(id)]!, description: '' } }),
        }),
      });
      await page
        .locator('tessera-segment-badge[state=ready]')
        .nth(colors.length - 1)
        .waitFor();
      for (const contrast of await page.locator('[part=badge]').evaluateAll(contrasts)) {
        expect(contrast).toBeGreaterThan(4.5);
      }
    });
  }

  it('a right-to-left page has no violation and its details open towards the left', async () => {
    const { page } = await open(badge('1'), { root: 'lang="ar" dir="rtl"' });
    await page.getByRole('button').click();
    await page.getByText('السبب').waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    const chip = await page.locator('[part=badge]').boundingBox();
    const details = await page.locator('[part=details]').boundingBox();
    expect(details!.x + details!.width).toBeCloseTo(chip!.x + chip!.width, 0);
    expect(details!.x).toBeLessThan(chip!.x);
    expect(details!.y).toBeGreaterThanOrEqual(chip!.y + chip!.height);
  });

  it('forced colours keep the dot in its colour and give the chip a border', async () => {
    const { page } = await open(badge('1'), { forcedColors: 'active' });
    await reaches(page, 'ready');
    const dot = page.locator('[part=dot]').first();
    expect(await dot.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe('rgb(124, 58, 237)');
    expect(await page.locator('[part=badge]').evaluate((element) => getComputedStyle(element).borderTopStyle)).toBe(
      'solid',
    );
  });

  it('the skeleton stands still under reduced motion', async () => {
    const animationOf = async (reducedMotion: 'reduce' | 'no-preference') => {
      const { page } = await open(badge('1'), { answer: never, reducedMotion });
      const name = await page.locator('[part=skeleton]').evaluate((element) => getComputedStyle(element).animationName);
      return name;
    };
    expect(await animationOf('reduce')).toBe('none');
    expect(await animationOf('no-preference')).toBe('pulse');
  });

  it('every button is at least 24 pixels wide and high', async () => {
    const { page } = await open(badge('1') + badge('2'), {
      answer: answerWithCustomers({
        badges: (id) => agentCustomer(id, { segment: { key: 'i', title: 'I', color: '#000', description: '' } }),
      }),
    });
    await reaches(page, 'ready');
    const box = (await page.getByRole('button').first().boundingBox())!;
    expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(24);
  });

  it('badges that load with the page are not announced, later changes are', async () => {
    const { page } = await open(badge('1'), {
      answer: inTurn(answerWithError(503, 'SERVICE_UNAVAILABLE'), answerWithCustomers()),
    });
    await reaches(page, 'error');
    await page.getByRole('button', { name: 'Try again' }).click();
    await reaches(page, 'ready');
    expect(await page.getByRole('status').getAttribute('aria-live')).toBe('polite');

    await page.reload();
    await reaches(page, 'ready');
    expect(await page.getByRole('status').getAttribute('aria-live')).toBe('off');
  });
});

describe('states', () => {
  it('a skeleton is shown until the answer is there', async () => {
    const { answer, release } = held();
    const { page } = await open(badge('1'), { answer });
    await page.locator('[part=skeleton]').waitFor();
    expect(await page.getByRole('img', { name: 'Loading' }).count()).toBe(1);
    await release();
    await page.getByRole('button', { name: 'Segment: VIP' }).waitFor();
    expect(await page.locator('[part=skeleton]').count()).toBe(0);
  });

  it('the badge shows title, colour, reasons, since and as of', async () => {
    const { page, events } = await open(badge('1'));
    const button = page.getByRole('button', { name: 'Segment: VIP' });
    await button.click();
    const details = page.locator('[part=details]');
    expect(await details.getByRole('listitem').allTextContents()).toEqual([
      'recency score 5 of 5: last order 3 days ago',
      'frequency score 5 of 5: 9 orders',
    ]);
    expect(await details.textContent()).toContain('Buys often, spends most.');
    expect(await details.textContent()).toContain('Since Nov 5, 2023');
    expect(await details.textContent()).toContain('As of Jan 22, 2024');
    expect(
      await page
        .locator('[part=dot]')
        .first()
        .evaluate((dot) => getComputedStyle(dot).backgroundColor),
    ).toBe('rgb(124, 58, 237)');
    expect(await events()).toContainEqual({ type: 'tessera-load', customer: '1', segment: 'vip' });
  });

  it('texts are asked for in the language of the page, in the stream of events too, else in that of the browser', async () => {
    const { page, requests } = await open(badge('1'), { root: 'lang="pt-br"' });
    await page.getByRole('button').first().waitFor();
    expect(requests[0]!.language).toBe('pt-BR');
    await expect.poll(() => pages.server.streams[0]?.language).toBe('pt-BR');
    const other = await open(badge('1'), { root: 'lang="not a language"' });
    await other.page.getByRole('button').first().waitFor();
    // The element sets none, so that the browser sends its own.
    expect(other.requests[0]!.language).toBeUndefined();
  });

  it('dates follow the language of the page, also where it is no language', async () => {
    const asOf = async (root: string) => {
      const { page } = await open(badge('1'), { root });
      await page.getByRole('button').click();
      const text = await page.locator('time').last().textContent();
      return text;
    };
    expect(await asOf('lang="de"')).toBe('22.01.2024');
    expect(await asOf('lang="not a language"')).toContain('2024');
  });

  it('an unknown customer has no data', async () => {
    const { page, events } = await open(badge('1'), { answer: STATES.empty });
    await page.getByText('No data').waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
    expect(await events()).toEqual([{ type: 'tessera-load', customer: '1', segment: null }]);
  });

  it('a failure says so once, and the retry button asks again and keeps the focus', async () => {
    const { page, events, requests } = await open(badge('1'), {
      answer: inTurn(answerWithError(503, 'SERVICE_UNAVAILABLE'), answerWithCustomers()),
    });
    const retry = page.getByRole('button', { name: 'Try again' });
    await retry.waitFor();
    expect(await page.getByText('Not loaded').count()).toBe(1);
    expect(await events()).toEqual([
      {
        type: 'tessera-error',
        customer: '1',
        code: 'SERVICE_UNAVAILABLE',
        message: 'refused with SERVICE_UNAVAILABLE',
      },
    ]);
    await retry.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Segment: VIP' }).waitFor();
    expect(requests).toHaveLength(2);
    expect(await host(page).evaluate(focusedPart)).toBe('badge');
  });

  it('a GraphQL error that arrives with status 200 is a failure', async () => {
    const { page, events } = await open(badge('1'), { answer: answerWithError(200, 'BAD_USER_INPUT') });
    await reaches(page, 'error');
    expect((await events())[0]).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('an error of one customer leaves the others readable', async () => {
    const { page, events } = await open(badge('1') + badge('2'), {
      answer: (_request, route) =>
        route.fulfill({
          json: {
            data: { badges: [agentCustomer('1'), null] },
            errors: [{ message: 'lost', path: ['badges', 1], extensions: { code: 'INTERNAL' } }],
          },
        }),
    });
    await reaches(page, 'ready');
    await reaches(page, 'error');
    expect(await events()).toContainEqual({ type: 'tessera-error', customer: '2', code: 'INTERNAL', message: 'lost' });
  });

  const OTHER_SHAPES: Record<string, (route: Route) => unknown> = {
    'a page of HTML': (route) => route.fulfill({ body: '<h1>Welcome</h1>', contentType: 'text/html' }),
    'null data': (route) => route.fulfill({ json: { data: null } }),
    'too few customers': (route) => route.fulfill({ json: { data: { badges: [] } } }),
    'a customer without a segment': (route) => route.fulfill({ json: { data: { badges: [{}] } } }),
    'a number': (route) => route.fulfill({ json: 7 }),
  };
  for (const [name, answer] of Object.entries(OTHER_SHAPES)) {
    it(`an answer that is ${name} is an error and not an exception`, async () => {
      const { page, events } = await open(badge('1'), { answer: (_request, route) => answer(route) });
      await reaches(page, 'error');
      expect((await events()).map(({ code }) => code)).toEqual(['BAD_ANSWER']);
    });
  }

  it('without a network there is no connection, and the answer comes when it is back', async () => {
    const { page, events } = await open(badge('1'), { answer: inTurn(noNetwork, answerWithCustomers()) });
    await page.getByText('No connection').waitFor();
    expect((await events()).map(({ code }) => code)).toEqual(['NETWORK']);
    await page.context().setOffline(true);
    await page.context().setOffline(false);
    await reaches(page, 'ready');
  });

  it('the last good answer stays and is marked while the browser is offline', async () => {
    const { page, requests } = await open(badge('1'));
    await reaches(page, 'ready');
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Segment: VIP outdated' }).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Segment: VIP', exact: true }).waitFor();
    expect(requests).toHaveLength(2);
  });

  it('the last good answer stays and is marked when a refresh fails', async () => {
    const { page } = await open(badge('1'), {
      answer: inTurn(answerWithCustomers(), answerWithError(503, 'SERVICE_UNAVAILABLE')),
    });
    await reaches(page, 'ready');
    await host(page).evaluate((element) => (element as HTMLElementTagNameMap['tessera-segment-badge']).refresh());
    await page.getByRole('button', { name: 'Segment: VIP outdated' }).waitFor();
  });

  it('a refresh that is refused takes the segment away', async () => {
    const { page } = await open(badge('1'), {
      answer: inTurn(answerWithCustomers(), answerWithError(403, 'FORBIDDEN')),
    });
    await reaches(page, 'ready');
    await host(page).evaluate((element) => (element as HTMLElementTagNameMap['tessera-segment-badge']).refresh());
    await page.getByText('No access').waitFor();
    expect(await page.getByText('VIP').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  });

  it('the theme attribute wins over the scheme of the browser', async () => {
    const { page } = await open(badge('1') + badge('2', `token="${TOKEN}" theme="dark"`), { colorScheme: 'light' });
    await reaches(page, 'ready');
    const [own, forced] = await page
      .locator('[part=badge]')
      .evaluateAll((chips) => chips.map((chip) => getComputedStyle(chip).color));
    expect(own).toBe('rgb(28, 33, 40)');
    expect(forced).toBe('rgb(236, 239, 244)');
  });
});

describe('keyboard', () => {
  for (const key of ['Enter', 'Space']) {
    it(`${key} opens the details, Escape closes them and the focus stays`, async () => {
      const { page, events } = await open(badge('1'));
      const button = page.getByRole('button', { name: 'Segment: VIP' });
      await button.waitFor();
      await page.keyboard.press('Tab');
      expect(await host(page).evaluate(focusedPart)).toBe('badge');
      expect(await button.getAttribute('aria-expanded')).toBe('false');
      await page.keyboard.press(key);
      await page.getByText('Why').waitFor();
      expect(await button.getAttribute('aria-expanded')).toBe('true');
      await page.keyboard.press('Escape');
      await page.getByText('Why').waitFor({ state: 'hidden' });
      // The browser tells of the closing in a task of its own.
      await page.locator('[aria-expanded=false]').waitFor();
      expect(await host(page).evaluate(focusedPart)).toBe('badge');
      const toggles = (await events()).filter(({ type }) => type === 'tessera-toggle');
      expect(toggles.map(({ open }) => open)).toEqual([true, false]);
    });
  }

  it('every opening and closing is told, however fast they follow one another', async () => {
    const { page, events } = await open(badge('1'));
    await reaches(page, 'ready');
    // In one task the browser makes a single toggle event of the four, from closed to closed.
    await host(page).evaluate((element) => {
      for (let clicks = 0; clicks < 4; clicks++) element.shadowRoot!.querySelector('button')!.click();
    });
    await page.locator('[aria-expanded=false]').waitFor();
    const toggles = (await events()).filter(({ type }) => type === 'tessera-toggle');
    expect(toggles.map(({ open }) => open)).toEqual([true, false, true, false]);
  });

  it('the focused badge has a ring', async () => {
    const { page } = await open(badge('1'));
    await reaches(page, 'ready');
    await page.keyboard.press('Tab');
    const outline = await page.locator('[part=badge]').evaluate((chip) => getComputedStyle(chip).outline);
    expect(outline).toContain('solid 2px');
  });

  it('details of one badge close those of another', async () => {
    const { page } = await open(badge('1') + badge('2'));
    await page.getByRole('button').first().click();
    await page.getByText('Why').waitFor();
    await page.getByRole('button').last().click();
    await page.locator('tessera-segment-badge').last().getByText('Why').waitFor();
    // The browser tells the other of its closing in a task of its own.
    await expect.poll(() => page.getByText('Why').count()).toBe(1);
  });
});

describe('requests', () => {
  it('200 badges make one request', async () => {
    const ids = Array.from({ length: 200 }, (_, index) => `c${index}`);
    const { page, requests } = await open(ids.map((id) => badge(id)).join(''));
    await page.locator('tessera-segment-badge[state=ready]').nth(199).waitFor();
    expect(requests).toHaveLength(1);
    expect(requests[0]!.variables).toEqual({ badges: ids, segmentation: 'rfm' });
  });

  it('one customer in several badges is asked for once', async () => {
    const { page, requests } = await open(badge('1') + badge('1') + badge('2'));
    await page.locator('tessera-segment-badge[state=ready]').nth(2).waitFor();
    expect(requests.map(({ variables }) => variables.badges)).toEqual([['1', '2']]);
  });

  it('501 badges make two requests, of 500 and 1', async () => {
    const ids = Array.from({ length: 501 }, (_, index) => `c${index}`);
    const { page, requests } = await open(ids.map((id) => badge(id)).join(''));
    await page.locator('tessera-segment-badge[state=ready]').nth(500).waitFor();
    expect(requests.map(({ variables }) => variables.badges.length).sort()).toEqual([1, 500]);
  });

  it('badges with different tokens, segmentations or audiences never share a request', async () => {
    const { page, requests } = await open(
      badge('1') +
        badge('2', 'token="another"') +
        badge('3', `token="${TOKEN}" segmentation="value"`) +
        badge('4', `token="${TOKEN}" audience="shopper"`),
    );
    await page.locator('tessera-segment-badge[state=ready]').nth(3).waitFor();
    expect(requests.map(({ variables }) => variables.badges).sort()).toEqual([['1'], ['2'], ['3'], ['4']]);
  });

  it('the answer to an earlier customer is dropped', async () => {
    const first = held();
    const { page, requests, events } = await open(badge('early'), {
      answer: inTurn(
        first.answer,
        answerWithCustomers({
          badges: (id) =>
            agentCustomer(id, { segment: { key: 'loyal', title: 'Loyal', color: '#2563eb', description: '' } }),
        }),
      ),
    });
    await expect.poll(() => requests.length).toBe(1);
    await host(page).evaluate((element) => element.setAttribute('customer', 'late'));
    await page.getByRole('button', { name: 'Segment: Loyal' }).waitFor();
    await first.release().catch(() => undefined);
    await page.waitForTimeout(50);
    expect(await page.getByRole('button').textContent()).toContain('Loyal');
    expect(await events()).toEqual([{ type: 'tessera-load', customer: 'late', segment: 'loyal' }]);
  });

  it('a badge that is removed while loading ends its request and says nothing', async () => {
    const { page, events, requests } = await open(badge('1'), { answer: never });
    const aborted = page.waitForEvent('requestfailed');
    await expect.poll(() => requests.length).toBe(1);
    await host(page).evaluate((element) => element.remove());
    expect((await aborted).failure()?.errorText).toBe('net::ERR_ABORTED');
    expect(await events()).toEqual([]);
  });

  it('a badge that is moved while loading keeps its request', async () => {
    const { answer, release } = held();
    const { page, requests } = await open(`${badge('1')}<p></p>`, { answer });
    await expect.poll(() => requests.length).toBe(1);
    await host(page).evaluate((element) => document.querySelector('p')!.append(element));
    await release();
    await page.locator('p').getByRole('button', { name: 'Segment: VIP' }).waitFor();
    expect(requests).toHaveLength(1);
  });

  it('a badge that was removed while loading asks again when it comes back', async () => {
    const { page, requests } = await open(badge('1'), { answer: inTurn(never, answerWithCustomers()) });
    await expect.poll(() => requests.length).toBe(1);
    await host(page).evaluate(async (element) => {
      const parent = element.parentElement!;
      element.remove();
      await new Promise((resolve) => setTimeout(resolve, 20));
      parent.append(element);
    });
    await reaches(page, 'ready');
  });
});

describe('token', () => {
  it('the token leaves the document and is readable nowhere in the page', async () => {
    const { page, requests } = await open(badge('1'));
    await reaches(page, 'ready');
    expect(requests[0]!.authorization).toBe(`Bearer ${TOKEN}`);
    const readable = await page.evaluate(() => [
      document.documentElement.outerHTML,
      JSON.stringify(localStorage),
      JSON.stringify(sessionStorage),
      document.cookie,
      JSON.stringify(performance.getEntries()),
      String((document.querySelector('tessera-segment-badge') as unknown as { token: string }).token),
    ]);
    expect(readable.join('\n')).not.toContain(TOKEN);
  });

  it('a refused token is renewed once for all badges of the page', async () => {
    const { page, requests } = await open('', {
      answer: (request, route, count) =>
        request.authorization === 'Bearer fresh-1'
          ? answerWithCustomers()(request, route, count)
          : answerWithError(401, 'UNAUTHENTICATED')(request, route, count),
    });
    const calls = await page.evaluate(async () => {
      let calls = 0;
      const badges = Array.from({ length: 20 }, (_, index) => {
        const element = document.createElement('tessera-segment-badge');
        element.endpoint = '/graphql';
        element.customer = `c${index}`;
        element.token = 'old';
        // A new callback for every badge, as frameworks make them.
        element.tokenProvider = async () => `fresh-${++calls}`;
        return element;
      });
      document.querySelector('main')!.append(...badges);
      await Promise.all(
        badges.map((element) => new Promise((loaded) => element.addEventListener('tessera-load', loaded))),
      );
      return calls;
    });
    expect(calls).toBe(1);
    expect(requests.map(({ authorization }) => authorization)).toEqual(['Bearer old', 'Bearer fresh-1']);
  });

  it('a provider alone is enough, and its token serves until it is refused', async () => {
    const { page, requests } = await open('');
    const calls = await page.evaluate(async () => {
      let calls = 0;
      const tokenProvider = async () => `fresh-${++calls}`;
      for (const customer of ['1', '2']) {
        const element = document.createElement('tessera-segment-badge');
        Object.assign(element, { endpoint: '/graphql', customer, tokenProvider });
        const loaded = new Promise((resolve) => element.addEventListener('tessera-load', resolve));
        document.querySelector('main')!.append(element);
        await loaded;
      }
      return calls;
    });
    expect(calls).toBe(1);
    expect(requests.map(({ authorization }) => authorization)).toEqual(['Bearer fresh-1', 'Bearer fresh-1']);
  });

  it('a token of the provider that is refused later is renewed', async () => {
    const { page, requests } = await open('', {
      answer: inTurn(answerWithCustomers(), answerWithError(401, 'UNAUTHENTICATED'), answerWithCustomers()),
    });
    await page.evaluate(async () => {
      let calls = 0;
      const element = document.createElement('tessera-segment-badge');
      const tokenProvider = () => `fresh-${++calls}`;
      Object.assign(element, { endpoint: '/graphql', customer: '1', tokenProvider });
      const loaded = () => new Promise((resolve) => element.addEventListener('tessera-load', resolve, { once: true }));
      const first = loaded();
      document.querySelector('main')!.append(element);
      await first;
      const second = loaded();
      element.refresh();
      await second;
    });
    expect(requests.map(({ authorization }) => authorization)).toEqual([
      'Bearer fresh-1',
      'Bearer fresh-1',
      'Bearer fresh-2',
    ]);
  });

  it('a token that is refused twice is no permission', async () => {
    const { page, requests, events } = await open('', { answer: answerWithError(401, 'UNAUTHENTICATED') });
    await page.evaluate(() => {
      const element = document.createElement('tessera-segment-badge');
      Object.assign(element, { endpoint: '/graphql', customer: '1', token: 'a', tokenProvider: () => 'b' });
      document.querySelector('main')!.append(element);
    });
    await page.getByText('No access').waitFor();
    expect(requests).toHaveLength(2);
    expect((await events()).map(({ code }) => code)).toEqual(['UNAUTHENTICATED']);
  });

  it('a provider that throws is an error with a way to try again, and no exception', async () => {
    const { page, events } = await open('');
    await page.evaluate(() => {
      const element = document.createElement('tessera-segment-badge');
      const tokenProvider = () => {
        throw new Error('signed out');
      };
      Object.assign(element, { endpoint: '/graphql', customer: '1', tokenProvider });
      document.querySelector('main')!.append(element);
    });
    await page.getByText('Not loaded').waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    expect((await events()).map(({ code }) => code)).toEqual(['SERVICE_UNAVAILABLE']);
  });

  it('a badge without a token waits for it, asks nothing and says so in the end', async () => {
    const { page, requests, events } = await open(badge('1', ''));
    await page.locator('[part=skeleton]').waitFor();
    await page.getByText('No access').waitFor({ timeout: 10_000 });
    expect(requests).toHaveLength(0);
    expect((await events()).map(({ code }) => code)).toEqual(['UNAUTHENTICATED']);
    await host(page).evaluate((element, token) => element.setAttribute('token', token), TOKEN);
    await reaches(page, 'ready');
  });
});

describe('shopper', () => {
  const shopper = `token="${TOKEN}" audience="shopper"`;

  it('the public label is shown, and nothing but the shopper document is asked', async () => {
    const { page, requests } = await open(badge('1', shopper));
    await reaches(page, 'ready');
    expect((await page.locator('[part=badge]').textContent())?.trim()).toBe('VIP');
    expect(await page.getByRole('button').count()).toBe(0);
    expect(requests.map(({ query }) => query)).toEqual([
      'query TesseraShopperBadges($badges: [String!]!) { badges: customersByExternalIds(externalIds: $badges) { externalId shopper { publicLabel } } }',
    ]);
    expect(requests[0]!.variables).toEqual({ badges: ['1'] });
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  const NOTHING: Record<string, [state: string, answer: Answer]> = {
    'has no label': [
      'empty',
      answerWithCustomers({ badges: (externalId) => ({ externalId, shopper: { publicLabel: null } }) }),
    ],
    'is loading': ['loading', never],
    fails: ['error', answerWithError(503, 'SERVICE_UNAVAILABLE')],
    'is refused': ['denied', answerWithError(403, 'FORBIDDEN')],
    'has no network': ['offline', noNetwork],
  };
  for (const [name, [state, answer]] of Object.entries(NOTHING)) {
    it(`a badge that ${name} shows nothing at all`, async () => {
      const { page } = await open(badge('1', shopper), { answer });
      await reaches(page, state);
      expect(await host(page).evaluate((element) => element.shadowRoot!.textContent)).toBe('');
      expect(await host(page).boundingBox()).toMatchObject({ width: 0 });
    });
  }

  it('an audience that is not known is a shopper', async () => {
    const { page, requests } = await open(badge('1', `token="${TOKEN}" audience="Agent "`));
    await reaches(page, 'ready');
    expect(requests[0]!.query).toContain('TesseraShopperBadges');
  });
});

describe('hostile surroundings', () => {
  it('payloads in every field stay text', async () => {
    const hostile = (id: string): AgentCustomer => {
      const payload = PAYLOADS[Number(id)]!;
      return {
        externalId: id,
        basis: { asOf: payload, note: payload },
        segment: {
          since: payload,
          segment: { key: payload, title: payload, color: payload, description: payload },
          why: [{ text: payload }],
        },
      };
    };
    const { page } = await open(PAYLOADS.map((_, index) => badge(String(index))).join(''), {
      answer: answerWithCustomers({ badges: hostile }),
    });
    await page
      .locator('tessera-segment-badge[state=ready]')
      .nth(PAYLOADS.length - 1)
      .waitFor();
    for (const [index, payload] of PAYLOADS.entries()) {
      const element = page.locator('tessera-segment-badge').nth(index);
      await element.evaluate((host) => host.shadowRoot!.querySelector('button')!.click());
      expect(await element.getByRole('listitem').textContent()).toBe(payload);
      expect(await element.locator('[part=label]').first().textContent()).toContain(payload);
    }
    expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
  });

  it('a page that resets all styles leaves the badge readable', async () => {
    const { page } = await open(badge('1'), { head: '<link rel="stylesheet" href="/reset.css">' });
    const button = page.getByRole('button', { name: 'Segment: VIP' });
    await button.waitFor();
    await button.click();
    await page.getByText('Why').waitFor();
    const styleOf = (part: string) =>
      page.locator(`[part=${part}]`).evaluate((element) => {
        const { textTransform, letterSpacing, fontSize } = getComputedStyle(element);
        return { textTransform, letterSpacing, fontSize };
      });
    for (const part of ['badge', 'details']) {
      expect(await styleOf(part)).toEqual({ textTransform: 'none', letterSpacing: 'normal', fontSize: '13px' });
    }
  });

  it('a second copy of the script does nothing', async () => {
    const messages: string[] = [];
    const { page } = await open(badge('1'), {
      head: '<script type="module" src="/widget/tessera-next.js"></script>',
    });
    page.on('console', (message) => messages.push(message.text()));
    await page.reload();
    await reaches(page, 'ready');
    expect(messages).toEqual([]);
  });

  it('a hidden badge is not shown', async () => {
    const { page } = await open(badge('1', `token="${TOKEN}" hidden`));
    await reaches(page, 'ready');
    expect(await host(page).isVisible()).toBe(false);
  });
});

function focusedPart(host: Element): string | null {
  return host.shadowRoot?.activeElement?.getAttribute('part') ?? null;
}

/** Contrast of text and ground, by the formula of WCAG 2. Runs in the page. */
function contrasts(elements: Element[]): number[] {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
  const luminance = (color: string) => {
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((byte) => {
      const part = byte / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  return elements.map((element) => {
    const { color, backgroundColor } = getComputedStyle(element);
    const [light, dark] = [luminance(color), luminance(backgroundColor)].sort((a, b) => b - a);
    return (light! + 0.05) / (dark! + 0.05);
  });
}

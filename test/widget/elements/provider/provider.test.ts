import { describe, expect, it } from 'vitest';
import { answerWithCustomers, answerWithError, askedOf, element, TOKEN } from '../../page.js';
import { usePages } from '../../pages.js';

const pages = usePages();
const { open } = pages;

const provider = (body: string, attributes = `token="${TOKEN}"`) =>
  `<tessera-provider endpoint="/graphql" ${attributes}>${body}</tessera-provider>`;
const badges = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => `<tessera-segment-badge customer="c${index}"></tessera-segment-badge>`,
  ).join('');

describe('provider', () => {
  it('everything inside shares one request, whatever it is', async () => {
    const { page, requests } = await open(
      provider(
        `${badges(3)}<tessera-recommendations count="3"></tessera-recommendations>
         <tessera-next-actions></tessera-next-actions><tessera-customer-card></tessera-customer-card>`,
        `token="${TOKEN}" customer="c9"`,
      ),
    );
    await page.locator('[state=ready]').nth(5).waitFor();
    expect(requests.map(({ variables, authorization }) => ({ variables: askedOf(variables), authorization }))).toEqual([
      {
        variables: {
          badges: ['c0', 'c1', 'c2'],
          recommendations: ['c9'],
          actions: ['c9'],
          cards: ['c9'],
          segmentation: 'rfm',
          first: 3,
        },
        authorization: `Bearer ${TOKEN}`,
      },
    ]);
  });

  it('a page of badges alone asks the small document', async () => {
    const { page, requests } = await open(provider(badges(2)));
    await page.locator('[state=ready]').nth(1).waitFor();
    expect(requests[0]!.query).toMatch(/^query TesseraBadges\(/);
  });

  it('its token is readable nowhere in the page', async () => {
    const { page } = await open(provider(badges(1)));
    await page.locator('[state=ready]').waitFor();
    const readable = await page.evaluate(() => {
      const provider = document.querySelector('tessera-provider') as unknown as { token: string };
      return [document.documentElement.outerHTML, provider.token, JSON.stringify({ ...provider })];
    });
    expect(readable.join()).not.toContain(TOKEN);
  });

  it('no property of any element, its own or of its class, gives the token or the function that has it', async () => {
    const { page } = await open(provider(badges(1)));
    await page.locator('[state=ready]').waitFor();
    const found = await page.evaluate((token) => {
      const tokenProvider = () => token;
      const elements = [...document.querySelectorAll('tessera-provider, tessera-segment-badge')];
      for (const element of elements) Object.assign(element, { tokenProvider });
      const holdsIt = (value: unknown, depth = 3): boolean =>
        value === tokenProvider ||
        (typeof value === 'string' && value.includes(token)) ||
        (typeof value === 'object' &&
          value !== null &&
          depth > 0 &&
          Object.values(value).some((inner) => holdsIt(inner, depth - 1)));
      return elements.flatMap((element) => {
        const names: string[] = [];
        for (let at: object | null = element; at && at !== HTMLElement.prototype; at = Object.getPrototypeOf(at)) {
          for (const name of Object.getOwnPropertyNames(at)) {
            if (holdsIt((element as unknown as Record<string, unknown>)[name])) names.push(name);
          }
        }
        return names;
      });
    }, TOKEN);
    expect(found).toEqual([]);
  });

  it('inside another takes from that one what it has not itself', async () => {
    const { page, requests } = await open(
      provider(`<tessera-provider customer="near" theme="dark">${badges(1)}</tessera-provider>`).replace(
        ' customer="c0"',
        '',
      ),
    );
    await page.locator('tessera-segment-badge[state=ready]').waitFor();
    expect(requests[0]!.variables.badges).toEqual(['near']);
    expect(requests[0]!.authorization).toBe(`Bearer ${TOKEN}`);
    await page
      .locator('tessera-provider')
      .first()
      .evaluate((host) => host.setAttribute('segmentation', 'value'));
    await expect.poll(() => requests.map(({ variables }) => variables.segmentation)).toEqual(['rfm', 'value']);
  });

  it('a callback that fails once costs nothing that is shown, and the button asks it again', async () => {
    const { page, requests } = await open(provider(badges(1), ''), {
      answer: (request, route, count) =>
        request.authorization === 'Bearer old'
          ? answerWithError(401, 'UNAUTHENTICATED')(request, route, count)
          : answerWithCustomers()(request, route, count),
    });
    await page.evaluate((token) => {
      const tokens = [token, new Error('502'), 'fresh'];
      const tokenProvider = async () => {
        const next = tokens.shift()!;
        if (next instanceof Error) throw next;
        return next;
      };
      Object.assign(document.querySelector('tessera-provider')!, { tokenProvider });
    }, TOKEN);
    await page.locator('[state=ready]').waitFor();
    await page.route(
      '**/graphql',
      (route) => route.fulfill({ status: 401, json: { errors: [{ message: 'expired' }] } }),
      {
        times: 1,
      },
    );
    await page
      .locator('tessera-segment-badge')
      .evaluate((badge) => (badge as HTMLElement & { refresh(): void }).refresh());
    await page.getByText('outdated').waitFor();
    expect(await page.locator('tessera-segment-badge').getAttribute('state')).toBe('ready');
    await page
      .locator('tessera-segment-badge')
      .evaluate((badge) => (badge as HTMLElement & { refresh(): void }).refresh());
    await page.getByText('outdated').waitFor({ state: 'detached' });
    expect(requests.at(-1)!.authorization).toBe('Bearer fresh');
  });

  it('an element without a customer asks nothing when it is refreshed', async () => {
    const { page, requests } = await open(provider(`<tessera-next-actions></tessera-next-actions>${badges(1)}`));
    await page
      .locator('tessera-next-actions')
      .evaluate((host) => (host as HTMLElement & { refresh(): void }).refresh());
    await page.locator('tessera-segment-badge[state=ready]').waitFor();
    expect(requests.flatMap(({ variables }) => variables.actions ?? [])).toEqual([]);
  });

  it('an element that is taken out and put back asks again, and shows its last answer meanwhile', async () => {
    const { page, requests } = await open(provider(badges(1)));
    await page.locator('[state=ready]').waitFor();
    await page.evaluate(async () => {
      const [element, parent] = [
        document.querySelector('tessera-segment-badge')!,
        document.querySelector('tessera-provider')!,
      ];
      element.remove();
      await new Promise((resolve) => setTimeout(resolve, 50));
      parent.append(element);
    });
    expect(await page.locator('tessera-segment-badge').getAttribute('state')).toBe('ready');
    await expect.poll(() => requests.length).toBe(2);
  });

  it('a token that comes later answers everything that waits', async () => {
    const { page, requests } = await open(provider(badges(2), ''));
    await page.locator('[part=skeleton]').first().waitFor();
    await page.locator('tessera-provider').evaluate((host, token) => host.setAttribute('token', token), TOKEN);
    await page.locator('[state=ready]').nth(1).waitFor();
    expect(requests).toHaveLength(1);
  });

  it('its callback is called once for all, and again when the token is refused', async () => {
    const { page, requests } = await open(provider('', ''), {
      answer: (request, route, count) =>
        request.authorization === 'Bearer fresh-2'
          ? answerWithCustomers()(request, route, count)
          : answerWithError(401, 'UNAUTHENTICATED')(request, route, count),
    });
    await page.evaluate(
      (body) => {
        let calls = 0;
        const provider = document.querySelector('tessera-provider')!;
        Object.assign(provider, { tokenProvider: async () => `fresh-${++calls}` });
        for (const customer of body) {
          const element = document.createElement('tessera-segment-badge');
          element.setAttribute('customer', customer);
          provider.append(element);
        }
      },
      ['1', '2', '3'],
    );
    await page.locator('[state=ready]').nth(2).waitFor();
    expect(requests.map(({ authorization }) => authorization)).toEqual(['Bearer fresh-1', 'Bearer fresh-2']);
  });

  it('an element has what is its own and takes the rest from the nearest provider, through shadow roots', async () => {
    const { page, requests } = await open(
      provider('<div id="host"></div>', `token="${TOKEN}" customer="far" theme="dark"`),
    );
    await page.evaluate(() => {
      const root = document.getElementById('host')!.attachShadow({ mode: 'open' });
      const element = document.createElement('tessera-segment-badge');
      element.setAttribute('segmentation', 'value');
      root.append(element);
    });
    await page.locator('#host [state=ready]').waitFor();
    expect(requests[0]!.variables).toEqual({ badges: ['far'], segmentation: 'value' });
    expect(await page.locator('[part=badge]').evaluate((chip) => getComputedStyle(chip).colorScheme)).toBe('dark');
  });

  it('elements that move to another provider ask as that one does', async () => {
    const { page, requests } = await open(
      `${provider(badges(1))}<tessera-provider id="other" endpoint="/graphql" token="other" customer="x"></tessera-provider>`,
    );
    await page.locator('[state=ready]').waitFor();
    await page.evaluate(() => {
      const element = document.querySelector('tessera-segment-badge')!;
      element.removeAttribute('customer');
      document.getElementById('other')!.append(element);
    });
    await expect
      .poll(() => requests.map(({ authorization }) => authorization))
      .toEqual([`Bearer ${TOKEN}`, 'Bearer other']);
    expect(requests[1]!.variables.badges).toEqual(['x']);
  });
});

describe('events of the server', () => {
  it('a page has one stream with the ids of all its elements, and a moved customer is asked for again', async () => {
    const { page, requests } = await open(provider(badges(3)));
    await page.locator('[state=ready]').nth(2).waitFor();
    await expect.poll(() => pages.server.streams.length).toBe(1);
    const [stream] = pages.server.streams;
    expect(stream!.externalIds).toEqual(['c0', 'c1', 'c2']);
    expect(stream!.authorization).toBe(`Bearer ${TOKEN}`);
    stream!.tell('c1');
    stream!.tell('c1');
    await expect.poll(() => requests.length).toBe(2);
    expect(requests[1]!.variables.badges).toEqual(['c1']);
  });

  it('an element that comes later joins the stream, and the last that leaves ends it', async () => {
    const { page } = await open(provider(badges(1)));
    await expect.poll(() => pages.server.streams.length).toBe(1);
    await page.evaluate(() => {
      const element = document.createElement('tessera-segment-badge');
      element.setAttribute('customer', 'late');
      document.querySelector('tessera-provider')!.append(element);
    });
    await expect.poll(() => pages.server.streams.length).toBe(2);
    expect(pages.server.streams.map(({ isOpen, externalIds }) => ({ isOpen, externalIds }))).toEqual([
      { isOpen: false, externalIds: ['c0'] },
      { isOpen: true, externalIds: ['c0', 'late'] },
    ]);
    await page.locator('tessera-provider').evaluate((host) => host.replaceChildren());
    await expect.poll(() => pages.server.streams[1]!.isOpen).toBe(false);
  });

  it('the stream is closed while the page is hidden, and what was missed is asked for when it is seen again', async () => {
    const { page, requests } = await open(provider(badges(2)));
    await expect.poll(() => pages.server.streams.length).toBe(1);
    const show = (isHidden: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
        document.dispatchEvent(new Event('visibilitychange'));
      }, isHidden);
    await show(true);
    await expect.poll(() => pages.server.streams[0]!.isOpen).toBe(false);
    await show(false);
    await expect.poll(() => pages.server.streams.length).toBe(2);
    await expect.poll(() => requests.length).toBe(2);
    expect(requests[1]!.variables.badges).toEqual(['c0', 'c1']);
  });

  it('a stream that the server ends is opened again, after a pause', async () => {
    await open(provider(badges(1)));
    await expect.poll(() => pages.server.streams.length).toBe(1);
    const endedAt = Date.now();
    pages.server.streams[0]!.end();
    await expect.poll(() => pages.server.streams.length).toBe(2);
    expect(Date.now() - endedAt).toBeGreaterThanOrEqual(450);
  });

  it('a stream that is refused is not asked for again, and the elements stay', async () => {
    // The stream is asked for once the answer is there, which waits for the test.
    let answerNow = () => {};
    const isTime = new Promise<void>((resolve) => {
      answerNow = resolve;
    });
    const { page } = await open(provider(badges(1)), {
      answer: async (...request) => {
        await isTime;
        await answerWithCustomers()(...request);
      },
    });
    pages.server.refuseStreams = { status: 403, code: 'FORBIDDEN' };
    let attempts = 0;
    page.on('response', (response) => {
      if (response.status() === 403) attempts++;
    });
    answerNow();
    await page.locator('[state=ready]').waitFor();
    await expect.poll(() => attempts).toBe(1);
    await page.waitForTimeout(2_500);
    expect(attempts).toBe(1);
    expect(await page.locator('[state=ready]').count()).toBe(1);
  });

  it('elements without a provider share a stream by their token', async () => {
    const { page } = await open(element('segment-badge', '1') + element('recommendations', '2'));
    await page.locator('[state=ready]').nth(1).waitFor();
    await expect.poll(() => pages.server.streams.map(({ externalIds }) => externalIds.sort())).toEqual([['1', '2']]);
  });
});

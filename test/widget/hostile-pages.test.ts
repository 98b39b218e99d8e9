import { SAMPLES } from '@tessera/widget/demo/samples.generated.js';
import { describe, expect, it } from 'vitest';
import { PAYLOADS } from '../support/payloads.js';
import { HOSTILE_SCRIPTS } from './hostile-scripts.js';
import { element, hostileScript, type OpenPage, STRICT_POLICY, TOKEN } from './page.js';
import { usePages } from './pages.js';

const TAGS = SAMPLES.map(({ name }) => name);

const pages = usePages();
const { open } = pages;

const all = (attributes = '') => TAGS.map((tag) => element(tag, '1', attributes)).join('');
const allReady = ({ page }: OpenPage) =>
  page
    .locator('[state=ready]')
    .nth(TAGS.length - 1)
    .waitFor({ state: 'attached' });

/** A value with the payload in the place of every text in it. */
function poisoned<T>(value: T, payload: string): T {
  if (typeof value === 'string') return payload as T;
  if (Array.isArray(value)) return value.map((item) => poisoned(item, payload)) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, poisoned(item, payload)])) as T;
}

describe('texts of strangers', () => {
  it(`${PAYLOADS.length} payloads in every field of every element stay text`, async () => {
    expect(PAYLOADS).toHaveLength(60);
    const body = PAYLOADS.map((_, index) => TAGS.map((tag) => element(tag, `${index}`)).join('')).join('');
    const payloadOf = (id: string) => PAYLOADS[Number(id)]!;
    const { page } = await open(body, {
      answer: ({ variables }, route) => {
        const data = Object.fromEntries(
          SAMPLES.map(({ topic, sample }) => [
            topic,
            (variables[topic] as string[]).map((id) => poisoned(sample.agent(id, variables.first!), payloadOf(id))),
          ]),
        );
        return route.fulfill({ json: { data } });
      },
    });
    await page
      .locator('[state=ready]')
      .nth(PAYLOADS.length * TAGS.length - 1)
      .waitFor({ state: 'attached' });
    for (const tag of TAGS) {
      const texts = await page.locator(`tessera-${tag}`).evaluateAll((hosts) =>
        hosts.map((host) => {
          for (const button of host.shadowRoot!.querySelectorAll('button')) button.click();
          return host.shadowRoot!.textContent;
        }),
      );
      for (const [index, text] of texts.entries()) expect(text).toContain(PAYLOADS[index]);
    }
    const foreign = await page.evaluate(
      () =>
        [...document.querySelectorAll('*')].flatMap((host) => [
          ...(host.shadowRoot?.querySelectorAll('script, iframe, img, svg, a, [onerror], [onload]') ?? []),
        ]).length,
    );
    expect(foreign).toBe(0);
    expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
  });

  it('an answer of any other shape is an error of the element and not of the page', async () => {
    for (const wrong of [7, 'text', [], { recommendations: 3, nextActions: 'x' }, { segment: { segment: null } }]) {
      const opening = await open(all(), {
        answer: (_request, route) =>
          route.fulfill({
            json: { data: Object.fromEntries(SAMPLES.map(({ topic }) => [topic, [wrong]])) },
          }),
      });
      await opening.page
        .locator('[state=error]')
        .nth(TAGS.length - 1)
        .waitFor();
    }
  });
});

describe('policies', () => {
  const base = "default-src 'none'; style-src 'self'; connect-src 'self'";
  const POLICIES: Record<string, { policy: string; script?: string }> = {
    'a strict policy': { policy: `${base}; script-src 'self'` },
    'a strict policy with Trusted Types': { policy: STRICT_POLICY },
    'a policy of nonces': {
      policy: `${base}; script-src 'nonce-n0nce' 'sha256-none'`,
      script:
        '<script nonce="n0nce" src="/recorder.js"></script><script nonce="n0nce" type="module" src="/widget/tessera.js"></script>',
    },
  };
  for (const [name, { policy, script }] of Object.entries(POLICIES)) {
    it(`under ${name} every element works, in a language of its own file, without a violation`, async () => {
      const opening = await open(all(), { policy, root: 'lang="de"', ...(script && { script, hasRecorder: false }) });
      await allReady(opening);
      await opening.page.getByText('Empfohlene Produkte').first().waitFor();
      expect(await opening.damage()).toEqual([]);
    });
  }
});

describe('pages that are not kind', () => {
  it('a page that resets all styles leaves every element readable', async () => {
    const opening = await open(all(), { head: '<link rel="stylesheet" href="/reset.css">' });
    await allReady(opening);
    const styles = await opening.page.locator('[part=badge], [part=panel]').evaluateAll((boxes) =>
      boxes.map((box) => {
        const { textTransform, letterSpacing, backgroundColor } = getComputedStyle(box);
        return { textTransform, letterSpacing, isSolid: backgroundColor !== 'rgba(0, 0, 0, 0)' };
      }),
    );
    expect(styles.length).toBeGreaterThanOrEqual(TAGS.length);
    for (const style of styles) {
      expect(style).toEqual({ textTransform: 'none', letterSpacing: 'normal', isSolid: true });
    }
  });

  for (const name of Object.keys(HOSTILE_SCRIPTS)) {
    it(`a page that ${name} is neither harmed nor harmful`, async () => {
      const opening = await open(all(), { head: `<script src="${hostileScript(name)}"></script>` });
      const { page, requests } = opening;
      await allReady(opening);
      await page.getByRole('button', { name: 'Segment: VIP' }).click();
      await page.getByText('Why', { exact: true }).waitFor();
      const texts = await page
        .locator('[state=ready]')
        .evaluateAll((elements) => elements.map((element) => element.shadowRoot!.textContent));
      for (const text of texts) expect(text).not.toMatch(/polluted|localised by the page|undefined|NaN|\[object/);
      expect(texts).toHaveLength(TAGS.length);
      expect(requests).toHaveLength(1);
      expect(requests[0]!.variables).toMatchObject(Object.fromEntries(SAMPLES.map(({ topic }) => [topic, ['1']])));
      expect(requests[0]!.authorization).toBe(`Bearer ${TOKEN}`);
      // The events of the server are read too.
      await expect.poll(() => pages.server.streams.length).toBe(1);
      pages.server.streams[0]!.tell('1');
      await expect.poll(() => requests.length).toBe(2);
    });
  }

  it('leaves of itself in the page what Lit leaves, its tags, and nothing else', async () => {
    const { page } = await open('<div id="here"></div>', {
      script: '',
      policy: "default-src 'self'",
    });
    const found = await page.evaluate(
      async ({ body, count }) => {
        const types = Object.getOwnPropertyNames(window).filter((name) => /^[A-Z]/.test(name));
        const all = () =>
          types.flatMap((name) => {
            const type = (window as unknown as Record<string, { prototype?: object } | undefined>)[name];
            return [type, type?.prototype].flatMap((owner) =>
              owner instanceof Object
                ? Reflect.ownKeys(owner).map((key) => {
                    const { value, get, set } = Object.getOwnPropertyDescriptor(owner, key)!;
                    return [`${name} ${String(key)}`, value, get, set] as const;
                  })
                : [],
            );
          });
        const globals = new Set(Object.getOwnPropertyNames(window));
        const before = all();
        const script = document.createElement('script');
        script.type = 'module';
        script.src = '/widget/tessera.js';
        document.head.append(script);
        await new Promise((loaded) => script.addEventListener('load', loaded));
        const parsed = new DOMParser().parseFromString(body, 'text/html');
        document.getElementById('here')!.append(...parsed.body.children);
        for (let left = 1500; left > 0 && document.querySelectorAll('[state=ready]').length < count; left--) {
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        const after = all();
        return {
          shown: document.querySelectorAll('[state=ready]').length,
          changed: after
            .filter(
              ([name, ...values], index) =>
                name !== before[index]?.[0] || values.some((value, at) => !Object.is(value, before[index]![at + 1])),
            )
            .map(([name]) => name),
          globals: Object.getOwnPropertyNames(window).filter((name) => !globals.has(name)),
          attributes: [...document.documentElement.attributes, ...document.body.attributes].map(({ name }) => name),
          head: [...document.head.children].map(({ tagName }) => tagName),
        };
      },
      { body: all(), count: TAGS.length },
    );
    expect(found).toEqual({
      shown: TAGS.length,
      changed: [],
      globals: ['litHtmlVersions'],
      attributes: ['lang'],
      head: ['TITLE', 'SCRIPT', 'SCRIPT'],
    });
  });

  it('two versions of the script and a smaller bundle on one page are one', async () => {
    const script = ['tessera.js', 'tessera-badge.js', 'tessera-next.js']
      .map((file) => `<script type="module" src="/widget/${file}"></script>`)
      .join('');
    const messages: string[] = [];
    const opening = await open(all(), {
      script,
      policy: STRICT_POLICY.replace('lit-html', "lit-html 'allow-duplicates'"),
    });
    opening.page.on('console', (message) => messages.push(message.text()));
    await opening.page.reload();
    await allReady(opening);
    expect(messages).toEqual([]);
  });

  it('a larger bundle that comes second adds no half of itself, and says so', async () => {
    const script = ['tessera-badge.js', 'tessera.js']
      .map((file) => `<script type="module" src="/widget/${file}"></script>`)
      .join('');
    const messages: string[] = [];
    const opening = await open(all(), { script });
    opening.page.on('console', (message) => messages.push(message.text()));
    await opening.page.reload();
    await opening.page.locator('tessera-segment-badge[state=ready]').waitFor();
    expect(messages).toEqual(['tessera: a smaller bundle came first']);
    expect(await opening.page.evaluate(() => Boolean(customElements.get('tessera-customer-card')))).toBe(false);
  });

  it('elements that are moved and removed while they load end as they should', async () => {
    const opening = await open(`<div id="from">${all()}</div><div id="to"></div>`);
    await opening.page.evaluate(async () => {
      const [from, to] = ['from', 'to'].map((id) => document.getElementById(id)!);
      const elements = [...from!.children];
      for (let round = 0; round < 20; round++) {
        for (const element of elements) (round % 2 ? from! : to!).append(element);
        if (round % 5 === 0) for (const element of elements) element.remove();
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
      to!.append(...elements);
    });
    await allReady(opening);
    expect(await opening.page.locator('#to > [state=ready]').count()).toBe(TAGS.length);
  });

  it('attributes of any text are taken as they are', async () => {
    const opening = await open(
      all('count="-3" theme="purple" size="huge"') +
        element('recommendations', '1', 'count="1e9"') +
        element('next-actions', '1', 'count="x"'),
    );
    await opening.page
      .locator('[state=ready]')
      .nth(TAGS.length + 1)
      .waitFor();
    expect(opening.requests.map(({ variables }) => variables.first)).toEqual([20]);
  });
});

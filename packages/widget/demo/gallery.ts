import type { ElementState } from '../src/base/customer-element.js';
import { CHAPTERS, type Chapter, type Sample } from './gallery-samples.js';
import { byId, create } from './page-data.js';
import { SAMPLES } from './samples.generated.js';

const ENDPOINT = '/gallery/';

answerSamples();
byId('chapters').append(...CHAPTERS.map(createChapter));
byId('contents').append(
  ...CHAPTERS.map(({ id, title }) => {
    const item = create('li', '');
    const link = create('a', '', title);
    link.href = `#${id}`;
    item.append(link);
    return item;
  }),
);

const language = byId<HTMLSelectElement>('language');
const show = (lang: string) => {
  document.documentElement.lang = lang;
  document.documentElement.dir = lang === 'ar' ? 'rtl' : 'ltr';
};
language.value = new URLSearchParams(location.search).get('lang') ?? 'en';
show(language.value);
language.addEventListener('change', () => show(language.value));

function createChapter({ id, title, about, samples }: Chapter): HTMLElement {
  const chapter = create('section', 'chapter');
  const heading = create('h2', '', title);
  chapter.id = id;
  heading.id = `${chapter.id}-title`;
  chapter.setAttribute('aria-labelledby', heading.id);
  chapter.append(heading, create('p', 'quiet', about), ...samples.map(createSample));
  return chapter;
}

function createSample(sample: Sample): HTMLElement {
  const box = create('div', 'sample');
  const grounds = create('div', 'grounds');
  grounds.append(...(['light', 'dark'] as const).map((theme) => createGround(sample, theme)));
  const code = create('details', '');
  code.append(create('summary', 'quiet', 'Code'));
  const pre = create('pre', '');
  pre.tabIndex = 0;
  pre.setAttribute('role', 'region');
  pre.setAttribute('aria-label', `Code: ${sample.title}`);
  pre.append(create('code', '', codeOf(sample)));
  code.append(pre);
  box.append(create('h3', '', sample.title), grounds, code);
  return box;
}

function createGround({ tag, attributes, answer, heading }: Sample, theme: 'light' | 'dark'): HTMLElement {
  const ground = create('div', `ground ${theme}`);
  const provider = document.createElement('tessera-provider');
  for (const [name, value] of Object.entries({
    endpoint: ENDPOINT + answer,
    token: 'sample',
    customer: '10457',
    theme,
  })) {
    provider.setAttribute(name, value);
  }
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (heading) {
    const span = create('span', '', heading);
    span.slot = 'heading';
    element.append(span);
  }
  provider.append(element);
  ground.append(provider);
  return ground;
}

function codeOf({ tag, attributes, heading }: Sample): string {
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`);
  return `<tessera-provider endpoint="https://tessera.example/graphql" token="…" customer="10457">
  <${tag}${written.join('')}>${heading ? `\n    <span slot="heading">${heading}</span>\n  ` : ''}</${tag}>
</tessera-provider>`;
}

/** The gallery is its own server: it answers what its elements ask, and leaves everything else to the network. */
function answerSamples(): void {
  const fetchReally = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    if (typeof input !== 'string' || !input.startsWith(ENDPOINT)) return fetchReally(input, init);
    const { variables } = JSON.parse(init!.body as string) as { variables: Record<string, string[]> };
    if (variables.externalIds) return refuse(403, 'FORBIDDEN');
    return answerTo(input.slice(ENDPOINT.length) as ElementState, variables, init!.signal!);
  };
}

function answerTo(
  answer: ElementState,
  variables: Record<string, unknown>,
  signal: AbortSignal,
): Promise<Response> | Response {
  if (answer === 'loading') {
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  }
  if (answer === 'offline') throw new TypeError('no network');
  if (answer === 'error') return refuse(503, 'SERVICE_UNAVAILABLE');
  if (answer === 'denied') return refuse(403, 'FORBIDDEN');
  const data = Object.fromEntries(
    SAMPLES.map(({ topic, sample }) => [
      topic,
      ((variables[topic] ?? []) as string[]).map((id) => {
        if (answer === 'empty') return null;
        const first = variables.first as number;
        return { ...sample.agent(id, first), ...sample.shopper?.(id, first) };
      }),
    ]),
  );
  return Response.json({ data });
}

function refuse(status: number, code: string): Response {
  return Response.json({ errors: [{ message: 'a sample', extensions: { code } }] }, { status });
}

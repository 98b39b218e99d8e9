import { DeskCard } from '../shared/desk-card.js';
import { setPageLanguage } from '../shared/page-language.js';
import { HostLink } from './host-link.js';
import type { Context, FromHost, Refusal } from './protocol.js';

const root = document.documentElement;
const refused = document.createElement('p');

if (window.parent === window) {
  document.body.append('This page is shown inside the page of another system: it has nothing of its own to show.');
} else start();

function start(): void {
  const link = new HostLink(window.parent, hear, refuse);
  const card = new DeskCard(
    { endpoint: new URL('../graphql', location.href).href, tokenProvider: () => link.requestToken() },
    document.body,
  );
  document.body.addEventListener('tessera-action', ({ detail }) => link.send({ type: 'action', ...detail }));
  document.body.addEventListener('tessera-select', ({ detail }) => link.send({ type: 'select', ...detail }));
  new ResizeObserver(() => link.send({ type: 'resize', height: heightPx() })).observe(document.body);
  link.open();

  function hear(message: Exclude<FromHost, { type: 'token' }>): void {
    refused.remove();
    // What a message leaves out stays as it is.
    if (message.theme !== undefined) setTheme(message.theme);
    if (message.type === 'context') show(message);
  }

  function show({ customer, email, locale }: Context): void {
    if (locale) setPageLanguage(locale);
    void card.show({ externalId: customer, email });
    // The frame may have its height already, of an earlier person.
    link.send({ type: 'resize', height: heightPx() });
  }

  function setTheme(theme: 'light' | 'dark' | null): void {
    root.style.colorScheme = theme ?? '';
    card.theme = theme;
  }
}

/** Said in the page too: whoever sets it up looks at it. */
function refuse({ message }: Refusal): void {
  refused.textContent = `The page around this one sent something that cannot be used: ${message}.`;
  document.body.prepend(refused);
}

function heightPx(): number {
  return Math.ceil(document.body.getBoundingClientRect().height);
}

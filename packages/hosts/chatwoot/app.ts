import { DeskCard, type Person } from '../shared/desk-card.js';
import { fetchToken } from '../shared/fetch-token.js';

/** What of Chatwoot's message we use. */
interface AppContext {
  event: string;
  data?: { contact?: { identifier?: string | null; email?: string | null } | null };
}

/** Chatwoot answers it with the conversation that is open. */
const FETCH_INFO = 'chatwoot-dashboard-app:fetch-info';

const { endpoint, tokenUrl, chatwoot } = document.documentElement.dataset;
const desk = new URL(chatwoot!).origin;

const card = new DeskCard(
  {
    endpoint: endpoint!,
    // The agent is signed in to the server that this page comes from.
    tokenProvider: () => fetchToken(tokenUrl!, { credentials: 'include' }),
  },
  document.body,
);

// Chatwoot speaks to whoever is in its frame, so it is on us to know that it is Chatwoot.
addEventListener('message', ({ data, source, origin }) => {
  const person = source === window.parent && origin === desk ? readPerson(data) : null;
  if (person) void card.show(person);
});
if (window.parent !== window) window.parent.postMessage(FETCH_INFO, desk);
else document.body.replaceChildren('This page is an app of Chatwoot: it shows something there only.');

/** Whom the open conversation is with; null for what is no message about one. */
function readPerson(data: unknown): Person | null {
  try {
    const message = JSON.parse(data as string) as AppContext | null;
    if (message?.event !== 'appContext') return null;
    const { identifier, email } = message.data?.contact ?? {};
    return { externalId: identifier, email };
  } catch {
    return null;
  }
}

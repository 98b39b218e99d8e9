import { DeskCard, type Person } from '../shared/desk-card.js';
import { deskTexts } from '../shared/desk-card.texts.js';
import { setPageLanguage } from '../shared/page-language.js';

/** What of Zendesk's client we use; the SDK is a script of Zendesk's own. */
interface Client {
  context(): Promise<{ location: string }>;
  metadata(): Promise<{ settings: Record<string, string> }>;
  get(path: string): Promise<Record<string, unknown>>;
  on(event: string, listener: () => void): void;
  invoke(command: string, ...values: unknown[]): Promise<unknown>;
  request(options: Record<string, unknown>): Promise<{ token: string }>;
}

/** The agent, as Zendesk tells the page. */
interface Agent {
  id: number;
  email: string;
  locale?: string;
}

declare const ZAFClient: { init(): Client | false };

/** Where Zendesk keeps whom a sidebar is about, by the place in the manifest. */
const SUBJECTS: Readonly<Record<string, string>> = { ticket_sidebar: 'ticket.requester', user_sidebar: 'user' };

/** Zendesk's sidebars have no height of their own; beyond this the card scrolls in its frame. */
const LARGEST_HEIGHT_PX = 900;

const client = ZAFClient.init();
if (client) start(client).catch(giveUp);
else document.body.append('This page is an app of Zendesk Support: it shows something there only.');

async function start(client: Client): Promise<void> {
  const [{ settings }, { location }, { currentUser }] = await Promise.all([
    client.metadata(),
    client.context(),
    client.get('currentUser'),
  ]);
  const { id, email, locale } = currentUser as Agent;
  if (locale) setPageLanguage(locale);
  const subject = SUBJECTS[location] ?? 'ticket.requester';
  const card = new DeskCard(
    {
      endpoint: settings.endpoint!,
      tokenProvider: async () => {
        // Zendesk's proxy puts the secret in: no page ever has it. Who the agent is, this page says and Zendesk does not check.
        const { token } = await client.request({
          url: settings.tokenUrl,
          type: 'POST',
          secure: true,
          headers: { authorization: 'Bearer {{setting.tokenSecret}}' },
          contentType: 'application/json',
          data: JSON.stringify({ agent: `${id}`, email }),
        });
        return token;
      },
    },
    document.body,
  );
  const show = async () => {
    try {
      const { [subject]: person } = await client.get(subject);
      await card.show((person ?? {}) as Person);
    } catch (error) {
      card.fail(error, () => void show());
    }
  };
  for (const field of ['email', 'externalId']) client.on(`${subject}.${field}.changed`, () => void show());
  new ResizeObserver(([entry]) => {
    const height = Math.min(LARGEST_HEIGHT_PX, Math.ceil(entry!.contentRect.height) + 16);
    void client.invoke('resize', { width: '100%', height: `${height}px` });
  }).observe(document.body);
  await show();
}

/** Before there is a card that could say it. */
function giveUp(error: unknown): void {
  console.warn('tessera: Zendesk did not say what the card needs:', error);
  document.body.append(deskTexts().failed);
}

import { DeskCard } from '../shared/desk-card.js';
import { fetchToken } from '../shared/fetch-token.js';

/** What of Front's SDK we use; its script stands before ours. */
interface Context {
  type: string;
  conversation?: { recipient?: { handle?: string } };
}

declare const Front: { contextUpdates: { subscribe(listener: (context: Context) => void): unknown } };

const { endpoint, tokenUrl } = document.documentElement.dataset;

const card = new DeskCard(
  {
    endpoint: endpoint!,
    // The agent is signed in to the server that this page comes from.
    tokenProvider: () => fetchToken(tokenUrl!, { credentials: 'include' }),
  },
  document.body,
);

Front.contextUpdates.subscribe(({ type, conversation }) => {
  void card.show({ email: type === 'singleConversation' ? conversation?.recipient?.handle : null });
});

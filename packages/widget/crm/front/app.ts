import { DeskCard } from '../desk-card.js';

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
    tokenProvider: async () => {
      // The agent is signed in to the server that this page comes from.
      const response = await fetch(tokenUrl!, { method: 'POST', credentials: 'include' });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return ((await response.json()) as { token: string }).token;
    },
  },
  document.body,
);

Front.contextUpdates.subscribe(({ type, conversation }) => {
  void card.show({ email: type === 'singleConversation' ? conversation?.recipient?.handle : null });
});

import { api, useResolvedTheme } from '@vendure/dashboard';
import { useEffect, useState } from 'react';
import './customer-card.css';
import './tessera.js';

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'tessera-customer-card': Card & { theme: string; tokenProvider: () => Promise<string> };
    }
  }
}

const CARD = `query ($customerId: ID!) { tesseraCard(customerId: $customerId) { endpoint customer } }`;
const TOKEN = `mutation { createTesseraToken }`;

interface Card {
  endpoint: string;
  customer: string;
}

/** Called by the card when it needs a token: the administrator's session is what it is given for. */
async function tokenProvider(): Promise<string> {
  const { createTesseraToken } = (await api.mutate(TOKEN, {})) as { createTesseraToken: string };
  return createTesseraToken;
}

/** @param customerId as the admin API names the customer */
export function CustomerCard({ customerId }: { customerId: string }) {
  const [card, setCard] = useState<Card | null>(null);
  const theme = useResolvedTheme();
  useEffect(() => {
    let isShown = true;
    setCard(null);
    api.query<{ tesseraCard: Card }>(CARD, { customerId }).then(
      ({ tesseraCard }) => isShown && setCard(tesseraCard),
      (error) => console.warn('tessera: the customer could not be looked up:', error.message),
    );
    return () => {
      isShown = false;
    };
  }, [customerId]);
  return card && <tessera-customer-card {...card} tokenProvider={tokenProvider} theme={theme} />;
}

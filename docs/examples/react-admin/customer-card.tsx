import { useEffect, useRef } from 'react';
import { useRecordContext } from 'react-admin';

interface CustomerCardProps {
  /** Address of Tessera's GraphQL endpoint. */
  endpoint: string;
  /** Asks your own server for an agent token of whoever is signed in. Made once, outside of the component. */
  tokenProvider: () => Promise<string>;
  /** The field of the record that holds the id of the customer. */
  source?: string;
  /** What was shown, or null for a customer who is not known. */
  onLoad?: (segment: string | null) => void;
}

interface Card {
  endpoint: string;
  customer: string;
  tokenProvider: () => Promise<string>;
  ref: React.Ref<HTMLElement>;
}

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'tessera-customer-card': Card;
    }
  }
}

/** The card of the customer whom a page of react-admin is about; anywhere inside of `<Show>`, `<Edit>` or a list's row. */
export function CustomerCard({ endpoint, tokenProvider, source = 'id', onLoad }: CustomerCardProps) {
  const record = useRecordContext();
  const card = useRef<HTMLElement>(null);
  const customer = record?.[source];
  useEffect(() => {
    const element = card.current;
    if (!element || !onLoad) return;
    const tell = (event: Event) => onLoad((event as CustomEvent<{ segment: string | null }>).detail.segment);
    element.addEventListener('tessera-load', tell);
    return () => element.removeEventListener('tessera-load', tell);
  }, [onLoad]);
  // The element stays while the record comes: it waits for a customer by itself.
  return (
    <tessera-customer-card
      ref={card}
      endpoint={endpoint}
      customer={customer == null ? '' : String(customer)}
      tokenProvider={tokenProvider}
    />
  );
}

import '@tessera/widget/define';
import type {} from '@tessera/widget/react';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { customerOfPage, endpoint, tokenProvider } from '../token.js';

function Customer({ id }: { id: string }) {
  const [segment, setSegment] = useState<string | null>(null);
  const [action, setAction] = useState<string>();
  return (
    <tessera-provider endpoint={endpoint} tokenProvider={tokenProvider} customer={id}>
      <h1>
        Customer {id} <tessera-segment-badge ontessera-load={({ detail }) => setSegment(detail.segment)} />
      </h1>
      <p data-testid="segment">{segment}</p>
      <tessera-next-actions count={2} ontessera-action={({ detail }) => setAction(detail.action)} />
      <p data-testid="action">{action}</p>
    </tessera-provider>
  );
}

createRoot(document.getElementById('app')!).render(<Customer id={customerOfPage()} />);

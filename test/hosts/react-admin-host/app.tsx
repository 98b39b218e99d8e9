import fakeRest from 'ra-data-fakerest';
import { useState } from 'react';
import { Admin, Datagrid, List, Resource, Show, SimpleShowLayout, TextField } from 'react-admin';
import { createRoot } from 'react-dom/client';
import { CustomerCard } from './customer-card';

interface Settings {
  endpoint: string;
  customers: { id: number; shopId: string | null; name: string }[];
}

const { endpoint, customers } = (window as unknown as { settings: Settings }).settings;

const tokenProvider = async () => (await fetch('/token', { method: 'POST' })).text();

const Customers = () => (
  <List>
    <Datagrid>
      <TextField source="name" />
    </Datagrid>
  </List>
);

function Customer() {
  const [segment, setSegment] = useState<string | null>('nothing yet');
  return (
    <Show>
      <SimpleShowLayout>
        <TextField source="name" />
        <CustomerCard endpoint={endpoint} tokenProvider={tokenProvider} source="shopId" onLoad={setSegment} />
        <p>The page heard of {segment ?? 'nobody'}</p>
      </SimpleShowLayout>
    </Show>
  );
}

createRoot(document.querySelector('main')!).render(
  <Admin dataProvider={fakeRest({ customers })} disableTelemetry>
    <Resource name="customers" list={Customers} show={Customer} />
  </Admin>,
);

import {
  Button,
  DescriptionList,
  DescriptionListItem,
  ErrorState,
  Flex,
  hubspot,
  LoadingSpinner,
  Text,
} from '@hubspot/ui-extensions';
import { useCrmProperties } from '@hubspot/ui-extensions/crm';
import { useCallback, useEffect, useState } from 'react';

/** Your server with `backend.mjs`; HubSpot asks it in the place of the browser, and signs that it does. */
const BACKEND = 'https://crm.shop.example/hubspot';
const MODAL_SIZE_PX = { width: 640, height: 800 };

hubspot.extend(({ context, actions }) => <CustomerCard context={context} actions={actions} />);

/** The segment and value of a contact, and a button that opens the whole card. */
export function CustomerCard({ context, actions }) {
  const { properties, isLoading, error } = useCrmProperties(['email']);
  const { email } = properties;
  const [answer, setAnswer] = useState({ state: 'loading' });

  const load = useCallback(async () => {
    setAnswer({ state: 'loading' });
    try {
      setAnswer({ state: 'ready', customer: await ask('summary', { email }) });
    } catch {
      setAnswer({ state: 'error' });
    }
  }, [email]);
  useEffect(() => {
    if (email) void load();
  }, [email, load]);

  const open = async () => {
    try {
      const { url } = await ask('open', { email, locale: tagOf(context.user?.locale) });
      actions.openIframeModal({ uri: url, title: 'Customer', ...MODAL_SIZE_PX });
    } catch {
      setAnswer({ state: 'error' });
    }
  };

  if (error || answer.state === 'error') {
    return (
      <ErrorState title="Tessera does not answer" layout="vertical">
        <Text>The customer could not be loaded.</Text>
        <Button onClick={load}>Try again</Button>
      </ErrorState>
    );
  }
  if (!isLoading && !email) return <Text>This contact has no e-mail address.</Text>;
  if (isLoading || answer.state === 'loading') return <LoadingSpinner label="Loading the customer" showLabel />;
  if (answer.customer === null) return <Text>The shop does not know this contact.</Text>;
  const { segment, value } = answer.customer;
  return (
    <Flex direction="column" gap="small">
      <DescriptionList direction="row">
        <DescriptionListItem label="Segment">
          <Text>{segment}</Text>
        </DescriptionListItem>
        <DescriptionListItem label="Expected in 90 days">
          <Text>{value ? money(value, context.user?.locale) : '–'}</Text>
        </DescriptionListItem>
      </DescriptionList>
      <Button variant="secondary" onClick={open}>
        Show the customer
      </Button>
    </Flex>
  );
}

async function ask(what, body) {
  const answer = await hubspot.fetch(`${BACKEND}/${what}`, { method: 'POST', timeout: 5000, body });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

/** HubSpot writes `en_US` at some places. */
const tagOf = (locale = 'en') => locale.replace('_', '-');

function money({ amount, currency }, locale) {
  const format = new Intl.NumberFormat(tagOf(locale), { style: 'currency', currency });
  return format.format(Number(amount));
}

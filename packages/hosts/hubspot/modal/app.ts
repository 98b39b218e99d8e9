import { embedCustomerCard } from '../../embed/host.js';

/*
 * What HubSpot's modal frames: HubSpot itself gives no tokens, so this page of the shop's own server stands between, and
 * trades the code in its address for a token, once.
 */
interface Opened {
  page: string;
  token: string;
  customer: string;
  /** BCP 47; missing where HubSpot says none that is one. */
  locale?: string;
}

const code = location.hash.slice(1);
// The code is spent in a moment; nobody needs to find it in the history.
history.replaceState(null, '', location.pathname);

try {
  const answer = await fetch('../token', { method: 'POST', body: JSON.stringify({ code }) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const { page, token, customer, locale } = (await answer.json()) as Opened;
  let given = false;
  embedCustomerCard(document.body, {
    page,
    context: { customer, locale },
    token: async () => {
      if (given) throw new Error('the token was used up: open the customer again');
      given = true;
      return token;
    },
  });
} catch (error) {
  document.body.append('This customer can no longer be shown: close this and open him again.');
  console.warn('tessera: no token:', (error as Error).message);
}

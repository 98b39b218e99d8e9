import { byId, connect, countryName, create, type DemoCustomer, openPage, orderCount } from './page-data.js';

const data = await openPage();
connect(byId('workspace'), data);
const list = byId<HTMLUListElement>('customers');
const search = byId<HTMLInputElement>('search');

byId('shop-name').textContent = data.shop.name;
if (data.asOf) {
  const day = new Date(data.asOf).toLocaleDateString(document.documentElement.lang, {
    dateStyle: 'long',
    timeZone: 'UTC',
  });
  byId('as-of').textContent = `Scores as of ${day}`;
}

if (data.token === null || data.customers.length === 0) {
  byId(data.token === null && (data.sessionUrl !== null || !data.isDemo) ? 'no-link' : 'no-data').hidden = false;
  byId('workspace').hidden = true;
} else {
  const rows = data.customers.map(createRow);
  list.append(...rows.map(({ item }) => item));
  select(data.customers[0]!);

  search.addEventListener('input', () => {
    const words = search.value.toLocaleLowerCase().split(/\s+/);
    for (const { item, searchText } of rows) item.hidden = !words.every((word) => searchText.includes(word));
    showCount();
  });
  list.addEventListener('keydown', moveBetweenRows);
  showCount();
}

function createRow(customer: DemoCustomer): { item: HTMLLIElement; searchText: string } {
  const item = create('li', 'customer');
  const button = create('button', 'customer-open');
  button.type = 'button';
  button.dataset.customer = customer.externalId;
  const who = create('span', 'customer-who');
  who.append(create('span', 'customer-name', customer.name), create('span', 'quiet', customer.email ?? 'no e-mail'));
  button.append(createAvatar(customer.name), who);
  button.addEventListener('click', () => {
    select(customer);
    // On a phone the customer's panel is above the list.
    byId('detail').scrollIntoView({ block: 'nearest' });
  });

  const badge = document.createElement('tessera-segment-badge');
  badge.customer = customer.externalId;

  const facts = create('span', 'customer-facts quiet');
  facts.append(
    create('span', 'customer-id', customer.externalId),
    create('span', 'customer-country', countryName(customer.country)),
    create('span', 'customer-orders', orderCount(customer.orders)),
  );
  const badgeCell = create('span', 'customer-badge');
  badgeCell.append(badge);
  item.append(button, facts, badgeCell);
  const searchText = [customer.name, customer.email, customer.externalId, countryName(customer.country)]
    .join(' ')
    .toLocaleLowerCase();
  return { item, searchText };
}

function select(customer: DemoCustomer): void {
  for (const button of list.querySelectorAll<HTMLButtonElement>('.customer-open')) {
    const isSelected = button.dataset.customer === customer.externalId;
    button.tabIndex = isSelected ? 0 : -1;
    if (isSelected) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
  }
  byId('detail-card').setAttribute('customer', customer.externalId);
}

/** Up and down, Home and End walk through the customers that the search left over. */
function moveBetweenRows(event: KeyboardEvent): void {
  const { key, target } = event;
  const buttons = [...list.querySelectorAll<HTMLButtonElement>('li:not([hidden]) .customer-open')];
  const from = buttons.indexOf(target as HTMLButtonElement);
  if (from === -1) return;
  const to = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: buttons.length - 1 }[key];
  const next = to === undefined ? undefined : buttons[to];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function showCount(): void {
  const shown = list.querySelectorAll('li:not([hidden])').length;
  const total = data.customers.length;
  byId('count').textContent = shown === total ? `${total} customers` : `${shown} of ${total} customers`;
  byId('no-match').hidden = shown > 0;
  // One customer is always within reach of the Tab key, also where the search hides the selected one.
  const buttons = [...list.querySelectorAll<HTMLButtonElement>('li:not([hidden]) .customer-open')];
  if (buttons[0] && !buttons.some((button) => button.tabIndex === 0)) buttons[0].tabIndex = 0;
}

function createAvatar(name: string): HTMLSpanElement {
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] ?? '')
    .join('')
    .toLocaleUpperCase();
  const avatar = create('span', 'avatar', initials);
  avatar.setAttribute('aria-hidden', 'true');
  return avatar;
}

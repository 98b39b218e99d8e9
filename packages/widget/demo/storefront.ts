import { byId, connect, create, type DemoProduct, readPageData } from './page-data.js';

const data = readPageData();
const [shopper] = data.customers;

for (const element of document.querySelectorAll('.shop-name')) element.textContent = data.shop.name;

if (data.token === null || !shopper) {
  byId('no-data').hidden = false;
} else {
  byId('greeting').textContent = `Hello, ${shopper.name.split(/\s+/)[0]}`;
  const provider = byId('shopper');
  provider.setAttribute('customer', shopper.externalId);
  connect(provider, data);
}

const categories = [...new Set(data.products.flatMap(({ category }) => category ?? []))].sort();
byId('categories').append(
  ...categories.slice(0, 6).map((category) => {
    const item = create('li', '');
    const link = create('a', '', category);
    link.href = '#products';
    item.append(link);
    return item;
  }),
);

byId('no-products').hidden = data.products.length > 0;
byId('products').append(...data.products.map(createProduct));

function createProduct(product: DemoProduct): HTMLLIElement {
  const item = create('li', 'product');
  const tint = Math.max(0, categories.indexOf(product.category ?? '')) % 6;
  const picture = create('span', `product-picture tint-${tint}`, [...product.name][0]?.toLocaleUpperCase());
  picture.setAttribute('aria-hidden', 'true');
  item.append(
    picture,
    create('span', 'product-brand quiet', product.brand ?? product.category ?? ''),
    create('h3', 'product-name', product.name),
    create('span', 'product-price', formatPrice(product.price)),
  );
  return item;
}

function formatPrice(price: string | null): string {
  if (price === null) return '';
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: 'currency',
    currency: data.shop.currency,
  }).format(Number(price));
}

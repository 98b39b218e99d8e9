import { type MergeInput, makeFresh, upsert, type Written } from './upsert.js';

async function mergeById(
  input: MergeInput,
  table: string,
  key: string,
  fields: readonly string[],
  versioned = false,
): Promise<Written> {
  const columns = fields.filter((name) => input.present.has(name));
  await makeFresh(
    input.transaction,
    `s.${key}`,
    [key, ...columns].map((name) => `s.${name}`),
  );
  return upsert(
    input,
    { table, key: [key], columns, keepKnown: true, versioned: versioned && columns.includes('version') },
    'fresh',
  );
}

export const mergeCustomers = (input: MergeInput) =>
  mergeById(
    input,
    'customers',
    'customer_id',
    [
      'email',
      'first_name',
      'last_name',
      'gender',
      'country',
      'state',
      'city',
      'channel',
      'age',
      'registered_at',
      'attributes',
      'version',
    ],
    true,
  );

export const mergeProducts = (input: MergeInput) =>
  mergeById(input, 'products', 'product_id', [
    'name',
    'category',
    'brand',
    'department',
    'sku',
    'cost',
    'list_price',
    'active',
    'stock',
  ]);

export const mergeCampaigns = (input: MergeInput) =>
  mergeById(input, 'campaigns', 'campaign_id', ['name', 'channel', 'starts_at', 'ends_at', 'cost']);

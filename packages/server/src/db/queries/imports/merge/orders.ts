import {
  addUnknownCustomers,
  type Column,
  inShopCurrency,
  LIFECYCLE_TIMES,
  lineId,
  type MergeInput,
  makeFresh,
  moveToCustomer,
  same,
  upsert,
  type Written,
} from './upsert.js';

const select = ({ name, from }: Column) => `${from} as ${name}`;

/** Orders whose money stands in their lines. */
export async function mergeOrders(input: MergeInput): Promise<Written> {
  const { transaction, present } = input;
  const columns = [
    { name: 'status', from: "coalesce(s.status, 'placed')" },
    ...[same('placed_at'), ...LIFECYCLE_TIMES, same('version')].filter(({ name }) => present.has(name)),
  ];
  const customerId = present.has('customer_id')
    ? 's.customer_id'
    : '(select o.customer_id from orders o where o.order_id = s.order_id limit 1)';
  await makeFresh(transaction, 's.order_id', [
    's.order_id',
    `coalesce(${customerId}, '') as customer_id`,
    ...columns.map(select),
  ]);
  await addUnknownCustomers(input, 'fresh');
  await moveToCustomer(input, 'fresh');
  const names = columns.map(({ name }) => name);
  return upsert(
    input,
    { table: 'orders', key: ['customer_id', 'order_id'], columns: names, versioned: names.includes('version') },
    'fresh',
  );
}

/** Order lines. The order knows its customer best; a line whose order is not here yet keeps its own, or waits under ''. */
export async function mergeItems(input: MergeInput): Promise<Written> {
  const { transaction, present } = input;
  const columns = [
    { name: 'quantity', from: 's.pieces' },
    { name: 'amount', from: inShopCurrency('s.unit_price * s.pieces') },
    ...['product_id', 'status', ...LIFECYCLE_TIMES.map(({ name }) => name)]
      .filter((name) => present.has(name))
      .map(same),
  ];
  const content = lineId('s.order_id');
  const source = `(
    select s.*, coalesce(s.quantity, 1) as pieces, ${present.has('item_id') ? `coalesce(s.item_id, ${content})` : content} as own_id,
           coalesce(o.customer_id, s.customer_id, '') as owner
    from staging s left join orders o on o.order_id = s.order_id
    where s.problem is null
  ) as s`;
  await makeFresh(
    transaction,
    's.order_id, s.own_id',
    ['s.owner as customer_id', 's.order_id', 's.own_id as item_id', ...columns.map(select)],
    source,
  );
  await transaction.unsafe(`
    delete from order_items t using fresh s
    where t.order_id = s.order_id and t.item_id = s.item_id and t.customer_id <> s.customer_id`);
  return upsert(
    input,
    { table: 'order_items', key: ['customer_id', 'order_id', 'item_id'], columns: columns.map(({ name }) => name) },
    'fresh',
  );
}

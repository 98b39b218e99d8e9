import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { describe, expect, it } from 'vitest';
import { sharedJson, sharedPath } from '../../../../support/shared.js';
import { emptyShop, importedShop, READING } from '../../../../support/shop-data.js';

interface ReturnsReference {
  lines: number;
  lines_without_customer: number;
  cancel_lines: number;
  cancelled_value_with_customer: number;
  net_value_with_customer_all_lines: number;
  customers_any_line: number;
  customers_only_cancellations: number;
}

const near = (value: unknown, expected: number) => expect(Math.abs(Number(value) / expected - 1)).toBeLessThan(1e-9);

describe('online-retail', () => {
  it('imports to the row and to the penny, with its returns, write-offs and lines without a customer', async () => {
    const reference = sharedJson<ReturnsReference>('reference', 'returns-online-retail.json');
    const shop = await importedShop([sharedPath('data', 'online-retail', 'online_retail.csv.gz')]);
    try {
      const { sql, report } = shop;
      const [file] = report.files;
      expect(file).toMatchObject({
        format: 'invoice-lines',
        read: reference.lines,
        kept: reference.lines,
        quarantined: 0,
        duplicate: 0,
      });
      const [totals] = await sql`
        select (select count(*) from order_items) + (select count(*) from returns) as lines,
               (select count(*) from order_items where customer_id = '') + (select count(*) from returns where customer_id = '') as nobody,
               (select count(*) from returns where return_id like 'C%') as cancelled,
               (select -sum(amount) from returns where return_id like 'C%' and customer_id <> '') as cancelled_value,
               (select sum(amount) from order_items where customer_id <> '') - (select sum(amount) from returns where customer_id <> '') as net,
               (select count(*) from customers) as customers,
               (select count(*) from customers c where not exists (select from orders o where o.customer_id = c.customer_id)) as only_returns,
               (select count(distinct o.customer_id) from orders o join order_items i using (customer_id, order_id) where o.customer_id <> '' and i.amount > 0) as buyers,
               (select count(distinct (i.customer_id, i.order_id)) from order_items i where i.customer_id <> '' and i.amount > 0) as invoices,
               (select sum(amount) from order_items where customer_id <> '') as gross`;
      expect(Number(totals?.lines)).toBe(reference.lines);
      expect(Number(totals?.nobody)).toBe(reference.lines_without_customer);
      expect(Number(totals?.cancelled)).toBe(reference.cancel_lines);
      expect(Number(totals?.customers)).toBe(reference.customers_any_line);
      expect(Number(totals?.only_returns)).toBe(reference.customers_only_cancellations);
      // The well-known figures of the set: purchases of named customers.
      expect(Number(totals?.buyers)).toBe(4338);
      expect(Number(totals?.invoices)).toBe(18_532);
      near(totals?.gross, 8_911_407.904);
      near(totals?.cancelled_value, reference.cancelled_value_with_customer);
      near(totals?.net, reference.net_value_with_customer_all_lines);
    } finally {
      await shop.close();
    }
  });
});

describe('the smaller sets', () => {
  it('reconcile to the row and keep their totals', async () => {
    const sql = await emptyShop();
    const { files } = await importPaths(sql, [sharedPath('data', 'rfm-orders')], READING);
    expect(files.map(({ format, read, kept, quarantined }) => [format, read, kept, quarantined])).toEqual([
      ['transaction-log', 4906, 4906, 0],
    ]);
    expect(
      await sql`select count(*)::int as orders, sum(amount)::text as amount, count(distinct customer_id)::int as customers from order_items`,
    ).toEqual([{ orders: 4906, amount: '464158', customers: 995 }]);
  });

  it('keep customer attributes with the columns that no field takes', async () => {
    const sql = await emptyShop();
    const { files } = await importPaths(sql, [sharedPath('data', 'marketing-campaign')], READING);
    expect(files[0]).toMatchObject({ format: 'customer-attributes', read: 2240, quarantined: 0, inserted: 2240 });
    const [customer] =
      await sql`select registered_at::date::text as day, attributes from customers where customer_id = '5524'`;
    expect(customer?.day).toBe('2012-09-04');
    expect(customer?.attributes).toMatchObject({ income: '58138', mntwines: '635', education: 'Graduation' });
  });

  it('read the fixed-width CDNOW sample as the same purchases as its CSV', async () => {
    const texts = await emptyShop();
    await importPaths(texts, [sharedPath('data', 'cdnow', 'CDNOW_sample.txt.gz')], READING);
    expect(
      await texts`select count(*)::int as orders, sum(amount)::text as amount, count(distinct customer_id)::int as customers from order_items`,
    ).toEqual([{ orders: 6919, amount: '244091.94', customers: 2357 }]);
  });
});

import type { Transaction } from '../../../database.js';
import { addUnknownCustomers, type MergeInput } from './upsert.js';

/** Tables whose rows belong to a customer, beside `orders`. */
const BESIDE_ORDERS = ['order_items', 'returns', 'events', 'treatments', 'consents'] as const;
/** Why two customers are listed: their e-mail addresses are the same. */
const SAME_ADDRESS = 'address';

/**
 * Decides who the staged rows belong to. A row with an account id belongs to that account. A row without belongs to the
 * account that has its e-mail address; where none or several have it, to a guest, whose id is the address in lower case.
 * Called when the rows of an order know their order's customer and address. Afterwards each row has its `customer_id`, and
 * its `guest` is the address by which it was found; null where an account id was given or nobody is known.
 */
export async function resolveOwners({ transaction, present }: MergeInput): Promise<void> {
  await transaction`alter table staging add column if not exists guest text collate "C"`;
  if (!present.has('email')) return;
  const { count } = await transaction`
    update staging set guest = lower(email), customer_id = lower(email)
    where problem is null and customer_id is null and email is not null`;
  if (count === 0) return;
  // An account's address is the one that it was given last, in this file or before.
  await transaction`
    create temp table guest_owners on commit drop as
    with addresses as (select distinct guest as address from staging where guest is not null and problem is null),
    told as (
      select distinct on (customer_id) customer_id, lower(email) as address from staging
      where problem is null and guest is null and customer_id is not null and email is not null
      order by customer_id, line desc
    ),
    accounts as (
      select address, customer_id from told
      union
      select a.address, c.customer_id from addresses a join customers c on lower(c.email) = a.address
      where c.customer_id <> a.address and not exists (select from told t where t.customer_id = c.customer_id)
    )
    select a.address, min(c.customer_id) as owner from addresses a join accounts c on c.address = a.address
    where c.customer_id <> a.address
    group by a.address having count(*) = 1`;
  await transaction`
    update staging s set customer_id = o.owner from guest_owners o where o.address = s.guest and s.problem is null`;
}

/** Moves rows to another customer. @param moves a table with `customer_id` (now), `owner` (from now on) and what `on` names */
async function moveRows(transaction: Transaction, table: string, moves: string, on: string, importId: number) {
  const columns = await transaction<{ name: string }[]>`
    select quote_ident(column_name) as name from information_schema.columns
    where table_schema = current_schema() and table_name = ${table} and column_name not in ('customer_id', 'import_id')`;
  const names = columns.map(({ name }) => name).join(', ');
  await transaction.unsafe(`
    with moved as (delete from ${table} t using ${moves} m where ${on} returning m.owner, t.*)
    insert into ${table} (customer_id, import_id, ${names}) select owner, ${importId}, ${names} from moved on conflict do nothing`);
}

/** Makes `touched_addresses`: those that customers of the last merged rows have, or had when a guest came to them. */
async function noteTouchedAddresses(transaction: Transaction): Promise<void> {
  await transaction`
    create temp table touched_customers on commit drop as select customer_id from fresh where customer_id <> '' group by 1`;
  await transaction`analyze touched_customers`;
  await transaction`
    create temp table touched_addresses on commit drop as
    select lower(c.email) as address from touched_customers t join customers c on c.customer_id = t.customer_id
    where c.email is not null
    union
    select o.guest from touched_customers t join orders o on o.customer_id = t.customer_id
    where o.guest is not null and exists (select from orders where guest is not null)`;
  await transaction`analyze touched_addresses`;
}

/** Gives the orders of guests to the one account that has their address, or back to the guest where several have it. */
async function settleGuests(input: MergeInput): Promise<void> {
  const { transaction, importId } = input;
  await transaction`
    create temp table guest_moves on commit drop as
    with owners as (
      select a.address, case when count(c.customer_id) = 1 then min(c.customer_id) else a.address end as customer_id
      from touched_addresses a left join customers c on lower(c.email) = a.address and c.customer_id <> a.address
      group by a.address
    )
    select o.order_id, o.customer_id, w.customer_id as owner, w.address
    from owners w join orders o on o.guest = w.address where o.customer_id <> w.customer_id`;
  const [moves] = await transaction<{ exist: boolean }[]>`select exists (select from guest_moves) as exist`;
  if (moves?.exist !== true) return;
  await transaction`
    create temp table new_owners on commit drop as select owner as customer_id, address from guest_moves group by 1, 2`;
  await addUnknownCustomers(input, 'new_owners');
  // Who is a guest again is known by the address alone.
  await transaction`
    update customers c set email = address from new_owners n
    where n.customer_id = n.address and c.customer_id = n.address and c.email is null`;
  await transaction`delete from customer_aliases a using new_owners n where a.customer_id = n.customer_id`;
  const ofOrder = 't.customer_id = m.customer_id and t.order_id = m.order_id';
  for (const table of ['orders', 'order_items', 'returns'])
    await moveRows(transaction, table, 'guest_moves', ofOrder, importId);
  await transaction`
    update customers c set import_id = ${importId} from guest_moves m where c.customer_id in (m.customer_id, m.owner)`;
  // A guest who has become an account is gone, with whatever else came under the address.
  await transaction`
    create temp table gone_guests on commit drop as
    select m.address as customer_id, min(m.owner) as owner from guest_moves m
    where m.customer_id = m.address and not exists (select from orders o where o.customer_id = m.address)
    group by m.address`;
  const ofGuest = 't.customer_id = m.customer_id';
  for (const table of BESIDE_ORDERS) await moveRows(transaction, table, 'gone_guests', ofGuest, importId);
  for (const table of BESIDE_ORDERS) {
    await transaction`delete from ${transaction(table)} t using gone_guests g where t.customer_id = g.customer_id`;
  }
  await transaction`delete from customers c using gone_guests g where c.customer_id = g.customer_id`;
  await transaction`update customer_aliases a set merged_into = g.owner from gone_guests g where a.merged_into = g.customer_id`;
  await transaction`
    insert into customer_aliases (customer_id, merged_into) select customer_id, owner from gone_guests
    on conflict (customer_id) do update set merged_into = excluded.merged_into`;
}

/**
 * Lists customers of one address, each beside the first of them by id: an address that thousands share gives thousands of
 * rows, not their square. Those who share none any more are taken off the list.
 */
async function listPossibleMerges({ transaction, importId }: MergeInput): Promise<void> {
  const [listed] = await transaction<{ exist: boolean }[]>`select exists (select from possible_merges) as exist`;
  if (listed?.exist === true) {
    await transaction`
      insert into touched_addresses
      select lower(c.email) from (
        select p.customer_id from touched_customers t join possible_merges p on p.other_customer_id = t.customer_id
        union
        select p.customer_id from touched_customers t join possible_merges p on p.customer_id = t.customer_id
      ) as first join possible_merges p on p.customer_id = first.customer_id
      join customers c on c.customer_id in (p.customer_id, p.other_customer_id) where c.email is not null`;
  }
  await transaction`
    create temp table sharers on commit drop as
    select * from (
      select c.customer_id, min(c.customer_id) over (partition by lower(c.email)) as first_id
      from (select distinct address from touched_addresses) as a join customers c on lower(c.email) = a.address
    ) as grouped where customer_id <> first_id`;
  if (listed?.exist === true) {
    await transaction`
      delete from possible_merges p
      where p.reason = ${SAME_ADDRESS} and not exists (
          select from sharers s where s.first_id = p.customer_id and s.customer_id = p.other_customer_id)
        and exists (
          select from customers c where c.customer_id in (p.customer_id, p.other_customer_id)
            and lower(c.email) in (select address from touched_addresses))`;
  }
  await transaction`
    insert into possible_merges (customer_id, other_customer_id, reason, import_id)
    select first_id, customer_id, ${SAME_ADDRESS}, ${importId} from sharers on conflict do nothing`;
}

/**
 * What follows from the people of the rows that were merged last: guests whose address one account has become that
 * account with their history, whichever came first; accounts that share an address stay apart and are listed.
 */
export async function settlePeople(input: MergeInput): Promise<void> {
  const { transaction } = input;
  await noteTouchedAddresses(transaction);
  await settleGuests(input);
  await listPossibleMerges(input);
}

import { said, wordsIn } from '@tessera/core';
import type { Transaction } from '../../../database.js';

const { say: english } = wordsIn('en');
const MISSING = said('missing', {});
const NO_ORDER = said('order-not-here', {});

async function quarantine(
  transaction: Transaction,
  field: string,
  reason: typeof MISSING | typeof NO_ORDER,
  where: string,
): Promise<void> {
  await transaction.unsafe(
    `update staging s set problem_field = $1, problem_value = '', problem = $2, problem_kind = $3, problem_values = '{}'
     where s.problem is null and ${where}`,
    [field, english(reason), reason.kind],
  );
}

/**
 * A return that names its order and no amount brought all of the order back that is left; without a date it did so
 * when the order was delivered, sent or placed, whichever is known. One whose order is not here waits in quarantine.
 */
export async function completeReturns(transaction: Transaction): Promise<void> {
  const [gaps] = await transaction<{ found: boolean }[]>`
    select exists (select from staging where problem is null and (amount is null or returned_at is null)) as found`;
  if (gaps?.found !== true) return;
  await transaction`
    update staging s set amount = coalesce(s.amount, w.worth), rate = case when s.amount is null then 1 else s.rate end,
                         returned_at = coalesce(s.returned_at, w.moment)
    from (
      select o.order_id, min(coalesce(o.returned_at, o.delivered_at, o.shipped_at, o.placed_at)) as moment,
             sum(i.amount) filter (where i.amount is not null) as worth
      from orders o left join order_items i on i.order_id = o.order_id and i.customer_id = o.customer_id
      where o.order_id in (select order_id from staging) group by o.order_id
    ) as w
    where s.problem is null and s.order_id = w.order_id and (s.amount is null or s.returned_at is null)`;
  await quarantine(
    transaction,
    'order_id',
    NO_ORDER,
    's.order_id is not null and (s.amount is null or s.returned_at is null)',
  );
  await quarantine(transaction, 'amount', MISSING, 's.amount is null');
  await quarantine(transaction, 'returned_at', MISSING, 's.returned_at is null');
}

/** A member of a campaign without a date was treated when the campaign began; one whose campaign says nothing waits in quarantine. */
export async function completeTreatments(transaction: Transaction): Promise<void> {
  await transaction`
    update staging s set treated_at = c.starts_at from campaigns c
    where s.problem is null and s.treated_at is null and c.campaign_id = s.campaign_id`;
  await quarantine(transaction, 'treated_at', MISSING, 's.treated_at is null');
}

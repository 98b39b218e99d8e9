import { DISCOUNT_OF, discountOf, orderMoney, readSums } from '../sums.js';
import type { MergeInput } from './upsert.js';

/** Cells that may make an order worth something else than the sum of its rows. */
const STATED = ['order_discount', 'line_discount', 'order_total', 'subtotal', 'shipping', 'tax', 'tip'];

export const statesMoney = (present: ReadonlySet<string>): boolean => STATED.some((name) => present.has(name));

/** What tells that a row is a line of an order: without any, a row is its order and its amount what was paid for it. */
const OF_LINES = ['unit_price', 'product_id', 'product_name', 'item_id', 'quantity'];

/** Names of gift cards in the languages of shops; a box or a holder for one is a good as any other. */
const GIFT_CARD =
  '^\\W*(e-?|digital )?(gift ?-?(cards?|certificates?|vouchers?)|geschenk(gutschein|karte|card)\\w*|wertgutschein|(carte|chèque|bon) cadeau|tarjetas? (de )?regalo|(cart[ãa]o|vale)[ -]presente|(carta|buono) regalo|cadeau(bon|kaart)|presentkort|gavekort|lahjakortti|karta podarunkowa|bon podarunkowy|подарочн\\w+ (карта|сертификат)|ギフトカード|ギフト券|商品券|礼品卡|بطاقة هدية|قسيمة هدية)(?!.*(holder|box|envelope|sleeve|wallet|hülle|schachtel|umschlag))';

/** Marks the lines of `fresh` on which a gift card was sold: a debt of the shop, which nobody has earned yet. */
export async function markGiftCards({ transaction, present }: MergeInput): Promise<void> {
  if (present.has('product_name')) {
    await transaction.unsafe(
      `create temp table gift_cards on commit drop as
       select product_name from (select distinct product_name from fresh where product_name is not null) as names
       where product_name ~* $1`,
      [GIFT_CARD],
    );
    const [named] = await transaction<{ exist: boolean }[]>`select exists (select from gift_cards) as exist`;
    if (named?.exist === true) {
      await transaction`
        update fresh f set gift_card = true from gift_cards g
        where g.product_name = f.product_name and f.gift_card is null`;
    }
  } else if (!present.has('gift_card')) return;
  // A card that comes back takes nothing from what was earned either.
  await transaction`update fresh set amount = 0 where gift_card`;
}

/**
 * Gives each line of `fresh` what was asked for it: less its own discount and its share of its order's, to the smallest
 * unit, the largest remainders first; an order of which only totals are known shares them out over its rows.
 */
export async function settleMoney(input: MergeInput): Promise<void> {
  const { transaction, present, digits = 2 } = input;
  if (!statesMoney(present)) return;
  const hasDiscounts = present.has('order_discount') || present.has('line_discount');
  const hasStated = present.has('order_total') || present.has('subtotal');
  const knowsLines = OF_LINES.some((name) => present.has(name));
  const sums = hasDiscounts && hasStated ? await readSums(transaction) : null;
  const [varying] = hasDiscounts
    ? await transaction<{ exist: boolean }[]>`
        select exists (
          select from fresh where not is_return group by order_id having min(order_discount) <> max(order_discount)) as exist`
    : [];
  const reading = sums?.best ?? (varying?.exist === true ? 'each' : 'order');
  const known = sums === null ? DISCOUNT_OF[reading] : discountOf(sums);
  const discount = knowsLines ? known : '0';
  // Taxes, shipping and tips stand in a total beside the goods.
  const ofTotal = 'total - shipping - tip - case when tax_included then 0 else tax end';
  await transaction.unsafe(`
    create temp table order_worth on commit drop as
    select * from (
      select order_id, rows, priced, gross,
             greatest(case when priced > 0 then gross - (${discount}) when total is not null then ${ofTotal} else subtotal end, 0) as worth
      from (${orderMoney('fresh where not is_return')}) as money
    ) as orders where worth is not null and (gross is null or worth <> gross)`);
  await transaction`analyze order_worth`;
  await transaction.unsafe(`
    create temp table shares on commit drop as
    with weighed as (
      select f.line, f.item_id, f.order_id, w.worth,
             case when f.gift_card and not bool_and(coalesce(f.gift_card, false)) over o then 0
                  when w.priced = 0 then abs(f.quantity)
                  else greatest(coalesce(f.gross, 0) - ${reading === 'none' || !knowsLines ? '0' : 'f.open_discount'}, 0) end as weight,
             case when f.gift_card and not bool_and(coalesce(f.gift_card, false)) over o then 0 else 1 end as even,
             greatest(${digits}, least(max(scale(w.worth)) over o, 6)) as digits
      from order_worth w join fresh f on f.order_id = w.order_id where not f.is_return
      window o as (partition by f.order_id)
    ),
    parts as (
      select *, worth * case when sum(weight) over o > 0 then weight / sum(weight) over o else even::numeric / sum(even) over o end as part
      from weighed window o as (partition by order_id)
    ),
    ranked as (
      select *, trunc(part, digits) as whole, worth - sum(trunc(part, digits)) over (partition by order_id) as remainder,
             row_number() over (partition by order_id order by part - trunc(part, digits) desc, line) as place
      from parts
    )
    select line, item_id, order_id,
           whole + case when place <= ceil(remainder * 10 ^ digits) then least(remainder - (place - 1) * 10 ^ (-digits)::numeric, 10 ^ (-digits)::numeric) else 0 end as amount
    from ranked`);
  await transaction`analyze shares`;
  await transaction`
    update fresh f set discount = coalesce(f.discount, 0) + coalesce(f.gross, s.amount) * f.rate - s.amount * f.rate, amount = s.amount * f.rate, is_empty = false
    from shares s where s.line = f.line and s.order_id = f.order_id and s.item_id = f.item_id`;
}

import { ownReason } from '../own-reason.js';
import type { ActionKind, Named, ShippedAction, ShippedPerk } from '../reasons.js';
import type { Sentences, Speaker } from '../speaker.js';

/** What stands in a reason: the segment, and facts by name, each with its noun where it has one. */
interface Facts {
  readonly segment: string;
  readonly orders: string;
  readonly days: string;
  readonly top: string;
  readonly returned: string;
  readonly discount: string;
  readonly activity: string;
}

interface ActionWords {
  readonly title: string;
  readonly description: string;
  readonly kpi: string;
  readonly plainKpi: string;
  readonly why: (facts: Facts) => string;
  readonly plainWhy: (segment: string) => string;
}

const ACTIONS: Readonly<Record<ShippedAction, ActionWords>> = {
  'ultra-vip-care': {
    title: 'Care for the best of the best',
    description: 'A personal contact, priority service and a bundle put together from what this customer likes.',
    kpi: 'Revenue of the next 90 days against a holdout',
    plainKpi: 'Revenue against a holdout',
    why: ({ segment, top }) => `${segment}, in the top ${top} of the segment by expected value`,
    plainWhy: (segment) => `${segment}, at the top of the segment by expected value`,
  },
  'vip-early-access': {
    title: 'Early access and priority service',
    description: 'Show new products before everybody else sees them, and answer this customer first.',
    kpi: 'Repeat purchase rate within 90 days',
    plainKpi: 'Repeat purchase rate',
    why: ({ segment, orders, days }) => `${segment} with ${orders}, the last ${days} ago`,
    plainWhy: (segment) => `${segment} who bought lately`,
  },
  'loyalty-tier': {
    title: 'Reward loyalty',
    description: 'Points or a higher tier of the loyalty programme; say how far the next tier is.',
    kpi: 'Repeat purchase rate within 90 days',
    plainKpi: 'Repeat purchase rate',
    why: ({ segment, orders }) => `${segment} with ${orders}`,
    plainWhy: (segment) => `${segment} who came back`,
  },
  referral: {
    title: 'Ask for a referral',
    description: 'An exclusive offer to pass on to a friend, worth something to both.',
    kpi: 'New customers referred, and their first order',
    plainKpi: 'New customers referred, and their orders',
    why: ({ segment, orders, returned }) => `${segment} with ${orders}, of which little came back (${returned})`,
    plainWhy: (segment) => `${segment} who came back and returns little`,
  },
  'upsell-potential': {
    title: 'Grow with a step up',
    description: 'Offer the better version, a set or a second category beside what was bought.',
    kpi: 'Share that moves to Loyal or VIP within 180 days',
    plainKpi: 'Share that moves to Loyal or VIP',
    why: ({ segment, orders, days }) => `${segment}: ordered ${days} ago, ${orders} so far`,
    plainWhy: (segment) => `${segment} who bought lately`,
  },
  onboarding: {
    title: 'Welcome a new customer',
    description:
      'A short series: thank you, how to use it, what the shop stands for, and a reason to order a second time.',
    kpi: 'Second order within 90 days',
    plainKpi: 'Share that orders again',
    why: ({ days }) => `first order ${days} ago`,
    plainWhy: () => 'ordered for the first time lately',
  },
  'post-purchase': {
    title: 'Follow up the purchase',
    description: 'Thank you, tips for what was bought, then what goes with it.',
    kpi: 'Further order within 60 days',
    plainKpi: 'Share that orders again',
    why: ({ days }) => `ordered ${days} ago`,
    plainWhy: () => 'ordered lately',
  },
  'easy-reorder': {
    title: 'Make the next order easy',
    description: 'A reminder with what is bought again and again, in the basket by one click.',
    kpi: 'Orders from the reminder within 14 days',
    plainKpi: 'Orders from the reminder',
    why: ({ orders, days }) => `${orders}, and the next is due: ${days} since the last`,
    plainWhy: () => 'orders regularly, and the next order is due',
  },
  'win-back': {
    title: 'Win back before it is too late',
    description: 'An offer for a limited time, once. Keep a holdout: what comes back by itself is no success.',
    kpi: 'Reactivation within 90 days against a holdout',
    plainKpi: 'Reactivation against a holdout',
    why: ({ segment, top, days }) =>
      `${segment}, in the top ${top} of the segment by expected value; silent for ${days}`,
    plainWhy: (segment) => `${segment}, at the top of the segment by expected value; silent for long`,
  },
  'soft-nudge': {
    title: 'A nudge without a discount',
    description: 'A reminder or new arrivals. Test it against the offer of a limited time before paying for more.',
    kpi: 'Reactivation within 90 days, and its cost',
    plainKpi: 'Reactivation, and its cost',
    why: ({ segment, orders, days }) => `${segment}: silent for ${days} after ${orders}`,
    plainWhy: (segment) => `${segment}: silent for long`,
  },
  'retention-call': {
    title: 'Ask what went wrong',
    description: 'A call or a short survey by somebody who can make it good.',
    kpi: 'Reactivation within 90 days',
    plainKpi: 'Reactivation',
    why: ({ segment, orders }) => `${segment} after ${orders}, worth more than most customers`,
    plainWhy: (segment) => `${segment}, worth more than most customers`,
  },
  'fit-help': {
    title: 'Help to choose what stays',
    description: 'Size and fit advice, clearer pictures, and an exchange before a refund.',
    kpi: 'Return rate of the next 90 days',
    plainKpi: 'Return rate',
    why: ({ returned }) => `${returned} of what was delivered came back`,
    plainWhy: () => 'much of what was delivered came back',
  },
  'dormant-wake': {
    title: 'Answer a sign of life',
    description: 'Came back to the site or opened an e-mail: now, not before, is the time for one message.',
    kpi: 'Reactivation within 90 days',
    plainKpi: 'Reactivation',
    why: ({ segment, activity }) => `${segment}, but active again: ${activity} of late`,
    plainWhy: (segment) => `${segment}, but active again`,
  },
  'dormant-low-touch': {
    title: 'Leave alone, at low cost',
    description: 'The automated newsletter only; spend time and money elsewhere.',
    kpi: 'Cost a customer reached',
    plainKpi: 'Cost a customer reached',
    why: ({ segment, days }) => `${segment}: silent for ${days} and no sign of life`,
    plainWhy: (segment) => `${segment}: silent for long and no sign of life`,
  },
  'sale-news': {
    title: 'Tell of the sale',
    description: 'E-mail when prices are cut and seasons end; full prices will not move this customer.',
    kpi: 'Margin of the orders from the e-mail',
    plainKpi: 'Margin of the orders from the e-mail',
    why: ({ discount }) => `buys with ${discount} off on average`,
    plainWhy: () => 'buys at a discount',
  },
  're-engage-new': {
    title: 'Bring back after the first order',
    description: 'Ordered once and not again: show what others bought next.',
    kpi: 'Second order within 90 days',
    plainKpi: 'Share that orders again',
    why: ({ days }) => `one order, ${days} ago, and none since`,
    plainWhy: () => 'ordered some time ago, and not since',
  },
  'first-order': {
    title: 'Lead to the first order',
    description: 'The most popular products, what others say of them, and help to choose.',
    kpi: 'First order within 90 days',
    plainKpi: 'Share that orders',
    why: () => 'known to the shop, has not ordered yet',
    plainWhy: () => 'known to the shop, has not ordered yet',
  },
  'second-category': {
    title: 'Show the next category',
    description: 'A message with the products that others in the segment bought beside the same things.',
    kpi: 'Share that moves to Loyal or VIP within 365 days',
    plainKpi: 'Share that moves to Loyal or VIP',
    why: ({ segment, orders }) => `${segment} with ${orders}`,
    plainWhy: (segment) => `${segment} who came back`,
  },
};

/** Descriptions above that hold a number word. */
const PLAIN_DESCRIPTIONS: Partial<Record<ShippedAction, string>> = {
  'easy-reorder': 'A reminder with what is bought again and again, in the basket by a single click.',
  'win-back': 'An offer for a limited time. Keep a holdout: what comes back by itself is no success.',
  'dormant-wake': 'Came back to the site or opened an e-mail: now, not before, is the time for a message.',
  're-engage-new': 'Ordered and did not come back: show what others bought next.',
  'upsell-potential': 'Offer the better version, a set or another category beside what was bought.',
  onboarding: 'A short series: thank you, how to use it, what the shop stands for, and a reason to order again.',
};

const PERKS: Readonly<Record<ShippedPerk, string>> = {
  'ultra-vip-care': 'Personal service',
  'vip-early-access': 'Early access to new products',
  'loyalty-tier': 'Points on every order',
  referral: 'A gift for you and a friend you bring',
};

const UNKNOWN = 'unknown';
const counted = (value: number | null | undefined, one: string, other: string, s: Speaker) =>
  value == null ? `${UNKNOWN} ${other}` : s.plural(value, { one: `# ${one}`, other: `# ${other}` });

const factsOf = (segment: Named, facts: Readonly<Record<string, number | null>>, s: Speaker): Facts => {
  const { recencyDays, orders, recentActivity } = facts;
  return {
    segment: s.text(segment.title),
    orders: counted(orders, 'order', 'orders', s),
    days: counted(recencyDays == null ? null : Math.floor(recencyDays), 'day', 'days', s),
    top: s.fact(facts, 'topOfSegment') ?? UNKNOWN,
    returned: s.fact(facts, 'returnRate') ?? UNKNOWN,
    discount: s.fact(facts, 'discountShare') ?? UNKNOWN,
    activity: counted(recentActivity, 'visit or opening', 'visits or openings', s),
  };
};

export const actions: Sentences<ActionKind> = {
  'action-title': ({ action }) => ACTIONS[action].title,
  'action-description': [
    ({ action }) => ACTIONS[action].description,
    ({ action }) => PLAIN_DESCRIPTIONS[action] ?? ACTIONS[action].description,
  ],
  'action-kpi': [({ action }) => ACTIONS[action].kpi, ({ action }) => ACTIONS[action].plainKpi],
  'action-perk': ({ action }) => PERKS[action],
  'action-why': [
    ({ action, segment, facts }, s) => ACTIONS[action].why(factsOf(segment, facts, s)),
    ({ action, segment }, s) => ACTIONS[action].plainWhy(s.text(segment.title)),
  ],
  'own-action-why': [
    (values, s) => ownReason(values, UNKNOWN, s),
    ({ segment }, s) => `${s.text(segment.title)}, and meets what this action asks for`,
  ],
};

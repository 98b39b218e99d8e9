import { type Named, type Said, type ShippedAction, said, type Translations, type Wording } from '../words/reasons.js';

/** Bounds of one fact, both included; at least one. A missing fact meets none. */
export interface FactBounds {
  readonly from?: number;
  readonly to?: number;
}

/** THE LIST of what an action may ask of a customer. */
export const ACTION_FACT_NAMES = [
  /** Orders placed, cancelled ones left out. */
  'orders',
  /** Days since the last order. */
  'recencyDays',
  /** recencyDays / the customer's own median days between orders: 1 is when the next order is due. */
  'orderDue',
  /** 0 to 1, 1 is the best: by expected revenue of the next 90 days where it is predicted, else by value score. */
  'valuePercentile',
  /** 0 to 1: 0.4 is the top 40 % of the customer's own RFM segment. */
  'topOfSegment',
  /** Pieces returned of pieces delivered, 0 to 1. */
  'returnRate',
  /** 1 - paid / list price, over the lines whose list price is known. */
  'discountShare',
  /** Visits of the last 30 days and e-mail openings of the last 90. */
  'recentActivity',
  /** In the shop's currency. */
  'averageOrderValue',
] as const;

export type ActionFact = (typeof ACTION_FACT_NAMES)[number];

/** One rule: who, what to do, why, how its success is measured and what it may cost. Plain JSON. */
export interface PlaybookAction {
  /** Kebab-case, unique within the playbook. */
  readonly key: string;
  readonly title: Wording;
  /** What to do, in a sentence or two. */
  readonly description: Wording;
  /** `segmentation:segment`, any of them; left out: everybody with an order. */
  readonly segments?: readonly string[];
  /** `segmentation:segment`: whoever is in one of these is left out. */
  readonly notSegments?: readonly string[];
  readonly when?: Readonly<Partial<Record<ActionFact, FactBounds>>>;
  /**
   * Why this customer, for staff; `{orders}`, `{segment}` and the other facts in braces stand for his values, and
   * `{orders|order|orders}` for the value with the word that fits one or any other. Left out: the words that come with an
   * action of the product.
   */
  readonly reason?: string | Translations;
  readonly kpi: Wording;
  /** The most that may be given away, as shares; the smaller of the two counts. Null for no incentive at all. */
  readonly maxIncentive: { readonly ofExpectedValue: number; readonly ofOrderValue: number } | null;
  /** By which part the expected revenue of 90 days may rise; an assumption until an experiment measures it. */
  readonly assumedUplift: number;
  /** 0 to 1 before the customer's value is weighed in. */
  readonly priority: number;
  /** What the shopper himself reads of it; left out or null: nothing. */
  readonly perk?: Wording | null;
}

export interface Playbook {
  readonly actions: readonly PlaybookAction[];
}

/** What rules look at; null where it is not known. */
export interface CustomerFacts {
  /** `segmentation:segment`, one a segmentation. */
  readonly segments: readonly string[];
  /** His RFM segment. */
  readonly segment: Named;
  readonly values: Readonly<Record<ActionFact, number | null>>;
}

export interface ChosenAction {
  readonly action: PlaybookAction;
  readonly reason: Said;
  /** 0 to 1. */
  readonly priority: number;
}

/** What a customer without a known value weighs. */
const UNKNOWN_VALUE = 0.25;
const isWithin = (
  value: number | null,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: FactBounds,
) => value !== null && value >= from && value <= to;

function reasonOf({ key, reason }: PlaybookAction, { segment, values: facts }: CustomerFacts): Said {
  return reason === undefined
    ? said('action-why', { action: key as ShippedAction, segment, facts })
    : said('own-action-why', { reason, segment, facts });
}

/** Whether an action is for a customer. */
export function actionApplies(
  { segments, notSegments = [], when = {} }: PlaybookAction,
  customer: CustomerFacts,
): boolean {
  const isIn = (segment: string) => customer.segments.includes(segment);
  const isMeant = segments === undefined ? (customer.values.orders ?? 0) > 0 : segments.some(isIn);
  return (
    isMeant &&
    !notSegments.some(isIn) &&
    Object.entries(when).every(([fact, bounds]) => isWithin(customer.values[fact as ActionFact], bounds))
  );
}

/**
 * What to do next with a customer, the most urgent first; actions of equal priority in the playbook's order.
 *
 * Priority is the action's own, from a half for the customer of least value to the whole for the one of most.
 */
export function nextActions(playbook: Playbook, customer: CustomerFacts, most: number): ChosenAction[] {
  const value = customer.values.valuePercentile ?? UNKNOWN_VALUE;
  return playbook.actions
    .filter((action) => actionApplies(action, customer))
    .map((action) => ({
      action,
      reason: reasonOf(action, customer),
      priority: action.priority * (0.5 + 0.5 * value),
    }))
    .sort((a, b) => b.priority - a.priority)
    .slice(0, most);
}

/** What the shopper may read of the actions that are for him, in the playbook's order, each text once. */
export function perksOf(playbook: Playbook, customer: CustomerFacts): Wording[] {
  const perks = playbook.actions.flatMap((action) =>
    action.perk != null && actionApplies(action, customer) ? [action.perk] : [],
  );
  const texts = perks.map((perk) => JSON.stringify(perk));
  return perks.filter((_, index) => texts.indexOf(texts[index]!) === index);
}

/** The actions that the members of a segment can be given, whatever else they ask for. */
export function actionsOfSegment(playbook: Playbook, segment: string): PlaybookAction[] {
  const isProspect = segment.endsWith(':prospect');
  return playbook.actions.filter(
    ({ segments, notSegments }) =>
      (segments === undefined ? !isProspect : segments.includes(segment)) && !notSegments?.includes(segment),
  );
}

import { ownReason } from './own-reason.js';
import type { ActionKind, FactValues, Named, ShippedAction, ShippedPerk } from './reasons.js';
import type { PluralForms, Sentences, Speaker } from './speaker.js';

/** What stands in the reason of an action: the segment, and facts with their nouns. */
export interface ActionFacts {
  readonly segment: string;
  readonly orders: string;
  readonly days: string;
  readonly top: string;
  readonly returned: string;
  readonly discount: string;
  readonly activity: string;
}

/** The words of one action; `plain` forms where the first holds a figure or a number word. */
export interface ActionWords {
  readonly title: string;
  readonly description: string;
  readonly plainDescription?: string;
  readonly kpi: string;
  readonly plainKpi?: string;
  readonly why: (facts: ActionFacts) => string;
  readonly plainWhy: (segment: string) => string;
}

/** How a language speaks of actions. */
export interface ActionLanguage {
  readonly actions: Readonly<Record<ShippedAction, ActionWords>>;
  readonly perks: Readonly<Record<ShippedPerk, string>>;
  readonly orders: PluralForms;
  readonly days: PluralForms;
  readonly activity: PluralForms;
  readonly unknown: string;
  /** Said of an action of the shop's own to who may see no figures. */
  readonly meetsRule: (segment: string) => string;
}

/** The sentences of all actions out of a language's words. */
export function actionSentences(language: ActionLanguage): Sentences<ActionKind> {
  const { actions, perks, unknown } = language;
  const factsOf = (segment: Named, facts: FactValues, s: Speaker): ActionFacts => {
    const counted = (value: number | null | undefined, forms: PluralForms) =>
      value == null ? unknown : s.plural(value, forms);
    const { recencyDays, orders, recentActivity } = facts;
    return {
      segment: s.text(segment.title),
      orders: counted(orders, language.orders),
      // A day is over or it is not.
      days: counted(recencyDays == null ? null : Math.floor(recencyDays), language.days),
      top: s.fact(facts, 'topOfSegment') ?? unknown,
      returned: s.fact(facts, 'returnRate') ?? unknown,
      discount: s.fact(facts, 'discountShare') ?? unknown,
      activity: counted(recentActivity, language.activity),
    };
  };
  return {
    'action-title': ({ action }) => actions[action].title,
    'action-description': [
      ({ action }) => actions[action].description,
      ({ action }) => actions[action].plainDescription ?? actions[action].description,
    ],
    'action-kpi': [
      ({ action }) => actions[action].kpi,
      ({ action }) => actions[action].plainKpi ?? actions[action].kpi,
    ],
    'action-perk': ({ action }) => perks[action],
    'action-why': [
      ({ action, segment, facts }, s) => actions[action].why(factsOf(segment, facts, s)),
      ({ action, segment }, s) => actions[action].plainWhy(s.text(segment.title)),
    ],
    'own-action-why': [
      (values, s) => ownReason(values, unknown, s),
      ({ segment }, s) => language.meetsRule(s.text(segment.title)),
    ],
  };
}

import { type ShippedAction, type ShippedPerk, said } from '../words/reasons.js';
import defaultPlaybook from './default-playbook.json' with { type: 'json' };
import type { Playbook, PlaybookAction } from './playbook.js';

/** Actions of which the shopper reads something. */
const PERKS: readonly ShippedPerk[] = ['ultra-vip-care', 'vip-early-access', 'loyalty-tier', 'referral'];

const SHIPPED: ReadonlySet<string> = new Set(defaultPlaybook.actions.map(({ key }) => key));

/** Whether the words of an action come with the product. */
export const isShippedAction = (key: unknown): key is ShippedAction => SHIPPED.has(key as string);

/** The words that come with the product, where an action of ours leaves its own out. */
export function withShippedWords<Action extends { readonly key: string }>(action: Action): Action {
  if (!isShippedAction(action.key)) return action;
  const { key } = action;
  const words: Pick<PlaybookAction, 'title' | 'description' | 'kpi'> = {
    title: said('action-title', { action: key }),
    description: said('action-description', { action: key }),
    kpi: said('action-kpi', { action: key }),
  };
  return { ...words, ...action };
}

/** The actions that are shipped, for the segments of RFM as they come; a shop's own playbook replaces them all. */
export const DEFAULT_PLAYBOOK: Playbook = {
  actions: (defaultPlaybook.actions as readonly Omit<PlaybookAction, 'title' | 'description' | 'kpi'>[]).map(
    (action) => {
      const perk = PERKS.find((key) => key === action.key);
      const worded = withShippedWords(action) as PlaybookAction;
      return perk === undefined ? worded : { ...worded, perk: said('action-perk', { action: perk }) };
    },
  ),
};

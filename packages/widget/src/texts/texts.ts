import type { CARD_TEXTS } from '../elements/customer-card/customer-card.texts.js';
import type { ACTIONS_TEXTS } from '../elements/next-actions/next-actions.texts.js';
import type { PERKS_TEXTS } from '../elements/perks/perks.texts.js';
import type { RECOMMENDATIONS_TEXTS } from '../elements/recommendations/recommendations.texts.js';
import type { BADGE_TEXTS } from '../elements/segment-badge/segment-badge.texts.js';

/** Every sentence of every element: a language that lacks one does not compile. */
export type Texts = Readonly<
  Record<
    | keyof typeof BADGE_TEXTS
    | keyof typeof RECOMMENDATIONS_TEXTS
    | keyof typeof ACTIONS_TEXTS
    | keyof typeof PERKS_TEXTS
    | keyof typeof CARD_TEXTS,
    string
  >
>;

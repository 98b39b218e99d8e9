import type { ElementClass } from './element.js';
import { TesseraCustomerCard } from './elements/customer-card/customer-card.js';
import { TesseraNextActions } from './elements/next-actions/next-actions.js';
import { TesseraPerks } from './elements/perks/perks.js';
import { TesseraProvider } from './elements/provider/provider.js';
import { TesseraRecommendations } from './elements/recommendations/recommendations.js';
import { TesseraSegmentBadge } from './elements/segment-badge/segment-badge.js';

/**
 * THE LIST of elements: what `tessera.js` registers and the package exports. What a member brings stands in `element.ts`.
 * The provider first: what stands inside one asks it as soon as it is there.
 */
export const ELEMENTS = [
  TesseraProvider,
  TesseraSegmentBadge,
  TesseraRecommendations,
  TesseraNextActions,
  TesseraPerks,
  TesseraCustomerCard,
] as const satisfies readonly ElementClass[];

export {
  TesseraCustomerCard,
  TesseraNextActions,
  TesseraPerks,
  TesseraProvider,
  TesseraRecommendations,
  TesseraSegmentBadge,
};

/** THE LIST of elements: each is a class of `tessera.js` and of the package. What a member brings stands in `element.ts`. */
export { TesseraCustomerCard } from './elements/customer-card/customer-card.js';
export { TesseraNextActions } from './elements/next-actions/next-actions.js';
export { TesseraPerks } from './elements/perks/perks.js';
export { TesseraProvider } from './elements/provider/provider.js';
export { TesseraRecommendations } from './elements/recommendations/recommendations.js';
export { TesseraSegmentBadge } from './elements/segment-badge/segment-badge.js';

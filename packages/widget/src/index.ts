// Elements: classes only, nothing is registered by importing them

// Data
export type { TokenProvider } from '@tessera/ui/client/connection.js';
export { type ErrorCode, RequestError } from '@tessera/ui/client/request-error.js';
export type { ElementState } from './base/customer-element.js';
// Registering
export { defineTags } from './define-tags.js';
export type { TesseraElementProperties } from './element-properties.js';
export { TesseraCustomerCard } from './elements/customer-card/customer-card.js';
export { TesseraNextActions } from './elements/next-actions/next-actions.js';
export { TesseraPerks } from './elements/perks/perks.js';
export { TesseraProvider } from './elements/provider/provider.js';
export { TesseraRecommendations } from './elements/recommendations/recommendations.js';
export { TesseraSegmentBadge } from './elements/segment-badge/segment-badge.js';

// Events
export type {
  TesseraActionDetail,
  TesseraElementEvents,
  TesseraErrorDetail,
  TesseraLoadDetail,
  TesseraSelectDetail,
  TesseraToggleDetail,
} from './events.js';

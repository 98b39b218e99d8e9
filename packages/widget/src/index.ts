// Elements: classes only, nothing is registered by importing them

// Data
export type { TokenProvider } from './data/client.js';
export { type ErrorCode, RequestError } from './data/request-error.js';
export { type BadgeState, TesseraSegmentBadge } from './elements/segment-badge/segment-badge.js';

// Events
export type { TesseraErrorDetail, TesseraLoadDetail, TesseraToggleDetail } from './events.js';

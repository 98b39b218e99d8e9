// Elements: classes only, nothing is registered by importing them

// Data
export type { TokenProvider } from '@tessera/ui/client/connection.js';
export { type ErrorCode, RequestError } from '@tessera/ui/client/request-error.js';
export type { ElementState } from './base/customer-element.js';
// Registering
export { defineTags } from './define-tags.js';
export type { TesseraElementEvents, TesseraElementProperties } from './element-properties.js';
// Events
export type { TesseraToggleDetail } from './elements/segment-badge/segment-badge.js';
export * from './elements.js';
export type { TesseraActionDetail, TesseraErrorDetail, TesseraLoadDetail, TesseraSelectDetail } from './events.js';

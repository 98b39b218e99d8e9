import type { ErrorCode } from './data/request-error.js';

export interface TesseraLoadDetail {
  customer: string;
  /** Key of the segment shown; null for an unknown customer and in the shopper's view. */
  segment: string | null;
}

export interface TesseraErrorDetail {
  customer: string;
  code: ErrorCode;
  message: string;
}

export interface TesseraToggleDetail {
  open: boolean;
}

declare global {
  interface HTMLElementEventMap {
    'tessera-load': CustomEvent<TesseraLoadDetail>;
    'tessera-error': CustomEvent<TesseraErrorDetail>;
    'tessera-toggle': CustomEvent<TesseraToggleDetail>;
  }
}

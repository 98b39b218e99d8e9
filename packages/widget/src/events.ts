import type { ErrorCode } from '@tessera/ui/client/request-error.js';

export interface TesseraLoadDetail {
  customer: string;
  /** Key of the segment shown; null for an unknown customer, in the shopper's view and in elements without a segment. */
  segment: string | null;
}

export interface TesseraErrorDetail {
  customer: string;
  code: ErrorCode;
  message: string;
}

export interface TesseraSelectDetail {
  customer: string;
  /** The shop's own id of the product. */
  product: string;
}

export interface TesseraActionDetail {
  customer: string;
  /** Key of the action in the playbook. */
  action: string;
}

declare global {
  /** What several elements tell; an event of one element alone is declared beside its class. */
  interface HTMLElementEventMap {
    'tessera-load': CustomEvent<TesseraLoadDetail>;
    'tessera-error': CustomEvent<TesseraErrorDetail>;
    'tessera-select': CustomEvent<TesseraSelectDetail>;
    'tessera-action': CustomEvent<TesseraActionDetail>;
  }
}

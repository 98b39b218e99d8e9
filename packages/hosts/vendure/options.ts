import type { Customer } from '@vendure/core';

/** Under which the options of the plugin are injected. */
export const TESSERA_OPTIONS = Symbol('TESSERA_OPTIONS');

export interface TesseraPluginOptions {
  /** Address of the GraphQL endpoint, for this server and for the browsers of administrators. */
  endpoint: string;
  /** The agent-signing key: its id and its secret. Tokens for administrators' pages are signed with it. */
  agentKey: { id: string; secret: string };
  /** A restricted key with the scope `imports:write`. Without one no order and no customer is sent. */
  ingestKey?: string;
  /** What administrators may see, as much of it as the signing key grants; whole profiles and names when left out. */
  scopes?: string[];
  /** How long a token lasts, 1 to 480 minutes; 15 when left out. The page gets a new one by itself. */
  tokenMinutes?: number;
  /** What Tessera calls a customer: the id when left out. The same as in whatever else is imported. */
  customerId?: (customer: Customer) => string;
}

export const DEFAULT_SCOPES = ['customers:read', 'customers:pii'];
export const DEFAULT_TOKEN_MINUTES = 15;

export const customerIdOf = ({ customerId }: TesseraPluginOptions, customer: Customer): string =>
  customerId?.(customer) ?? String(customer.id);

import { post } from '../src/data/client.js';
import type { TokenProvider } from '../src/data/connection.js';
import { CUSTOMER_LOOKUP } from '../src/data/operations.generated.js';
import type { TesseraCustomerCard, TesseraProvider } from '../src/index.js';

export interface DeskSettings {
  /** Address of the GraphQL endpoint. */
  endpoint: string;
  /** Gives an agent token with the scope `customers:lookup`. */
  tokenProvider: TokenProvider;
}

/** Whom a conversation is with, as a help desk knows him. */
export interface Person {
  /** The shop's own id, where the desk was given it. */
  externalId?: string | null;
  email?: string | null;
}

/** The card of whomever a help desk's page is about. */
export class DeskCard {
  readonly #settings: DeskSettings;
  readonly #card: TesseraCustomerCard;
  #search: AbortController | undefined;

  constructor(settings: DeskSettings, parent: HTMLElement) {
    this.#settings = settings;
    const provider: TesseraProvider = document.createElement('tessera-provider');
    this.#card = document.createElement('tessera-customer-card');
    Object.assign(provider, settings);
    provider.append(this.#card);
    parent.append(provider);
  }

  /** Shows this person: by id, or by the exact e-mail address; "not known" for nobody and for a stranger. */
  async show({ externalId, email }: Person): Promise<void> {
    this.#search?.abort();
    const search = new AbortController();
    this.#search = search;
    const customer = externalId || (email ? await this.#find(email, search.signal) : null);
    // Meanwhile the desk may have gone on to somebody else.
    if (!search.signal.aborted) this.#card.customer = customer;
  }

  async #find(email: string, signal: AbortSignal): Promise<string | null> {
    const { endpoint, tokenProvider } = this.#settings;
    const connection = { endpoint, token: undefined, tokenProvider };
    try {
      const { data } = await post(connection, CUSTOMER_LOOKUP, { emails: [email] }, signal);
      const [found] = (data?.customersByEmails ?? []) as ({ externalId: string } | null)[];
      return found?.externalId ?? null;
    } catch (error) {
      console.warn('tessera: the customer could not be looked up:', (error as Error).message);
      return null;
    }
  }
}

import { post } from '../src/data/client.js';
import type { TokenProvider } from '../src/data/connection.js';
import { CUSTOMER_LOOKUP } from '../src/data/operations.generated.js';
import type { TesseraCustomerCard, TesseraProvider } from '../src/index.js';
import { deskTexts } from './desk-card.texts.js';

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
  readonly #provider: TesseraProvider;
  readonly #card: TesseraCustomerCard;
  /** In the place of "not known" as long as that is not known. */
  readonly #note = document.createElement('span');
  #search: AbortController | undefined;
  /** Desks tell more often than there is news, and each look-up counts. */
  #shown: string | undefined;

  constructor(settings: DeskSettings, parent: HTMLElement) {
    this.#settings = settings;
    this.#provider = document.createElement('tessera-provider');
    this.#card = document.createElement('tessera-customer-card');
    this.#note.slot = 'empty';
    Object.assign(this.#provider, settings);
    this.#provider.append(this.#card);
    parent.append(this.#provider);
  }

  set theme(theme: 'light' | 'dark' | null) {
    this.#provider.theme = theme;
  }

  /** Shows this person: by id, or by the exact e-mail address; "not known" for nobody and for a stranger. */
  async show({ externalId, email }: Person): Promise<void> {
    const person = `${externalId ?? ''}\n${email ?? ''}`;
    if (person === this.#shown) return;
    this.#shown = person;
    this.#search?.abort();
    const search = new AbortController();
    this.#search = search;
    this.#note.remove();
    if (externalId || !email) {
      this.#card.customer = externalId || null;
      return;
    }
    // The person before must not be taken for this one.
    this.#card.customer = null;
    this.#say(deskTexts().searching);
    try {
      const customer = await this.#find(email, search.signal);
      // Meanwhile the desk may have gone on to somebody else.
      if (search.signal.aborted) return;
      this.#note.remove();
      this.#card.customer = customer;
    } catch (error) {
      if (search.signal.aborted) return;
      this.#shown = undefined;
      console.warn('tessera: the customer could not be looked up:', (error as Error).message);
      const retry = document.createElement('button');
      retry.type = 'button';
      retry.textContent = deskTexts().retry;
      retry.addEventListener('click', () => void this.show({ email }));
      this.#say(`${deskTexts().failed} `, retry);
    }
  }

  #say(...content: (string | Node)[]): void {
    this.#note.replaceChildren(...content);
    this.#card.append(this.#note);
  }

  async #find(email: string, signal: AbortSignal): Promise<string | null> {
    const { endpoint, tokenProvider } = this.#settings;
    const connection = { endpoint, token: undefined, tokenProvider };
    const { data } = await post(connection, CUSTOMER_LOOKUP, { emails: [email] }, signal);
    const [found] = (data?.customersByEmails ?? []) as ({ externalId: string } | null)[];
    return found?.externalId ?? null;
  }
}

import { post } from '@tessera/ui/client/client.js';
import type { TokenProvider } from '@tessera/ui/client/connection.js';
import type { TesseraCustomerCard, TesseraProvider } from '@tessera/widget';
import { CUSTOMER_LOOKUP } from '@tessera/widget/data/operations.generated.js';
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
    // Nobody was asked yet, so nobody is unknown.
    this.#say(deskTexts().searching);
    parent.append(this.#provider);
  }

  set theme(theme: 'light' | 'dark' | null) {
    this.#provider.theme = theme;
  }

  /** Shows this person: by id, or by the exact e-mail address. "Not known" is said of a stranger, who was looked up. */
  async show({ externalId, email }: Person): Promise<void> {
    const person = `${externalId ?? ''}\n${email ?? ''}`;
    if (person === this.#shown) return;
    this.#shown = person;
    this.#search?.abort();
    const search = new AbortController();
    this.#search = search;
    this.#note.remove();
    // The person before must not be taken for this one.
    this.#card.customer = externalId || null;
    if (externalId) return;
    if (!email) {
      this.#say(deskTexts().nobody);
      return;
    }
    this.#say(deskTexts().searching);
    try {
      const customer = await this.#find(email, search.signal);
      // Meanwhile the desk may have gone on to somebody else.
      if (search.signal.aborted) return;
      this.#note.remove();
      this.#card.customer = customer;
    } catch (error) {
      if (!search.signal.aborted) this.fail(error, () => void this.show({ email }));
    }
  }

  /** Says that it could not be found out whom the page is about, in the place of whom it was about before. */
  fail(error: unknown, tryAgain: () => void): void {
    this.#search?.abort();
    this.#shown = undefined;
    this.#card.customer = null;
    console.warn('tessera: the customer could not be looked up:', error instanceof Error ? error.message : error);
    const retry = document.createElement('button');
    retry.type = 'button';
    retry.textContent = deskTexts().retry;
    retry.addEventListener('click', tryAgain);
    this.#say(`${deskTexts().failed} `, retry);
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

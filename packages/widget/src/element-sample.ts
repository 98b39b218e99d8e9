import type { ElementState } from './base/customer-element.js';

/** What the gallery and the tests show of an element. Its states and sizes are shown without being named here. */
export interface ElementSample {
  /** The element in one sentence. */
  about: string;
  /** Looks beside its states and sizes. */
  looks?: Look[];
  /**
   * What the server answers of a customer to `agent.graphql`.
   * @param first how many recommendations or actions were asked for
   */
  agent(externalId: string, first: number): object;
  /** The same to `shopper.graphql`. */
  shopper?(externalId: string, first: number): object;
  /** Both of a known customer of whom there is nothing to show. Without it only an unknown customer has nothing. */
  nothing?: object;
}

export interface Look {
  title: string;
  /** Attributes beside those of the provider. */
  attributes: Record<string, string>;
  /** What the sample's server does, and so the state that is shown; `ready` by default. */
  answer?: ElementState;
  /** A heading of the page's own, for its slot. */
  heading?: string;
}

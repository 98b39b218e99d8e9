import type { PropertyOptions } from './base/template-element.js';
import type { Topic } from './data/operations.generated.js';

/**
 * THE CONTRACT of an element. Its folder is called as its tag is, without `tessera-`, and brings, for `perks`:
 *
 *     perks.ts           the class: what stands below, and in `declare global` its tag and the events of its own
 *     perks.texts.ts     its English sentences by key; `texts/<language>.ts` does not compile without a translation of each
 *     agent.graphql      what it asks of a customer for an agent, under its topic; the build makes the page's document of all
 *     shopper.graphql    the same for a shopper; an element without it asks nothing for a shopper
 *     perks.sample.ts    what the gallery and the tests show: an answer for each who asks
 */
export interface ElementClass {
  new (): HTMLElement;
  readonly tag: `tessera-${string}`;
  /** Root field and variable of its part of the page's document; null where it asks nothing. */
  readonly topic: Topic | null;
  /** English sentences by key. A key is one sentence in all elements. */
  readonly texts: Readonly<Record<string, string>>;
  /** What a page may set. */
  readonly properties: Readonly<Record<string, PropertyOptions>>;
}

import type { ReasonValues } from './reasons.js';
import type { Speaker } from './speaker.js';

/** The fact, and the words for one and for any other value of it. */
export const PLACEHOLDER = /\{([^{}|]*)(?:\|([^{}|]*)\|([^{}|]*))?\}/g;

/**
 * A reason as the shop wrote it, with the customer's values for what stands in braces.
 * @param unknown said for a fact that is not known
 */
export function ownReason(
  { reason, segment, facts }: ReasonValues['own-action-why'],
  unknown: string,
  speaker: Speaker,
): string {
  return speaker
    .text(reason)
    .replace(PLACEHOLDER, (_, name: string, one: string | undefined, other: string | undefined) => {
      const value = name === 'segment' ? speaker.text(segment.title) : (speaker.fact(facts, name) ?? unknown);
      return one === undefined ? value : `${value} ${value === '1' ? one : other}`;
    });
}

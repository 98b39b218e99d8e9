import { type Explanation, type Reason, type Said, type SegmentDistance, wordsIn } from '@tessera/core';

/** A wording as an English reader sees it, amounts without a currency. */
export const { say: english, sayAny: anyEnglish, within: allEnglish } = wordsIn('en');

type Worded<Of extends Said> = Omit<Of, 'kind' | 'values'> & { readonly text: string };

const worded = <Of extends Said>({ kind, values, ...rest }: Of): Worded<Of> =>
  ({ text: english({ kind, values } as Said), ...rest }) as Worded<Of>;

/** An explanation with its reasons in English words instead of kinds and values. */
export const inEnglish = ({ reasons, nearest }: Explanation) => ({
  reasons: reasons.map((reason): Worded<Reason> => worded(reason)),
  nearest: nearest.map((distance): Worded<SegmentDistance> => worded(distance)),
});

/** The number at the head of a sentence, "one more order" or "3 more orders". */
export const numberIn = (text: string) => (text === 'one' ? 1 : Number(text));

import { REASON_KINDS, type Said, said, type WayToFix, type Wording } from '@tessera/core';

/** What quarantine stores of why a row cannot be used. */
export interface StoredReason {
  /** In English. */
  readonly reason: string;
  readonly reasonKind: string | null;
  readonly reasonValues: unknown;
}

/** Ready to be put into words; the stored text of rows from before there were kinds, and of kinds of a later version. */
export const reasonOf = ({ reason, reasonKind, reasonValues }: StoredReason): Wording =>
  (REASON_KINDS as readonly string[]).includes(reasonKind ?? '')
    ? ({ kind: reasonKind, values: reasonValues ?? {} } as Said)
    : reason;

/** What to do about a reason, by its English text, which says it in all versions; the first that fits. */
const WAYS: readonly (readonly [RegExp, WayToFix])[] = [
  [/mapping file|export/, 'as-said'],
  [/status word/, 'name-status'],
  [/is missing/, 'fill-cell'],
  [/is not a date|day that does not exist|time that does not exist|time zone/, 'write-date'],
  [/not a number|whole number|larger than/, 'correct-number'],
  [/cells, (fewer|more)/, 'quote-cells'],
  [/currency/, 'name-rate'],
];

/** How the row can be mended. */
export const wayToFix = (reason: string): Said<'way-to-fix'> =>
  said('way-to-fix', { way: WAYS.find(([pattern]) => pattern.test(reason))?.[1] ?? 'correct-row' });

import { textsOf } from '@tessera/ui/texts/texts.js';

export const BADGE_TEXTS = {
  segmentIs: 'Segment: {title}',
  why: 'Why',
  since: 'Since',
  asOf: 'As of',
} as const;

export const badgeText = textsOf(BADGE_TEXTS);

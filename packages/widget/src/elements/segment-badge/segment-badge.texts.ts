import { textsOf } from '@tessera/ui/texts/texts.js';

export const BADGE_TEXTS = {
  segmentIs: 'Segment: {title}',
  loading: 'Loading',
  empty: 'No data',
  error: 'Not loaded',
  offline: 'No connection',
  denied: 'No access',
  retry: 'Try again',
  stale: 'outdated',
  why: 'Why',
  since: 'Since',
  asOf: 'As of',
} as const;

export const badgeText = textsOf(BADGE_TEXTS);

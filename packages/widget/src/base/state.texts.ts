import { textsOf } from '@tessera/ui/texts/texts.js';

/** What every element says where it has nothing to show. */
export const STATE_TEXTS = {
  loading: 'Loading',
  empty: 'No data',
  error: 'Not loaded',
  offline: 'No connection',
  denied: 'No access',
  retry: 'Try again',
  stale: 'outdated',
} as const;

export const stateText = textsOf(STATE_TEXTS);

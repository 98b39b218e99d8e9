/** Every sentence a person may read or hear from an element; states of a badge under their own names. */
export const TEXTS = {
  segment: 'Segment:',
  loading: 'Loading segment',
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

import { textsOf } from '@tessera/ui/texts/texts.js';

export const PERKS_TEXTS = {
  yourPerks: 'Your benefits',
  perks: 'Benefits',
  noPerks: 'No benefits just now',
} as const;

export const perksText = textsOf(PERKS_TEXTS);

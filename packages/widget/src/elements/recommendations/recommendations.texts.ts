import { textsOf } from '@tessera/ui/texts/texts.js';

export const RECOMMENDATIONS_TEXTS = {
  recommendations: 'Recommended products',
  forYou: 'Recommended for you',
  noRecommendations: 'No recommendations yet',
  REBUY: 'Time to buy it again',
  BOUGHT_WITH: 'Often bought with {name}',
  goesWith: 'Goes with what you bought',
  POPULAR: 'Popular right now',
} as const;

export const recommendationsText = textsOf(RECOMMENDATIONS_TEXTS);

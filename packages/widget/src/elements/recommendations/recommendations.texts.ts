import { textsOf } from '../../format/texts.js';

export const RECOMMENDATIONS_TEXTS = {
  recommendations: 'Recommended products',
  forYou: 'Recommended for you',
  noRecommendations: 'No recommendations yet',
} as const;

export const recommendationsText = textsOf(RECOMMENDATIONS_TEXTS);

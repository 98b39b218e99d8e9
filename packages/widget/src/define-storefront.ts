import { defineTags } from './define-tags.js';
import { TesseraNextActions } from './elements/next-actions/next-actions.js';
import { TesseraPerks } from './elements/perks/perks.js';
import { TesseraProvider } from './elements/provider/provider.js';
import { TesseraRecommendations } from './elements/recommendations/recommendations.js';
import { TesseraSegmentBadge } from './elements/segment-badge/segment-badge.js';

/** Everything but the card. */
defineTags({
  'tessera-provider': TesseraProvider,
  'tessera-segment-badge': TesseraSegmentBadge,
  'tessera-recommendations': TesseraRecommendations,
  'tessera-next-actions': TesseraNextActions,
  'tessera-perks': TesseraPerks,
});

import { defineTags } from './define-tags.js';
import { TesseraCustomerCard } from './elements/customer-card/customer-card.js';
import { TesseraNextActions } from './elements/next-actions/next-actions.js';
import { TesseraPerks } from './elements/perks/perks.js';
import { TesseraProvider } from './elements/provider/provider.js';
import { TesseraRecommendations } from './elements/recommendations/recommendations.js';
import { TesseraSegmentBadge } from './elements/segment-badge/segment-badge.js';

/** THE LIST of tags. The provider first: what stands inside one asks it as soon as it is there. */
defineTags({
  'tessera-provider': TesseraProvider,
  'tessera-segment-badge': TesseraSegmentBadge,
  'tessera-recommendations': TesseraRecommendations,
  'tessera-next-actions': TesseraNextActions,
  'tessera-perks': TesseraPerks,
  'tessera-customer-card': TesseraCustomerCard,
});

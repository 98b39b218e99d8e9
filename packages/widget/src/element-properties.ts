import type { TesseraCustomerCard } from './elements/customer-card/customer-card.js';
import type { TesseraNextActions } from './elements/next-actions/next-actions.js';
import type { TesseraPerks } from './elements/perks/perks.js';
import type { TesseraProvider } from './elements/provider/provider.js';
import type { TesseraRecommendations } from './elements/recommendations/recommendations.js';
import type { TesseraSegmentBadge } from './elements/segment-badge/segment-badge.js';

type Settings = 'endpoint' | 'token' | 'tokenProvider' | 'customer' | 'segmentation' | 'audience' | 'theme';
type Some<Element, Names extends keyof Element> = Partial<Pick<Element, Names>>;

/** What each tag takes, for the templates of a framework; `frameworks/` holds a file of types for each that needs one. */
export interface TesseraElementProperties {
  'tessera-provider': Some<TesseraProvider, Settings>;
  'tessera-segment-badge': Some<TesseraSegmentBadge, Settings | 'size'>;
  'tessera-recommendations': Some<TesseraRecommendations, Settings | 'size' | 'count'>;
  'tessera-next-actions': Some<TesseraNextActions, Settings | 'size' | 'count'>;
  'tessera-perks': Some<TesseraPerks, Settings | 'size'>;
  'tessera-customer-card': Some<TesseraCustomerCard, Settings | 'size'>;
}

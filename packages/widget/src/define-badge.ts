import { defineTags } from './define-tags.js';
import { TesseraSegmentBadge } from './elements/segment-badge/segment-badge.js';

/** For pages that show badges and nothing else. */
defineTags({ 'tessera-segment-badge': TesseraSegmentBadge });

import { defineElements } from './define-tags.js';
import { TesseraSegmentBadge } from './elements.js';

/** For pages that show badges and nothing else. */
defineElements([TesseraSegmentBadge]);

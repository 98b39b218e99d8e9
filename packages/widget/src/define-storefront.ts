import { defineElements } from './define-tags.js';
import {
  TesseraNextActions,
  TesseraPerks,
  TesseraProvider,
  TesseraRecommendations,
  TesseraSegmentBadge,
} from './elements.js';

/** For pages of a shop: the elements that are worth their bytes to a shopper. */
defineElements([TesseraProvider, TesseraSegmentBadge, TesseraRecommendations, TesseraNextActions, TesseraPerks]);

import { TesseraSegmentBadge } from './elements/segment-badge/segment-badge.js';

/** THE LIST of tags. */
const TAGS: Record<string, CustomElementConstructor> = {
  'tessera-segment-badge': TesseraSegmentBadge,
};

for (const [tag, element] of Object.entries(TAGS)) {
  if (!customElements.get(tag)) customElements.define(tag, element);
}

// Written by the build from src/elements/*/*.sample.ts.
import { sample as customerCard } from '../src/elements/customer-card/customer-card.sample.js';
import { sample as nextActions } from '../src/elements/next-actions/next-actions.sample.js';
import { sample as perks } from '../src/elements/perks/perks.sample.js';
import { sample as recommendations } from '../src/elements/recommendations/recommendations.sample.js';
import { sample as segmentBadge } from '../src/elements/segment-badge/segment-badge.sample.js';
import type { ElementSample } from '../src/element-sample.js';

/** Each element by the name of its folder, with the topic under which it asks. */
export const SAMPLES: readonly { name: string; topic: string; sample: ElementSample }[] = [
  { name: 'customer-card', topic: 'cards', sample: customerCard },
  { name: 'next-actions', topic: 'actions', sample: nextActions },
  { name: 'perks', topic: 'perks', sample: perks },
  { name: 'recommendations', topic: 'recommendations', sample: recommendations },
  { name: 'segment-badge', topic: 'badges', sample: segmentBadge },
];

export interface Sample {
  title: string;
  tag: string;
  /** Attributes beside those of the provider. */
  attributes: Record<string, string>;
  /** What the sample's server does. */
  answer: Answer;
  /** A heading of the page's own, for its slot. */
  heading?: string;
}

export type Answer = 'ready' | 'loading' | 'empty' | 'error' | 'offline' | 'denied';

const STATES: [title: string, answer: Answer][] = [
  ['Ready', 'ready'],
  ['Loading', 'loading'],
  ['Empty', 'empty'],
  ['Error, with a way to try again', 'error'],
  ['Offline', 'offline'],
  ['No permission', 'denied'],
];

const SIZES = ['compact', 'inline'];

/** Everything that an element can look like: its states, its sizes, and what the shopper sees. */
function samplesOf(tag: string, more: Omit<Sample, 'tag'>[] = []): Sample[] {
  return [
    ...STATES.map(([title, answer]) => ({ title, tag, attributes: {}, answer })),
    ...SIZES.map((size) => ({ title: `Size ${size}`, tag, attributes: { size }, answer: 'ready' as const })),
    ...more.map((sample) => ({ ...sample, tag })),
  ];
}

/** THE LIST of the gallery's chapters. */
export const CHAPTERS: { title: string; about: string; samples: Sample[] }[] = [
  {
    title: 'Segment badge',
    about: 'One segment, with the reasons on demand.',
    samples: samplesOf('tessera-segment-badge', [
      { title: 'For the shopper', attributes: { audience: 'shopper' }, answer: 'ready' },
    ]),
  },
  {
    title: 'Recommendations',
    about: 'Products for one customer: a list for an agent, a shelf for the storefront.',
    samples: samplesOf('tessera-recommendations', [
      { title: 'For the shopper', attributes: { audience: 'shopper', count: '4' }, answer: 'ready' },
      {
        title: 'With a heading of the page',
        attributes: { count: '2' },
        answer: 'ready',
        heading: 'Goes well with the order',
      },
    ]),
  },
  {
    title: 'Next actions',
    about: 'What to do best for one customer, from the playbook of the shop.',
    samples: samplesOf('tessera-next-actions'),
  },
  {
    title: 'Perks',
    about: 'What the shop does for this customer, in the words that are meant for the shopper.',
    samples: samplesOf('tessera-perks', [
      { title: 'For the shopper', attributes: { audience: 'shopper' }, answer: 'ready' },
      { title: 'For the shopper, inline', attributes: { audience: 'shopper', size: 'inline' }, answer: 'ready' },
    ]),
  },
  {
    title: 'Customer card',
    about: 'Everything about one customer at a glance.',
    samples: samplesOf('tessera-customer-card'),
  },
];

import type { ElementState } from '../src/base/customer-element.js';
import type { Look } from '../src/element-sample.js';
import { SAMPLES } from './samples.generated.js';

export interface Sample extends Look {
  tag: string;
  answer: ElementState;
}

export interface Chapter {
  /** Of its part of the page, for links. */
  id: string;
  title: string;
  about: string;
  samples: Sample[];
}

const STATES: [title: string, answer: ElementState][] = [
  ['Ready', 'ready'],
  ['Loading', 'loading'],
  ['Empty', 'empty'],
  ['Error, with a way to try again', 'error'],
  ['Offline', 'offline'],
  ['No permission', 'denied'],
];

const SIZES = ['compact', 'inline'];

/** Everything that each element can look like: its states, its sizes, and the looks that it brings. */
export const CHAPTERS: Chapter[] = SAMPLES.map(({ name, sample }) => {
  const looks: Look[] = [
    ...STATES.map(([title, answer]) => ({ title, attributes: {}, answer })),
    ...SIZES.map((size) => ({ title: `Size ${size}`, attributes: { size } })),
    ...(sample.looks ?? []),
  ];
  const words = name.replaceAll('-', ' ');
  return {
    id: name,
    title: `${words[0]!.toUpperCase()}${words.slice(1)}`,
    about: sample.about,
    samples: looks.map((look) => ({ answer: 'ready', ...look, tag: `tessera-${name}` })),
  };
});

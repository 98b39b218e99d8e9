import type { STATE_TEXTS } from '../base/state.texts.js';
import type { AnyElement } from '../element-properties.js';

/** Every sentence of every element, and those of all: a language that lacks one does not compile. */
export type Texts = Readonly<Record<keyof typeof STATE_TEXTS | KeysOf<AnyElement['texts']>, string>>;

/** The keys of each, not those that all have. */
type KeysOf<T> = T extends unknown ? Extract<keyof T, string> : never;

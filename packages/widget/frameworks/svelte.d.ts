import type { HTMLAttributes } from 'svelte/elements';
import type { TesseraElementEvents, TesseraElementProperties } from './index.js';

type Listeners = { [Name in keyof TesseraElementEvents as `on${Name}`]?: (event: TesseraElementEvents[Name]) => void };

type Tags = {
  [Tag in keyof TesseraElementProperties]: HTMLAttributes<HTMLElementTagNameMap[Tag]> &
    TesseraElementProperties[Tag] &
    Listeners;
};

declare module 'svelte/elements' {
  export interface SvelteHTMLElements extends Tags {}
}

import type { DefineComponent, HTMLAttributes } from 'vue';
import type { TesseraElementEvents, TesseraElementProperties } from './index.js';

/** `@tessera-load` in a template. */
type Listeners = {
  [Name in keyof TesseraElementEvents as `on${Capitalize<Name>}`]?: (event: TesseraElementEvents[Name]) => void;
};

type Tags = {
  [Tag in keyof TesseraElementProperties]: DefineComponent<TesseraElementProperties[Tag] & HTMLAttributes & Listeners>;
};

declare module 'vue' {
  interface GlobalComponents extends Tags {}
}

import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { TesseraElementEvents, TesseraElementProperties } from './index.js';

type Listeners = { [Name in keyof TesseraElementEvents as `on${Name}`]?: (event: TesseraElementEvents[Name]) => void };

type Tags = {
  [Tag in keyof TesseraElementProperties]: DetailedHTMLProps<
    HTMLAttributes<HTMLElementTagNameMap[Tag]>,
    HTMLElementTagNameMap[Tag]
  > &
    TesseraElementProperties[Tag] &
    Listeners;
};

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements extends Tags {}
  }
}

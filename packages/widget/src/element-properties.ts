import type { ELEMENTS } from './elements.js';

export type AnyElement = (typeof ELEMENTS)[number];

/** What each tag takes, for the templates of a framework; `frameworks/` holds a file of types for each that needs one. */
export type TesseraElementProperties = {
  [Class in AnyElement as Class['tag']]: Partial<
    Pick<InstanceType<Class>, keyof InstanceType<Class> & keyof Class['properties']>
  >;
};

/** What elements tell the page: every event that one of them declares. */
export type TesseraElementEvents = {
  [Name in keyof HTMLElementEventMap as Name extends `tessera-${string}` ? Name : never]: HTMLElementEventMap[Name];
};

import { render, type TemplateResult } from 'lit/html.js';

export interface PropertyOptions {
  /** Not settable by an attribute. */
  isPropertyOnly?: true;
  /** The class has accessors of its own. */
  isOwn?: true;
}

const sheets = new WeakMap<typeof TemplateElement, CSSStyleSheet>();

/** Marks a text as a style sheet, for editors and for the build, which takes its blanks out. */
export const css = String.raw;

/**
 * Lit's templates on a base of our own. LitElement's own base is 2.6 KiB of the badge's 10, for converters, controllers and
 * change maps that nothing here uses; this keeps its contract: properties set before the upgrade count, several changes are
 * one update, an update is a microtask away.
 */
export abstract class TemplateElement extends HTMLElement {
  /** Every property by name; attributes have the same name, in small letters. */
  static properties: Readonly<Record<string, PropertyOptions>> = {};
  static styles: readonly string[] = [];

  readonly #values: Record<string, unknown> = {};
  #isPending = false;
  #root: ShadowRoot | undefined;

  /** Read by the browser when the tag is defined. */
  static get observedAttributes(): string[] {
    // biome-ignore lint/complexity/noThisInStatic: the class that is defined, which is another for every element
    const { prototype, properties } = this;
    return Object.entries(properties).flatMap(([name, options]) => {
      // A page may have given every object a property of these names.
      const has = (option: keyof PropertyOptions) => Object.hasOwn(options, option);
      if (!has('isOwn') && !Object.hasOwn(prototype, name)) {
        Object.defineProperty(prototype, name, {
          get(this: TemplateElement) {
            return this.#values[name];
          },
          set(this: TemplateElement, value: unknown) {
            if (this.#values[name] === value) return;
            this.#values[name] = value;
            this.requestUpdate();
          },
        });
      }
      return has('isPropertyOnly') ? [] : name;
    });
  }

  constructor() {
    super();
    // What was set before the script was there hides the accessors.
    const own = this as Record<string, unknown>;
    for (const name of Object.keys((this.constructor as typeof TemplateElement).properties)) {
      if (!Object.hasOwn(own, name)) continue;
      const value = own[name];
      delete own[name];
      own[name] = value;
    }
  }

  /** The shadow root; undefined before the element is in a page. */
  protected get root(): ShadowRoot | undefined {
    return this.#root;
  }

  connectedCallback(): void {
    if (!this.#root) {
      this.#root = this.attachShadow({ mode: 'open' });
      this.#root.adoptedStyleSheets = [sheetOf(this.constructor as typeof TemplateElement)];
    }
    this.requestUpdate();
  }

  disconnectedCallback(): void {}

  attributeChangedCallback(name: string, _before: string | null, value: string | null): void {
    (this as Record<string, unknown>)[name] = value;
  }

  /** Renders soon; several calls render once. */
  requestUpdate(): void {
    if (this.#isPending || !this.#root) return;
    this.#isPending = true;
    queueMicrotask(() => this.performUpdate());
  }

  /** Renders now. Whatever goes wrong stays here: the page around must not notice. */
  protected performUpdate(): void {
    this.#isPending = true;
    try {
      this.willUpdate();
      if (this.mayRender) {
        render(this.render(), this.#root!, { host: this });
        this.updated();
      }
    } catch (error) {
      console.warn('tessera:', error);
    }
    this.#isPending = false;
  }

  /** Before rendering: what is changed here is rendered at once. */
  protected willUpdate(): void {}

  protected get mayRender(): boolean {
    return true;
  }

  protected updated(): void {}

  protected abstract render(): unknown;
}

/** One sheet for all elements of a class. */
function sheetOf(type: typeof TemplateElement): CSSStyleSheet {
  let sheet = sheets.get(type);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(type.styles.join(''));
    sheets.set(type, sheet);
  }
  return sheet;
}

export type Template = TemplateResult;

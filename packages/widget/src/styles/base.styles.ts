import { css } from 'lit';

/**
 * Tokens and the reset that every element starts from. The page sets `--tessera-*`; elements read `--_*`. Everything
 * stands on `.root`, not on the host, where a page's `* { all: unset }` would win.
 */
export const baseStyles = css`
  :host {
    display: inline-block;
    max-inline-size: 100%;
    vertical-align: middle;
  }

  :host([hidden]) {
    display: none;
  }

  .root {
    all: initial;
    visibility: inherit;
    color-scheme: light dark;
    --_surface: var(--tessera-surface, light-dark(#fff, #1a1d23));
    --_text: var(--tessera-text, light-dark(#1c2128, #eceff4));
    --_muted: var(--tessera-muted, light-dark(#566070, #a9b2c0));
    --_border: var(--tessera-border, light-dark(#cfd5de, #434b58));
    display: inline-flex;
    max-inline-size: 100%;
    color: var(--_text);
    font-family: var(--tessera-font-family, inherit);
    font-size: var(--tessera-font-size, 0.8125rem);
    line-height: 1.4;
  }

  :host([theme='light']) .root {
    color-scheme: light;
  }

  :host([theme='dark']) .root {
    color-scheme: dark;
  }

  .hidden {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  :focus-visible {
    outline: 2px solid var(--tessera-focus, light-dark(#1d4ed8, #9db8ff));
    outline-offset: 2px;
  }
`;

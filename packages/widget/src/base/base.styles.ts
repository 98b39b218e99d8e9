import { css } from './template-element.js';

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
    display: none !important;
  }

  .root {
    all: initial;
    visibility: inherit;
    direction: inherit;
    color-scheme: light dark;
    --_surface: var(--tessera-surface, light-dark(#fff, #1a1d23));
    --_text: var(--tessera-text, light-dark(#1c2128, #eceff4));
    --_muted: var(--tessera-muted, light-dark(#566070, #a9b2c0));
    --_border: var(--tessera-border, light-dark(#cfd5de, #434b58));
    --_color: var(--_muted);
    display: contents;
    color: var(--_text);
    font-family: var(--tessera-font-family, inherit);
    font-size: var(--tessera-font-size, 0.8125rem);
    line-height: 1.4;
  }

  .light {
    color-scheme: light;
  }

  .dark {
    color-scheme: dark;
  }

  /* No flex boxes: a page may have hundreds. */
  .chip {
    display: inline-block;
    box-sizing: border-box;
    min-inline-size: 24px;
    min-block-size: 24px;
    max-inline-size: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    vertical-align: middle;
    margin: 0;
    padding: max(0px, (24px - 1.4em) / 2 - 1px) 0.75em;
    padding-inline-start: 0.625em;
    border: 1px solid var(--_border);
    border-radius: var(--tessera-radius, 99px);
    background: var(--_surface);
    color: inherit;
    font: inherit;
    white-space: nowrap;
  }

  .chip + .chip {
    margin-inline-start: 0.5em;
  }

  .colored {
    border-color: color-mix(in srgb, var(--_color) 38%, var(--_surface));
    background: color-mix(in srgb, var(--_color) 10%, var(--_surface));
    font-weight: 600;
  }

  .muted {
    color: var(--_muted);
    font-weight: 400;
  }

  button {
    cursor: pointer;
  }

  button.chip:hover {
    border-color: var(--_color);
  }

  .dot,
  .skeleton {
    display: inline-block;
    margin-inline-end: 0.5em;
  }

  .dot {
    inline-size: 0.625em;
    block-size: 0.625em;
    border-radius: 50%;
    background: var(--_color);
    forced-color-adjust: none;
  }

  .skeleton {
    inline-size: 5.5em;
    block-size: 0.625em;
    border-radius: 99px;
    background: var(--_border);
  }

  @media (prefers-reduced-motion: no-preference) {
    .skeleton {
      animation: pulse 1.6s infinite;
    }
  }

  @keyframes pulse {
    50% {
      opacity: 0.4;
    }
  }

  :focus-visible {
    outline: 2px solid var(--tessera-focus, light-dark(#1d4ed8, #9db8ff));
    outline-offset: 2px;
  }
`;

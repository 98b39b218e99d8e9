import { css } from './template-element.js';

/** Boxes with a heading, for what is more than a badge. */
export const panelStyles = css`
  :host {
    display: block;
  }

  .panel {
    display: block;
    box-sizing: border-box;
    inline-size: 100%;
    padding: 1em 1.125em;
    border: 1px solid var(--_border);
    border-radius: var(--tessera-panel-radius, 0.75em);
    background: var(--_surface);
    font-size: var(--tessera-font-size, 0.875rem);
    overflow-wrap: anywhere;
    container-type: inline-size;
  }

  .compact {
    padding: 0.75em 0.875em;
    font-size: calc(var(--tessera-font-size, 0.875rem) * 0.9286);
  }

  .inline {
    padding: 0;
    border: 0;
    background: none;
  }

  h2,
  h3,
  p,
  ul,
  dl,
  dd {
    margin: 0;
    padding: 0;
    font: inherit;
    list-style: none;
  }

  h2,
  h3,
  strong,
  dd {
    font-weight: 600;
  }

  .head,
  .sentence {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5em;
  }

  .head {
    justify-content: space-between;
  }

  .head + *,
  .sentence > * {
    margin-block-start: 0.625em;
  }

  .inline .head {
    display: none;
  }

  .sentence .chip:first-child {
    padding: 0;
    border: 0;
    background: none;
  }

  .bars {
    display: grid;
    gap: 0.875em;
    padding-block: 0.375em;
  }

  .bars .skeleton {
    display: block;
    inline-size: 100%;
    margin: 0;
  }

  .bars .skeleton:nth-child(2n) {
    inline-size: 64%;
  }

  .items {
    display: grid;
    gap: 0.875em;
  }

  .item {
    position: relative;
    display: flex;
    gap: 0.75em;
    min-inline-size: 0;
  }

  .item > .chip {
    align-self: center;
  }

  .sentence .chip {
    margin-inline-start: 0;
  }

  .body {
    flex: 1;
    text-wrap: pretty;
    min-inline-size: 0;
  }

  .link {
    all: unset;
    cursor: pointer;
    font-weight: 600;
  }

  /* All of the item is the target. */
  .link::after {
    content: "";
    position: absolute;
    inset: -0.25em;
    border-radius: 0.5em;
  }

  .link:focus-visible {
    outline: none;
  }

  .link:focus-visible::after {
    outline: 2px solid var(--tessera-focus, light-dark(#1d4ed8, #9db8ff));
  }

  .link:hover {
    text-decoration: underline;
  }

  .compact .items,
  .compact .bars {
    gap: 0.5em;
  }

  .inline .items {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5em;
  }

  .inline .item {
    padding: 0.125em 0.625em;
    border: 1px solid var(--_border);
    border-radius: var(--tessera-radius, 99px);
    background: var(--_surface);
  }

  .compact .extra,
  .inline .extra {
    display: none;
  }
`;

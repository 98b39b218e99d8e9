import { css } from '../../base/template-element.js';

export const segmentBadgeStyles = css`
  .stale {
    border-style: dashed;
  }

  .compact {
    font-size: calc(var(--tessera-font-size, 0.8125rem) * 0.875);
  }

  .compact .chip {
    padding-inline: 0.375em 0.5em;
  }

  .inline .chip {
    padding: 0;
    border-color: #0000;
    background: none;
  }

  /* A page of two hundred anchors is slow. */
  [aria-expanded='true'] {
    anchor-name: --chip;
  }

  .details {
    display: block;
    box-sizing: border-box;
    position: fixed;
    inset: auto;
    margin: 6px 0;
    position-anchor: --chip;
    position-area: self-block-end span-self-inline-end;
    position-try: flip-block, flip-inline, flip-block flip-inline;
    inline-size: max-content;
    max-inline-size: min(21rem, 100vw - 16px);
    padding: 1em 1.125em;
    border: 1px solid var(--_border);
    border-radius: 0.75em;
    background: var(--_surface);
    box-shadow: var(--tessera-shadow, 0 8px 28px light-dark(#141c2d2e, #0009));
    overflow-wrap: anywhere;
  }

  .details:not(:popover-open) {
    display: none;
  }

  p {
    margin: 0.75em 0 0;
  }

  .title {
    font-size: 1.125em;
  }

  .title,
  .heading {
    font-weight: 600;
  }

  ul {
    margin: 0.25em 0 0;
    padding-inline-start: 1.25em;
  }

  .date {
    display: inline-block;
    margin-inline-end: 1em;
  }
`;

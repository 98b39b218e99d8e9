import { css } from 'lit';

export const segmentBadgeStyles = css`
  .root {
    --_color: var(--_muted);
  }

  .live,
  .title,
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 0.5em;
    max-inline-size: 100%;
  }

  .live {
    position: relative;
  }

  .chip,
  .details {
    box-sizing: border-box;
    margin: 0;
    border: 1px solid var(--_border);
    background: var(--_surface);
    color: inherit;
    font: inherit;
  }

  .chip {
    min-inline-size: 24px;
    min-block-size: 24px;
    padding: 0;
    padding-inline: 0.625em 0.75em;
    border-radius: var(--tessera-radius, 99px);
    white-space: nowrap;
  }

  .chip.colored {
    border-color: color-mix(in srgb, var(--_color) 38%, var(--_surface));
    background: color-mix(in srgb, var(--_color) 10%, var(--_surface));
    font-weight: 600;
  }

  /* A page of two hundred anchors is slow. */
  [aria-expanded='true'] {
    anchor-name: --chip;
  }

  .stale {
    border-style: dashed;
  }

  button {
    cursor: pointer;
  }

  button.chip:hover {
    border-color: var(--_color);
  }

  .dot {
    flex: none;
    inline-size: 0.625em;
    block-size: 0.625em;
    border-radius: 50%;
    background: var(--_color);
    forced-color-adjust: none;
  }

  .label {
    overflow: hidden;
    text-overflow: ellipsis;
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

  .details {
    inset: auto;
    margin: 6px 0;
    position-anchor: --chip;
    position-area: self-block-end span-self-inline-end;
    position-try: flip-block, flip-inline, flip-block flip-inline;
    inline-size: max-content;
    max-inline-size: min(21rem, 100vw - 16px);
    padding: 1em 1.125em;
    border-radius: 0.75em;
    box-shadow: var(--tessera-shadow, 0 8px 28px light-dark(#141c2d2e, #0009));
    overflow-wrap: anywhere;
  }

  .details p {
    margin: 0.75em 0 0;
  }

  .title {
    font-size: 1.125em;
  }

  .title,
  .heading {
    font-weight: 600;
  }

  .muted {
    color: var(--_muted);
    font-weight: 400;
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

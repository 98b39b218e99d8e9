import { css } from '../../base/template-element.js';

export const customerCardStyles = css`
  .who {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5em 0.75em;
  }

  .avatar {
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 2.75em;
    block-size: 2.75em;
    box-sizing: border-box;
    border: 1px solid #0000;
    border-radius: 50%;
    background: color-mix(in srgb, var(--_color) 18%, var(--_surface));
    font-weight: 600;
  }

  /* Beside a form there is little room: the badge goes below the name before the name breaks. */
  .who > .body {
    flex-basis: 7em;
  }

  .name {
    font-size: 1.25em;
    line-height: 1.3;
  }

  .stats {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(6.5em, 1fr));
    gap: 0.75em 1em;
    margin-block-start: 1em;
    padding-block: 0.875em;
    border-block: 1px solid var(--_border);
  }

  dd {
    font-size: 1.0625em;
    font-variant-numeric: tabular-nums;
  }

  .sections {
    display: grid;
    gap: 1.5em 2em;
    margin-block-start: 1.25em;
  }

  @container (min-width: 40em) {
    .sections {
      grid-template-columns: 1fr 1fr;
    }
  }

  h3 {
    margin-block-end: 0.5em;
  }

  .big {
    font-size: 1.5em;
    font-weight: 600;
    line-height: 1.2;
  }

  .chip {
    white-space: normal;
  }

  .list {
    display: grid;
    gap: 0.25em;
    margin-block-start: 0.5em;
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: 0 1em;
  }

  summary {
    min-block-size: 24px;
    cursor: pointer;
  }

  .inline .stats,
  .compact .sections,
  .inline .sections {
    display: none;
  }

  .compact .stats {
    margin-block-start: 0.75em;
    padding-block: 0.625em 0;
    border-block-end: 0;
  }

  .inline .avatar {
    inline-size: 1.75em;
    block-size: 1.75em;
    font-size: 0.8em;
  }

  .inline .name {
    font-size: 1em;
  }
`;

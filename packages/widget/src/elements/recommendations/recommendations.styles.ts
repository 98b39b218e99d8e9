import { css } from '../../base/template-element.js';

/** The list of products; the card has one too. */
export const productStyles = css`
  .picture {
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 2.75em;
    block-size: 2.75em;
    box-sizing: border-box;
    overflow: hidden;
    /* Seen in forced colours alone, where grounds are not. */
    border: 1px solid #0000;
    border-radius: 0.5em;
    background: color-mix(in srgb, var(--_muted) 12%, var(--_surface));
    color: var(--_muted);
    font-weight: 600;
  }

  .picture ::slotted(*) {
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
  }

  .line {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 1em;
  }

  .shelf .items {
    grid-template-columns: repeat(auto-fit, minmax(min(9.5em, 100%), 1fr));
    gap: 1.25em 1em;
  }

  .shelf .item {
    flex-direction: column;
    max-inline-size: 20em;
    gap: 0.5em;
  }

  .shelf .picture {
    inline-size: 100%;
    block-size: auto;
    aspect-ratio: 4 / 3;
    font-size: 1.75em;
  }

  .shelf .line {
    flex-direction: column;
  }

  .compact .picture,
  .inline .picture {
    display: none;
  }
`;

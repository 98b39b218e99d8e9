// Written by the build from the .graphql files.

/** What an element shows of its customer; each is a root field and a variable of the page's document. */
export type Topic =
  | 'actions'
  | 'badges'
  | 'cards'
  | 'perks'
  | 'recommendations';

/** Hashes of documents, each with the variables of its document. */
export const CUSTOMER_LOOKUP = 'cae89b98153b039070bbf72c13da127c8d67c0314b188d283da72f6fcb6abec5';
export const PAGE = {
  agent: [
    'abd74a397357142adc3b6e304f43d798b87ea0f5a282267dbbbc7e52d9a15e46',
    'cards',
    'segmentation',
    'first',
    'actions',
    'perks',
    'recommendations',
    'badges',
  ],
  shopper: [
    'd6bbdef1d449ec72b770971f9b60131a6d3f8884009d256c1eff26b71667430e',
    'perks',
    'recommendations',
    'first',
    'badges',
  ],
} as const;
export const SEGMENT_BADGE = {
  agent: [
    'd0d6dcca5b734f5e74e2e5dbf67473f8c96e08b3c84caa38a77c6fa6225f8a4b',
    'badges',
    'segmentation',
  ],
  shopper: [
    'd5a1b3d7a6d99392276b68920b9800027e29b976af61648fb79b40c48c9676a1',
    'badges',
  ],
} as const;
export const SEGMENT_CHANGES = '655bcfe1c1859350c9e28b04c113df731db19278c357ce8c58420cf06af42a26';

// Written by the build from documents/*.graphql.
export const AGENT_BADGES = 'd0d6dcca5b734f5e74e2e5dbf67473f8c96e08b3c84caa38a77c6fa6225f8a4b';
export const AGENT_PAGE = 'abeca84ef1ee830af2672cea96d154f769f27fb48395ab2de197d50e24ae91bf';
export const CUSTOMER_LOOKUP = 'cae89b98153b039070bbf72c13da127c8d67c0314b188d283da72f6fcb6abec5';
export const SEGMENT_CHANGES = '655bcfe1c1859350c9e28b04c113df731db19278c357ce8c58420cf06af42a26';
export const SHOPPER_BADGES = 'd5a1b3d7a6d99392276b68920b9800027e29b976af61648fb79b40c48c9676a1';
export const SHOPPER_PAGE = '618ba20e86809fa96b2cae6875e1937ab8d3df9cac049a70fca64d8fef0ea811';

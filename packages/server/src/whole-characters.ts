/**
 * Whether a text is made of whole characters. Half of a surrogate pair is none: it is sent to the database as U+FFFD, so that a
 * text with one would be taken for any other, and an id for that of another customer.
 */
export const isWhole = (text: string) => !/\p{Surrogate}/u.test(text);

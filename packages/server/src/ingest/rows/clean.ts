export * from './cell.js';
export * from './missing-words.js';
export * from './read-amount.js';
export * from './read-moment.js';
export * from './read-number.js';
export * from './read-text.js';
export * from './read-word.js';

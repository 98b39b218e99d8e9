// Errors
export { CoreError, InvalidInputError, NotEnoughDataError } from './errors.js';

import { defineElements } from './define-tags.js';
import { ELEMENTS } from './elements.js';

/** Every element. */
defineElements(ELEMENTS);

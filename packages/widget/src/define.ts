import { defineElements } from './define-tags.js';
import * as elements from './elements.js';

/** Every element. The provider first: what stands inside one asks it as soon as it is there. */
defineElements([elements.TesseraProvider, ...Object.values(elements)]);

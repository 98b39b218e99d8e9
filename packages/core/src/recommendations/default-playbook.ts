import defaultPlaybook from './default-playbook.json' with { type: 'json' };
import type { Playbook } from './playbook.js';

/** The actions that are shipped, for the segments of RFM as they come; a shop's own playbook replaces them all. */
export const DEFAULT_PLAYBOOK: Playbook = defaultPlaybook;

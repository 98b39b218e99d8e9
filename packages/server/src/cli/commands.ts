import { importCommand } from './import.js';
import { keysCommand } from './keys.js';
import { rulesCommand } from './rules.js';
import { scoreCommand } from './score.js';
import { serveCommand } from './serve.js';
import { startCommand } from './start.js';

/** THE LIST of commands, in the order of `--help`. */
export const COMMANDS = [startCommand, serveCommand, importCommand, scoreCommand, keysCommand, rulesCommand];

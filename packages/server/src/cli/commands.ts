import type { Command } from 'commander';

export interface CommandEntry {
  readonly name: string;
  readonly description: string;
  /** Reads the command's file, and all that it stands on: done for the command that is called, and for no other. */
  load(): Promise<Command>;
}

/** THE LIST of commands, in the order of `--help`. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'start',
    description: 'serve your data, or a demo shop when there is none: import, score, serve',
    load: async () => (await import('./start.js')).startCommand,
  },
  {
    name: 'serve',
    description: 'answer GraphQL at /graphql, and the demo pages on this machine',
    load: async () => (await import('./serve.js')).serveCommand,
  },
  {
    name: 'import',
    description: 'read files or folders into the shop; the same file again changes nothing',
    load: async () => (await import('./import.js')).importCommand,
  },
  {
    name: 'score',
    description: 'score every customer and publish the run, whole or not at all',
    load: async () => (await import('./score.js')).scoreCommand,
  },
  {
    name: 'runs',
    description: 'list the runs, cancel one at work, remove a look',
    load: async () => (await import('./runs.js')).runsCommand,
  },
  {
    name: 'backfill',
    description: 'score the month ends before the first run, so that trends and histories reach back',
    load: async () => (await import('./backfill.js')).backfillCommand,
  },
  {
    name: 'schedule',
    description: 'show or set when the shop is scored by itself',
    load: async () => (await import('./schedule.js')).scheduleCommand,
  },
  {
    name: 'work',
    description: 'do what is scheduled and asked for, without answering',
    load: async () => (await import('./work.js')).workCommand,
  },
  {
    name: 'keys',
    description: 'list, create, rotate or revoke the keys of the shop',
    load: async () => (await import('./keys.js')).keysCommand,
  },
  {
    name: 'rules',
    description: 'settings of the segmentations: print those in force, check a file, preview what it would change',
    load: async () => (await import('./rules.js')).rulesCommand,
  },
  {
    name: 'databases',
    description: "list what root's data folders keep in /var/lib/tessera, and remove what belongs to deleted ones",
    load: async () => (await import('./databases.js')).databasesCommand,
  },
];

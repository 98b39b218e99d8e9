/** What the reading of a whole file found that its owner should know. */
export interface Finding {
  /** A first import of such a file stops here, unless it is accepted. */
  readonly stops: boolean;
  /** What is wrong, as a sentence. */
  readonly text: string;
  /** Rows that it concerns; null for the file. */
  readonly rows: number | null;
  /** The line of a mapping file that settles it; null where none does. */
  readonly mapping: string | null;
}

const BARE = /^[\p{L}_][\p{L}\p{N}_ -]*$/u;
/** A value or key as YAML takes it within braces. */
export const yamlWord = (text: string) =>
  BARE.test(text) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(text) ? text : JSON.stringify(text);

/** `columns: { amount: Net sales }` */
export const columnLine = (field: string, title: string) => `columns: { ${field}: ${yamlWord(title)} }`;
export const ignoredLine = (title: string) => `ignored: [${yamlWord(title)}]`;

/** As people read it: the sentence, the rows, and the line to add. */
export function findingText({ text, mapping }: Finding): string {
  return mapping === null ? text : `${text}; add to a mapping file (--map): ${mapping}`;
}

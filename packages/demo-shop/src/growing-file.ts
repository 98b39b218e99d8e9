import { type FileHandle, open } from 'node:fs/promises';

/** A file written in big pieces: `add` is cheap and synchronous, `flush` waits until the disk has taken what was added. */
export class GrowingFile {
  readonly #handle: FileHandle;
  #pending: string;

  private constructor(handle: FileHandle, header: string) {
    this.#handle = handle;
    this.#pending = header;
  }

  static async create(filePath: string, header: string): Promise<GrowingFile> {
    return new GrowingFile(await open(filePath, 'w'), header);
  }

  add(text: string): void {
    this.#pending += text;
  }

  async flush(): Promise<void> {
    if (this.#pending === '') return;
    const text = this.#pending;
    this.#pending = '';
    // Unlike FileHandle.write, writeFile goes on until all is written; it appends at the handle's position.
    await this.#handle.writeFile(text, 'utf8');
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

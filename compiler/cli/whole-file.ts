import { open, rename, rm, type FileHandle } from 'node:fs/promises';

/** How much is gathered before it is written. */
const BLOCK = 256 * 1024;

/** A file written piece by piece beside its place, and put there once it is whole. */
export class WholeFile {
  private waiting: Uint8Array[] = [];
  private size = 0;
  private kept = false;

  private constructor(
    private readonly path: string,
    private readonly draft: string,
    private readonly handle: FileHandle,
  ) {}

  static async open(path: string): Promise<WholeFile> {
    const draft = `${path}.${process.pid}.part`;
    return new WholeFile(path, draft, await open(draft, 'w'));
  }

  /** Adds bytes, which have to stay as they are. */
  async write(bytes: Uint8Array): Promise<void> {
    this.waiting.push(bytes);
    this.size += bytes.length;
    if (this.size >= BLOCK) await this.flush();
  }

  /** All is there: it takes its place. */
  async keep(): Promise<void> {
    await this.flush();
    await rename(this.draft, this.path);
    this.kept = true;
  }

  /** Gives the file back; without {@link keep}, nothing of it is left. */
  async close(): Promise<void> {
    await this.handle.close();
    if (!this.kept) await rm(this.draft, { force: true });
  }

  private async flush(): Promise<void> {
    const bytes = Buffer.concat(this.waiting, this.size);
    this.waiting = [];
    this.size = 0;
    for (let at = 0; at < bytes.length;) at += (await this.handle.write(bytes, at)).bytesWritten;
  }
}

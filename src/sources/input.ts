import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { SourceError } from "./source-error.ts";

/** Something that can be read from its start as often as needed. */
export interface ImportInput {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Begins at the first byte. Throws SourceError if what it reads is no longer what was there at first. */
  open(): AsyncIterable<Uint8Array>;
}

/** Throws SourceError `file-unreadable` or `file-empty`. */
export async function openFile(path: string): Promise<ImportInput> {
  const look = async () => {
    try {
      return await stat(path);
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : String(error);
      throw new SourceError("file-unreadable", path, `Cannot read ${path}: ${why}.`);
    }
  };
  const first = await look();
  if (!first.isFile()) throw new SourceError("file-unreadable", path, `Cannot read ${path}: it is not a regular file.`);
  if (first.size === 0) throw new SourceError("file-empty", path, `${path} is empty; nothing was imported.`);
  return {
    name: basename(path),
    size: first.size,
    async *open() {
      const now = await look();
      if (now.size !== first.size || now.mtimeMs !== first.mtimeMs) {
        throw new SourceError("file-changed", path, `${path} changed while it was being read; import it again.`);
      }
      try {
        yield* createReadStream(path, { highWaterMark: 1 << 16 }) as AsyncIterable<Uint8Array>;
      } catch (error) {
        throw new SourceError("file-unreadable", path, `Cannot read ${path}: ${String(error)}.`);
      }
    },
  };
}

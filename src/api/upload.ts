import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { newId } from "#runtime";
import type { ImportInput } from "#sources";
import { ApiError } from "./api-error.ts";

/** A file that was sent, kept in the data folder while it is needed. */
export interface Upload {
  readonly input: ImportInput;
  remove(): Promise<void>;
}

/**
 * Writes the body of a request into a file of its own, as it comes; nothing holds the whole of it in memory.
 * @param name what messages call the file, and what its format may be told from
 */
export const receive = async (request: Request, folder: string, name: string): Promise<Upload> => {
  const uploads = join(folder, "uploads");
  await mkdir(uploads, { recursive: true, mode: 0o700 });
  const path = join(uploads, newId());
  const remove = () => rm(path, { force: true });
  try {
    const body = request.body === null ? Readable.from([]) : Readable.fromWeb(request.body as ReadableStream);
    await pipeline(body, createWriteStream(path, { mode: 0o600 }));
    const { size } = await stat(path);
    if (size === 0) throw new ApiError(400, "file-empty", `${name} is empty; nothing was imported.`);
    const open = () => createReadStream(path, { highWaterMark: 1 << 16 }) as AsyncIterable<Uint8Array>;
    return { input: { name, size, open }, remove };
  } catch (error) {
    await remove();
    throw error;
  }
};

/** Removes what a server that was killed left behind. */
export const clearUploads = (folder: string): Promise<void> =>
  rm(join(folder, "uploads"), { recursive: true, force: true });

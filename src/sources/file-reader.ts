import type { ColumnLog } from "./column-log.ts";
import { readCsv } from "./csv-reader.ts";
import { guessFormat, type ImportFormat } from "./format.ts";
import type { ImportInput } from "./input.ts";
import { readJson } from "./json-reader.ts";
import { readLdif } from "./ldif-reader.ts";
import { SourceError } from "./source-error.ts";
import type { ReadItem } from "./source-record.ts";
import { decodeText, headOf } from "./text-decoding.ts";

/** A file whose format is known and that can be read again and again. */
export interface FileReader {
  readonly format: ImportFormat;
  /** Streams the file from its start. `onBytes` hears how many bytes each piece had. */
  read(options: {
    readonly anchor: string | null;
    readonly columns: ColumnLog;
    readonly onBytes?: (bytes: number) => void;
  }): AsyncIterable<ReadItem>;
}

const HEAD = 1 << 16;

/** Throws SourceError `format-unknown` or `file-empty`; `format` null means: guess. */
export async function openReader(input: ImportInput, format: ImportFormat | null): Promise<FileReader> {
  const head = await headOf(decodeText(input.open()), HEAD);
  if (head.trim() === "")
    throw new SourceError("file-empty", input.name, `${input.name} is empty; nothing was imported.`);
  const chosen = format ?? guessFormat(input.name, head);
  if (chosen === null) {
    throw new SourceError(
      "format-unknown",
      input.name,
      `${input.name} looks like neither CSV nor LDIF nor JSON; say which it is with --format.`,
    );
  }
  return {
    format: chosen,
    read({ anchor, columns, onBytes }) {
      const text = decodeText(counted(input.open(), onBytes ?? (() => undefined)));
      if (chosen === "csv") return readCsv(text, { file: input.name, head, anchor, columns });
      if (chosen === "ldif") return readLdif(text, { anchor, columns });
      return readJson(text, { file: input.name, head, anchor, columns });
    },
  };
}

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    onBytes(chunk.length);
    yield chunk;
  }
}

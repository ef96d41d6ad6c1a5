import { TextDecoder } from "node:util";

/** What stands in decoded text where the bytes were not valid. */
export const UNDECODABLE = "\uFFFD";

export const UNDECODABLE_REASON =
  "holds bytes that are not valid in the file's encoding; save the file as UTF-8 (in Excel: CSV UTF-8) and import it again";

/** Text of UTF-8 (with or without byte order mark) or UTF-16 with a byte order mark; invalid bytes become U+FFFD. */
export async function* decodeText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  let head = new Uint8Array(0);
  for await (const chunk of bytes) {
    if (decoder === null) {
      head = head.length === 0 ? Uint8Array.from(chunk) : Uint8Array.from([...head, ...chunk]);
      if (head.length < 2) continue;
      decoder = new TextDecoder(encodingOf(head));
      const text = decoder.decode(head, { stream: true });
      if (text !== "") yield text;
      continue;
    }
    const text = decoder.decode(chunk, { stream: true });
    if (text !== "") yield text;
  }
  const rest = decoder === null ? new TextDecoder().decode(head) : decoder.decode();
  if (rest !== "") yield rest;
}

function encodingOf(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  return "utf-8";
}

/** One physical line without its ending. */
export interface Line {
  readonly number: number;
  readonly text: string;
  readonly ending: "" | "\n" | "\r\n" | "\r";
  /** The line was longer than allowed and `text` holds only its beginning. */
  readonly cut: boolean;
}

/** Splits at LF, CRLF and CR. A line beyond `limit` characters is cut, so that memory stays bounded. */
export async function* splitLines(text: AsyncIterable<string>, limit: number): AsyncGenerator<Line> {
  let number = 1;
  let parts: string[] = [];
  let length = 0;
  let cut = false;
  let pendingReturn = false;
  const take = (piece: string): void => {
    const room = limit - length;
    if (piece.length > room) cut = true;
    if (room > 0) parts.push(piece.length > room ? piece.slice(0, room) : piece);
    length += Math.min(piece.length, Math.max(room, 0));
  };
  const finish = (ending: Line["ending"]): Line => {
    const line = { number, text: parts.join(""), ending, cut };
    number += 1;
    parts = [];
    length = 0;
    cut = false;
    return line;
  };
  const ENDING = /\r\n|\n|\r/g;
  for await (let chunk of text) {
    if (pendingReturn) {
      pendingReturn = false;
      const pair = chunk.startsWith("\n");
      yield finish(pair ? "\r\n" : "\r");
      if (pair) chunk = chunk.slice(1);
    }
    let from = 0;
    ENDING.lastIndex = 0;
    for (let hit = ENDING.exec(chunk); hit !== null; hit = ENDING.exec(chunk)) {
      take(chunk.slice(from, hit.index));
      from = hit.index + hit[0].length;
      if (hit[0] === "\r" && from === chunk.length) {
        pendingReturn = true;
        break;
      }
      yield finish(hit[0] as Line["ending"]);
    }
    if (!pendingReturn) take(chunk.slice(from));
  }
  if (pendingReturn) yield finish("\r");
  if (length > 0 || cut) yield finish("");
}

/** The first `limit` characters of a text. */
export async function headOf(text: AsyncIterable<string>, limit: number): Promise<string> {
  let head = "";
  for await (const piece of text) {
    head += piece;
    if (head.length >= limit) break;
  }
  return head.slice(0, limit);
}

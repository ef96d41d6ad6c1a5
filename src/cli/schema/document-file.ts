import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CliError, wrongUse } from "../problems.ts";
import type { Shell } from "../shell.ts";

const whole = async (stdin: Shell["stdin"]): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  for await (const piece of stdin) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
};

const unreadable = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EISDIR") return "is a folder. Name the file in it";
  if (code === "ENOENT") return "is not there. Look at how its name is spelled, and at the folder that you are in";
  if (code === "EACCES" || code === "EPERM") return "may not be read by you. Change its permissions";
  return `cannot be read: ${message}`;
};

/** As Windows writes texts: with a mark at the beginning, or with a zero in each sign of the first two. */
const isUtf16 = (bytes: Buffer): boolean => {
  const mark = bytes.length < 2 ? 0 : bytes.readUInt16BE(0);
  return mark === 0xfffe || mark === 0xfeff || (bytes.length >= 4 && (bytes[0] === 0) !== (bytes[1] === 0));
};

/** What keeps a text from being JSON. */
const faultOf = (text: string, message: string): string => {
  const at = /position (\d+)/.exec(message)?.[1];
  if (at === undefined ? /end of JSON/.test(message) : Number(at) >= text.trimEnd().length)
    return "ends in the middle: the rest of its JSON is missing. Export or copy it again";
  if (at === undefined) return `is not JSON: ${message.replaceAll("\n", " ")}`;
  const before = text.slice(0, Number(at)).split("\n");
  return `is not JSON: the fault is in line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}. Correct it there`;
};

/** The JSON of a file, or of standard input for `-`. Throws FileUnreadable. */
export const readDocument = async (file: string, shell: Shell): Promise<unknown> => {
  if (file === "-" && shell.stdin.isTTY === true)
    throw wrongUse("- reads standard input: pipe a document into the command.");
  const refuse = (fault: string) =>
    new CliError("FileUnreadable", `${file === "-" ? "Standard input" : file} ${fault}.`);
  let bytes: Buffer;
  try {
    bytes = file === "-" ? await whole(shell.stdin) : await readFile(resolve(shell.cwd, file));
  } catch (error) {
    throw refuse(unreadable(error));
  }
  if (isUtf16(bytes)) throw refuse("is written in UTF-16. Save it as UTF-8");
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  if (text.trim() === "") throw refuse("is empty. It has to hold a document as schema export writes it");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse(faultOf(text, (error as Error).message));
  }
};

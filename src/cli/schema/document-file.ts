import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CliError, wrongUse } from "../problems.ts";
import type { Shell } from "../shell.ts";

const whole = async (stdin: Shell["stdin"]): Promise<string> => {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of stdin) text += typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
  return text + decoder.decode();
};

/** The JSON of a file, or of standard input for `-`. Throws FileUnreadable. */
export const readDocument = async (file: string, shell: Shell): Promise<unknown> => {
  if (file === "-" && shell.stdin.isTTY === true)
    throw wrongUse("- reads standard input: pipe a document into the command.");
  const name = file === "-" ? "Standard input" : file;
  let text: string;
  try {
    text = file === "-" ? await whole(shell.stdin) : await readFile(resolve(shell.cwd, file), "utf8");
  } catch (error) {
    throw new CliError("FileUnreadable", `${name} cannot be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new CliError("FileUnreadable", `${name} is not JSON: ${(error as Error).message}`);
  }
};

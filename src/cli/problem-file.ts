import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { RowProblem } from "#api/contract";
import { CliError } from "./problems.ts";

/** A file that takes the problems of an import, one after the other. */
export interface ProblemFile {
  write(problem: RowProblem): Promise<void>;
  close(): Promise<void>;
}

const fields = ["line", "field", "reason", "value", "effect"] as const;

// A spreadsheet takes a cell that begins so for a formula.
const formula = /^[=+\-@\t\r]/;

const cell = (value: string | number | null): string => {
  const text = typeof value === "string" && formula.test(value) ? `'${value}` : String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** A problem as a line of CSV, in the order line, field, reason, value, effect. */
const problemAsCsv = (problem: RowProblem): string => `${fields.map((field) => cell(problem[field])).join(",")}\r\n`;

/** Makes the file anew: CSV with a header, or one JSON object a line where its name says so. Throws FileUnreadable. */
export const openProblemFile = async (file: string): Promise<ProblemFile> => {
  const json = /\.(json|jsonl|ndjson)$/i.test(file);
  const stream = createWriteStream(file);
  try {
    await once(stream, "open");
  } catch (error) {
    throw new CliError("FileUnreadable", `${file} cannot be written: ${(error as Error).message}`);
  }
  const put = async (text: string) => {
    if (!stream.write(text)) await once(stream, "drain");
  };
  if (!json) await put(`${fields.join(",")}\r\n`);
  return {
    write: (problem) => put(json ? `${JSON.stringify(problem)}\n` : problemAsCsv(problem)),
    close: async () => {
      stream.end();
      await once(stream, "finish");
    },
  };
};

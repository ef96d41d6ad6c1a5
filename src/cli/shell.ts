import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { type Clock, systemClock } from "#runtime";
import { type ExitCode, exitCodes } from "./problems.ts";

/** A place to write to: standard output or standard error. */
export interface Output {
  write(text: string): boolean;
  once?(event: "drain", listener: () => void): unknown;
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal; undefined when it is none. */
  readonly columns?: number | undefined;
}

/** Width of a terminal; some say 0 while they do not know it. @param otherwise where it is not known */
export const columnsOf = (output: Output, otherwise = 80): number => output.columns || otherwise;

/** Everything that a command may touch of the process around it. */
export interface Shell {
  readonly stdin: AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean | undefined };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  /** Asks a person; null where nobody can answer. `hidden` shows nothing of what is typed. */
  readonly ask: ((question: string, options?: { readonly hidden?: boolean }) => Promise<string>) | null;
  /** Calls `listener` at each Ctrl-C or request to terminate, in place of ending the process. @returns the function that ends it */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process at once. */
  kill(code: number): void;
  exitCode: ExitCode;
}

const askAtTerminal = async (question: string, options: { readonly hidden?: boolean } = {}): Promise<string> => {
  const hidden = options.hidden === true;
  // What is typed is echoed by the reader, so a hidden answer gets a reader that writes nowhere.
  const output = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr;
  const reader = createInterface({ input: process.stdin, output, terminal: true });
  if (hidden) process.stderr.write(question);
  const aborted = new Promise<never>((_, reject) => {
    reader.once("SIGINT", () => reject(new Error("Nothing was answered.")));
    reader.once("close", () => reject(new Error("Nothing was answered.")));
  });
  try {
    return (await Promise.race([reader.question(question), aborted])).trim();
  } finally {
    reader.close();
    if (hidden) process.stderr.write("\n");
  }
};

/** The shell of the process itself. */
export const processShell = (): Shell => ({
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  clock: systemClock,
  ask: process.stdin.isTTY && process.stderr.isTTY ? askAtTerminal : null,
  onInterrupt: (listener) => {
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, listener);
    return () => {
      for (const signal of signals) process.off(signal, listener);
    };
  },
  kill: (code) => process.exit(code),
  exitCode: exitCodes.ok,
});

/** Writes, and waits where the reader is slower than we are. */
export const writeAll = async (output: Output, text: string): Promise<void> => {
  if (output.write(text) || output.once === undefined) return;
  const { once } = output;
  await new Promise<void>((resolve) => once.call(output, "drain", resolve));
};

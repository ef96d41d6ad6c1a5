import { codeOf, LockstepError } from "#runtime";

/** What scripts can tell from how the command ended. */
export const exitCodes = { ok: 0, failure: 1, wrongUse: 2, noServer: 3, interrupted: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export type CliErrorCode =
  | "WrongUse"
  | "NoServer"
  | "NotFound"
  | "Ambiguous"
  | "ServerRefused"
  | "StreamBroken"
  | "FileUnreadable"
  | "FileUnwritable"
  | "Interrupted"
  | "NothingImported";

const codeOfExit: Readonly<Record<CliErrorCode, ExitCode>> = {
  WrongUse: exitCodes.wrongUse,
  NoServer: exitCodes.noServer,
  NotFound: exitCodes.failure,
  Ambiguous: exitCodes.wrongUse,
  ServerRefused: exitCodes.failure,
  StreamBroken: exitCodes.failure,
  FileUnreadable: exitCodes.failure,
  FileUnwritable: exitCodes.failure,
  Interrupted: exitCodes.interrupted,
  NothingImported: exitCodes.failure,
};

/** Whatever a command cannot do; `exitCode` is what the process ends with. */
export class CliError extends LockstepError<CliErrorCode> {
  override readonly name: string = "CliError";

  get exitCode(): ExitCode {
    return codeOfExit[this.code];
  }
}

export const wrongUse = (message: string): CliError => new CliError("WrongUse", message);

/** The server's answer was an error: its code, its sentence and its details go on to the caller. */
export class ServerError extends CliError {
  override readonly name: string = "ServerError";
  readonly status: number;
  /** The `error` member of the answer. */
  readonly body: { readonly code: string; readonly message: string; readonly [name: string]: unknown };
  /** What people are told below it; programs have no use for it. */
  readonly hint: string;

  constructor(status: number, body: ServerError["body"], hint = "") {
    super("ServerRefused", body.message, { facts: { status, code: body.code } });
    this.status = status;
    this.body = body;
    this.hint = hint;
  }
}

/** An error as `--json` shows it on standard error. */
export const errorAsJson = (thrown: unknown): { readonly error: object } => {
  if (thrown instanceof ServerError) return { error: thrown.body };
  if (thrown instanceof LockstepError) {
    const facts = Object.keys(thrown.facts).length > 0 ? { facts: thrown.facts } : {};
    return { error: { code: thrown.code, message: thrown.message, ...facts } };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { error: { code: codeOf(thrown) ?? "Unexpected", message } };
};

/** An error as one paragraph for people. */
export const errorAsText = (thrown: unknown): string => {
  if (!(thrown instanceof ServerError)) return thrown instanceof Error ? thrown.message : String(thrown);
  const details = Array.isArray(thrown.body.details) ? (thrown.body.details as readonly unknown[]) : [];
  const more = details.flatMap((detail) => {
    const { message, target } = (detail ?? {}) as { message?: unknown; target?: unknown };
    if (typeof message !== "string" || message === thrown.message) return [];
    // A place in a document is long, and comes after what is wrong there.
    if (typeof target === "string" && target.startsWith("$.")) return [`\n  ${message}\n    ${target}`];
    return [`\n  ${typeof target === "string" && target !== "" ? `${target}: ` : ""}${message}`];
  });
  return `${thrown.message}${more.join("")}${thrown.hint === "" ? "" : `\n${thrown.hint}`}`;
};

export const exitCodeOf = (thrown: unknown): ExitCode =>
  thrown instanceof CliError ? thrown.exitCode : exitCodes.failure;

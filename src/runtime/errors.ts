/**
 * The base of every error that a person may meet. `code` comes from the closed list of the room that throws; `message` is for the caller and says what
 * is wrong, where, and how to mend it; `facts` are for programs; `detail` is for the log only and never leaves the server.
 */
export class LockstepError<Code extends string = string> extends Error {
  override readonly name: string = "LockstepError";
  readonly code: Code;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly detail: string | undefined;

  constructor(
    code: Code,
    message: string,
    options: { facts?: Readonly<Record<string, unknown>>; detail?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.facts = options.facts ?? {};
    this.detail = options.detail;
  }
}

/** The sentence of anything that was thrown. */
export const sentenceOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** The `code` of anything that was thrown (Node.js, PostgreSQL and our own errors carry one), or undefined. */
export const codeOf = (thrown: unknown): string | undefined => {
  const code = (thrown as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
};

/** What people read about one function. Pages of the documentation, the command line and the expression builder are made from it. */
export interface FunctionHelp {
  /** One sentence, without the function's name as its first word repeated. */
  readonly summary: string;
  /** What a null or empty argument gives. */
  readonly nulls: string;
  /** Further facts that somebody needs, a sentence each. */
  readonly notes?: readonly string[];
  /** At least two; each is executed by the tests. */
  readonly examples: readonly FunctionExample[];
}

export interface FunctionExample {
  readonly expression: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly now?: string;
  readonly taken?: readonly string[];
  /** The answer of `expression eval`, or `matches` for results drawn by chance. */
  readonly gives:
    | { readonly value: unknown; readonly log?: string }
    | { readonly ignored: true }
    | { readonly error: string }
    | { readonly matches: string };
  /** Why the example is worth reading; absent where it speaks for itself. */
  readonly note?: string;
}

/** By the function's name. */
export const FUNCTION_HELP: ReadonlyMap<string, FunctionHelp> = new Map();

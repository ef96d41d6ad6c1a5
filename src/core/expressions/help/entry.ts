/** What people read about one function. Pages of the documentation, the command line and the expression builder are made from it. Texts may hold `code` in backticks. */
export interface FunctionHelp {
  /** One sentence, without the function's name as its first word repeated. */
  readonly summary: string;
  /** What it gives, in a word or two. */
  readonly result: string;
  /** What each parameter is for, by its name; no full stop at the end. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What a null or empty argument gives. */
  readonly nulls: string;
  /** Calls that show it, one parameter at a time: `[x]` is the argument that has no value. */
  readonly emptied: readonly string[];
  /** Further facts that somebody needs, a sentence each. */
  readonly notes?: readonly string[];
  /** At least two; each is executed by the tests. Neighbours with the same expression are read as one example with several inputs. */
  readonly examples: readonly FunctionExample[];
  /** Names of functions that somebody who reads this may want instead, or as well. */
  readonly seeAlso: readonly string[];
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

/** Help by the function's name. */
export type HelpByName = Readonly<Record<string, FunctionHelp>>;

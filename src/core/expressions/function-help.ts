import { CONDITIONS_HELP } from "./help/conditions.ts";
import { DATES_HELP } from "./help/dates.ts";
import { ENCODINGS_HELP } from "./help/encodings.ts";
import type { FunctionHelp, HelpByName } from "./help/entry.ts";
import { LETTERS_HELP } from "./help/letters.ts";
import { MULTI_VALUED_HELP } from "./help/multi-valued.ts";
import { RANDOM_HELP } from "./help/random.ts";
import { REPLACE_HELP } from "./help/replace.ts";
import { ROLES_HELP } from "./help/roles.ts";
import { TEXT_HELP } from "./help/text.ts";
import { UNIQUENESS_HELP } from "./help/uniqueness.ts";
import { FUNCTIONS } from "./registry.ts";

export type { FunctionExample, FunctionHelp } from "./help/entry.ts";

/** Functions that people look for in one place. */
export interface FunctionFamily {
  readonly title: string;
  readonly functions: ReadonlyMap<string, FunctionHelp>;
}

function family(title: string, ...help: readonly HelpByName[]): FunctionFamily {
  return { title, functions: new Map(help.flatMap((byName) => Object.entries(byName))) };
}

export const FUNCTION_FAMILIES: readonly FunctionFamily[] = [
  family("Text", TEXT_HELP, REPLACE_HELP),
  family("Letters", LETTERS_HELP),
  family("Conditions and fallbacks", CONDITIONS_HELP),
  family("Dates", DATES_HELP),
  family("Lists", MULTI_VALUED_HELP),
  family("App roles", ROLES_HELP),
  family("Unique and random values", UNIQUENESS_HELP, RANDOM_HELP),
  family("Encodings", ENCODINGS_HELP),
];

/** By the function's name. */
export const FUNCTION_HELP: ReadonlyMap<string, FunctionHelp> = new Map(
  FUNCTION_FAMILIES.flatMap(({ functions }) => [...functions]),
);

/** A parameter as people read of it: what the definition says, and what the help says it is for. */
export interface DescribedParameter {
  readonly name: string;
  readonly takes: string;
  readonly required: boolean;
  /** Takes every further argument. */
  readonly repeats: boolean;
  /** Its key in Graph's JSON. */
  readonly key: string;
  readonly purpose: string;
}

/** By the parameter's type in Graph's listing where it has one of its own, else by its type. */
const TAKES: Readonly<Record<string, string>> = {
  text: "text",
  integer: "whole number",
  date: "date",
  isoDate: "date",
  list: "list",
  condition: "true or false",
  any: "any value",
  compareWord: "bare word",
  Boolean: "true or false",
  Reference: "app roles",
};

/** The parameters of a function in their order; none for a name that is no function. */
export function describeParameters(name: string): readonly DescribedParameter[] {
  return (FUNCTIONS.get(name)?.parameters ?? []).map((parameter) => ({
    name: parameter.name,
    takes: TAKES[parameter.listedType ?? parameter.type] ?? parameter.type,
    required: parameter.required,
    repeats: parameter.repeats === true,
    key: parameter.key ?? parameter.name,
    purpose: FUNCTION_HELP.get(name)?.parameters[parameter.name] ?? "",
  }));
}

/** As error messages write it: optional parameters in brackets, one that repeats with dots. */
export function signatureOf(name: string): string {
  const names = describeParameters(name).map((parameter) => {
    const written = parameter.repeats ? `${parameter.name}…` : parameter.name;
    return parameter.required ? written : `[${written}]`;
  });
  return `${name}(${names.join(", ")})`;
}

/** Everything that people read about one function. */
export interface DescribedFunction {
  readonly name: string;
  /** The title of its family. */
  readonly family: string;
  readonly signature: string;
  readonly parameters: readonly DescribedParameter[];
  readonly help: FunctionHelp;
}

/** All functions, family by family. */
export function describeFunctions(): readonly DescribedFunction[] {
  return FUNCTION_FAMILIES.flatMap(({ title, functions }) =>
    [...functions].map(([name, help]) => ({
      name,
      family: title,
      signature: signatureOf(name),
      parameters: describeParameters(name),
      help,
    })),
  );
}

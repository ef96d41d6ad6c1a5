import type { FunctionDefinition, ParameterType } from "./definition.ts";
import { CONDITION_FUNCTIONS } from "./functions/conditions.ts";
import { DATE_FUNCTIONS } from "./functions/dates.ts";
import { ENCODING_FUNCTIONS } from "./functions/encodings.ts";
import { LETTER_FUNCTIONS } from "./functions/letters.ts";
import { MULTI_VALUED_FUNCTIONS } from "./functions/multi-valued.ts";
import { RANDOM_FUNCTIONS } from "./functions/random.ts";
import { REPLACE_FUNCTIONS } from "./functions/replace.ts";
import { ROLE_FUNCTIONS } from "./functions/roles.ts";
import { TEXT_FUNCTIONS } from "./functions/text.ts";
import { UNIQUENESS_FUNCTIONS } from "./functions/uniqueness.ts";

/** Every function of the language by its name, which is case-sensitive. */
export const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map(
  [
    ...TEXT_FUNCTIONS,
    ...REPLACE_FUNCTIONS,
    ...LETTER_FUNCTIONS,
    ...ENCODING_FUNCTIONS,
    ...RANDOM_FUNCTIONS,
    ...CONDITION_FUNCTIONS,
    ...DATE_FUNCTIONS,
    ...MULTI_VALUED_FUNCTIONS,
    ...UNIQUENESS_FUNCTIONS,
    ...ROLE_FUNCTIONS,
  ].map((definition): [string, FunctionDefinition] => [definition.name, definition]),
);

/** One entry of Graph's listing of functions. */
export interface ListedFunction {
  readonly name: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly allowMultipleOccurrences: boolean;
    readonly type: "Boolean" | "Integer" | "Reference" | "String";
  }[];
}

const LISTED_TYPES: Readonly<Record<ParameterType, "Integer" | "String">> = {
  text: "String",
  integer: "Integer",
  date: "String",
  isoDate: "String",
  list: "String",
  condition: "String",
  any: "String",
  compareWord: "String",
};

/** All functions as Graph lists them, in alphabetical order. */
export function listFunctions(): readonly ListedFunction[] {
  return [...FUNCTIONS.values()]
    .map((definition) => ({
      name: definition.name,
      parameters: definition.parameters.map((parameter) => ({
        name: parameter.key ?? parameter.name,
        required: parameter.required,
        allowMultipleOccurrences: parameter.repeats === true,
        type: parameter.listedType ?? LISTED_TYPES[parameter.type],
      })),
    }))
    .sort((first, second) => (first.name < second.name ? -1 : 1));
}

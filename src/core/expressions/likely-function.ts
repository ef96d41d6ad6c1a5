import { nearestName } from "./nearest.ts";
import { FUNCTIONS } from "./registry.ts";

/** Functions that people know from elsewhere, and what does their work here. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ["concat", "Join"],
  ["concatenate", "Join"],
  ["prepend", "Append"],
  ["substring", "Mid"],
  ["substr", "Mid"],
  ["if", "IIF"],
  ["case", "Switch"],
  ["upper", "ToUpper"],
  ["ucase", "ToUpper"],
  ["lower", "ToLower"],
  ["lcase", "ToLower"],
  ["isnothing", "IsNull"],
  ["trim", "Replace"],
]);

/** The function that somebody means who writes a name that is none, or undefined. */
export function likelyFunction(name: string): string | undefined {
  return OTHER_NAMES.get(name.toLowerCase()) ?? nearestName(name, FUNCTIONS.keys());
}

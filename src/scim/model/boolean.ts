import type { Mode } from "../error.ts";

/** The Boolean a value stands for; compat also reads "True" and "false" in any letter case. Undefined otherwise. */
export const readBoolean = (value: unknown, mode: Mode): boolean | undefined => {
  if (typeof value === "boolean") return value;
  if (mode === "strict" || typeof value !== "string") return undefined;
  const folded = value.toLowerCase();
  if (folded === "true") return true;
  return folded === "false" ? false : undefined;
};

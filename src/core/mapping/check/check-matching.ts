import { callsFunction, fromGraphSource } from "../../expressions/index.ts";
import { pathKey } from "../target-path.ts";
import type { Findings } from "./findings.ts";
import type { PlacedAttribute, Side } from "./side.ts";

export const isMatching = ({ mapping }: PlacedAttribute): boolean => mapping.matchingPriority > 0;

/** A value that finds an account must differ from person to person, stay the same, and be something that the target can be asked for. */
export const checkMatching = (one: PlacedAttribute, side: Side, findings: Findings): void => {
  const { mapping, path, target } = one;
  const name = mapping.targetAttributeName;
  const at = `${path}.matchingPriority`;
  const source = sourceProblem(one);
  if (source !== null) findings.problem(at, source);
  if (side.filterable !== null && !side.filterable.has(pathKey(name))) {
    const able = [...side.filterable].map((key) => side.target.get(key)?.name ?? key);
    const mend = able.length === 0 ? "It can be searched by none." : `Match by ${able.join(" or ")}.`;
    findings.problem(at, `The target cannot be searched by ${name}. ${mend}`);
  }
  if (target === null) return;
  if (target.multivalued || target.type === "Boolean" || target.type === "Reference")
    findings.problem(
      at,
      `${name} is ${target.multivalued ? "multi-valued" : `a ${target.type}`} and cannot find an account. Match by an attribute with one text or number, such as userName.`,
    );
  else if (target.mutability === "WriteOnly")
    findings.problem(
      at,
      `${name} is write-only: the target never shows it, so it finds nobody. Match by another attribute.`,
    );
};

const sourceProblem = ({ mapping }: PlacedAttribute): string | null => {
  const name = mapping.targetAttributeName;
  if (mapping.source === null)
    return `${name} has no source, so there is nothing to look for. Give it a source, or set matchingPriority to 0.`;
  const parsed = fromGraphSource(mapping.source);
  if (!parsed.ok) return null;
  const { tree } = parsed;
  if (tree.kind === "text" || tree.kind === "number")
    return `${name} has the same value for everybody, so it would find the same account for all. Match by something that is unique.`;
  for (const random of ["Guid", "RandomString"]) {
    if (callsFunction(tree, random))
      return `${name} is drawn by chance (${random}), so it never finds an account again. Match by something that stays.`;
  }
  if (callsFunction(tree, "SelectUniqueValue"))
    return `SelectUniqueValue gives a value that nobody has yet, so ${name} can find nobody. Match by another attribute.`;
  return null;
};

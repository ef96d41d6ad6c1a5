import { attributesRead, callsFunction, fromGraphSource } from "../../expressions/index.ts";
import { typeOf } from "../schema-document.ts";
import { pathKey } from "../target-path.ts";
import { checkTree } from "./check-source.ts";
import type { Findings } from "./findings.ts";
import type { PlacedAttribute, Side, Surroundings } from "./side.ts";

/** A mapping into a reference: it takes a reference, to objects that are provisioned. */
export const checkReference = (one: PlacedAttribute, side: Side, around: Surroundings, findings: Findings): void => {
  const { mapping, path, target } = one;
  if (mapping.source === null || target === null) return;
  const name = mapping.targetAttributeName;
  const parsed = fromGraphSource(mapping.source);
  if (!parsed.ok) return;
  const { tree } = parsed;
  const at = tree.kind === "attribute" ? `${path}.source.name` : `${path}.source.expression`;
  const reads = tree.kind === "text" ? new Set<string>() : attributesRead(tree);
  const missing = tree.kind === "attribute" ? side.missingSource(tree.name) : null;
  if (missing !== null) {
    findings.problem(at, missing);
    return;
  }
  if (tree.kind === "call") checkTree(tree, side, at, findings);
  const sources = [...reads].map((read) => side.source.get(read));
  if (sources.length === 0 || sources.some((source) => source?.type !== "Reference")) {
    findings.problem(
      at,
      `${name} refers to another object, so it takes a reference such as [manager], and nothing else. Map a reference, or make the attribute a String.`,
    );
    return;
  }
  if (tree.kind === "call" && callsFunction(tree, "Switch")) return;
  const isMembers = side.type === "Group" && tree.kind === "attribute" && tree.name === "members";
  if (target.multivalued !== isMembers || (isMembers && pathKey(name) !== "members")) {
    findings.problem(
      target.multivalued ? `${path}.targetAttributeName` : at,
      target.multivalued
        ? `A list of references is kept only for the members of a group: [members] mapped to members. Make ${name} single-valued.`
        : `[members] is a list, and ${name} takes one reference. Map it to members.`,
    );
  }
  if (isMembers && (mapping.flowType === "ObjectAddOnly" || mapping.flowType === "AttributeAddOnly"))
    findings.warn(
      `${path}.flowType`,
      `Members get their accounts after the group has its own, so ${mapping.flowType} cannot be told from MultiValueAddOnly and does the same: members are added and never removed.`,
    );
  checkReferenced(one, sources[0]?.referencedObjects ?? [], around, findings);
};

type Referenced = readonly { readonly referencedObjectName: string }[];

/** Whom the reference names must have accounts: their type has to be provisioned. */
const checkReferenced = (
  { mapping, path, target }: PlacedAttribute,
  ofSource: Referenced,
  { provisioned, targets }: Surroundings,
  findings: Findings,
): void => {
  const named = target === null || target.referencedObjects.length === 0 ? ofSource : target.referencedObjects;
  const names = named.map(({ referencedObjectName }) => referencedObjectName);
  const types = names.map((name) => typeOf(name) ?? targets.get(name.toLowerCase()) ?? null);
  if (types.some((type) => type !== null && provisioned.has(type))) return;
  const whom = names.length === 0 ? "no object" : names.join(", ");
  const mend =
    names.length === 0
      ? "Name one in referencedObjects of the target's attribute, such as User."
      : "Switch their mapping on, or remove this one.";
  findings.problem(
    `${path}.targetAttributeName`,
    `${mapping.targetAttributeName} refers to ${whom}, of which none is provisioned, so there is never an account to refer to. ${mend}`,
  );
};

import { nearestName } from "../../expressions/nearest.ts";
import type { ObjectType } from "../../objects.ts";
import { convert } from "../convert.ts";
import type { AttributeMapping, ObjectMapping } from "../schema-document.ts";
import { holdsValues, pathKey, problemOfPath } from "../target-path.ts";
import { checkMatching, isMatching } from "./check-matching.ts";
import { checkReference } from "./check-reference.ts";
import { checkSource } from "./check-source.ts";
import type { Findings } from "./findings.ts";
import type { PlacedAttribute, Side, Surroundings } from "./side.ts";

export const checkAttributeMappings = (
  { attributeMappings, flowTypes }: ObjectMapping,
  side: Side,
  surroundings: Surroundings,
  at: string,
  findings: Findings,
): void => {
  const placed = attributeMappings.map((mapping, index) => ({
    mapping,
    path: `${at}.attributeMappings[${index}]`,
    target: side.target.get(pathKey(mapping.targetAttributeName)) ?? null,
  }));
  checkTargetsOnce(placed, findings);
  for (const one of placed) {
    if (problemOfPath(one.mapping.targetAttributeName) !== null) continue;
    checkTarget(one, side, findings);
    if (one.target?.type === "Reference") checkReference(one, side, surroundings, findings);
    else checkSource(one, side, findings);
    checkDefault(one, side.type, findings);
    checkFlow(one, findings);
    if (isMatching(one)) checkMatching(one, side, findings);
  }
  checkPrecedences(placed, `${at}.attributeMappings`, findings);
  checkRequired(placed, side, `${at}.attributeMappings`, findings);
  const disables = ({ mapping }: PlacedAttribute) =>
    (mapping.source?.expression ?? "").includes("[IsSoftDeleted]") &&
    (mapping.flowType === "Always" || mapping.flowType === "ValueAddOnly");
  if (side.type === "User" && flowTypes.includes("Update") && !placed.some(disables)) {
    findings.warn(
      `${at}.attributeMappings`,
      "No mapping that flows on updates reads IsSoftDeleted, so nobody's account is disabled when they leave. Map active to Not([IsSoftDeleted]).",
    );
  }
};

/** No target is written twice, in whichever spelling, and no list both as a whole and by its values. */
const checkTargetsOnce = (placed: readonly PlacedAttribute[], findings: Findings): void => {
  const seen = new Map<string, PlacedAttribute>();
  for (const one of placed) {
    const name = one.mapping.targetAttributeName;
    const key = pathKey(name);
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      const spelled = earlier.mapping.targetAttributeName;
      const other = spelled === name ? "" : `, as ${spelled}`;
      findings.problem(
        `${one.path}.targetAttributeName`,
        `${name} is mapped already (${earlier.path}${other}), and one of the two would undo the other. Remove one of them.`,
      );
      continue;
    }
    seen.set(key, one);
  }
  for (const [key, one] of seen) {
    const bracket = key.indexOf("[");
    const whole = bracket < 0 ? undefined : seen.get(key.slice(0, bracket));
    if (whole !== undefined)
      findings.problem(
        `${one.path}.targetAttributeName`,
        `${one.mapping.targetAttributeName} is a part of ${whole.mapping.targetAttributeName}, which ${whole.path} writes as a whole, so that each would undo the other. Remove one of them.`,
      );
  }
};

const checkTarget = ({ mapping, path, target }: PlacedAttribute, side: Side, findings: Findings): void => {
  const name = mapping.targetAttributeName;
  const at = `${path}.targetAttributeName`;
  if (target === null && pathKey(name) !== "id") {
    const names = [...side.target.values()].map((attribute) => attribute.name);
    const suggestion = nearestName(name, names);
    const mend = suggestion === undefined ? "Add it to the target's attribute list." : `Did you mean ${suggestion}?`;
    findings.problem(at, `The target has no attribute ${name}. ${mend}`);
  } else if (target === null || target.anchor) {
    findings.problem(at, `${name} is the account's own id, which the target gives. Remove this mapping.`);
  } else if (target.mutability === "ReadOnly") {
    findings.problem(at, `${name} is read-only in the target, so nothing can be written to it. Remove this mapping.`);
  }
};

const checkDefault = ({ mapping, path, target }: PlacedAttribute, type: ObjectType, findings: Findings): void => {
  const { defaultValue, targetAttributeName } = mapping;
  if (defaultValue === null || target === null) return;
  if (target.type === "Reference") {
    findings.problem(
      `${path}.defaultValue`,
      `${targetAttributeName} refers to another object, and a text is no reference. Remove the default value.`,
    );
    return;
  }
  const converted = convert(defaultValue, {
    path: targetAttributeName,
    type: target.type,
    multivalued: target.multivalued,
    holdsValues: holdsValues(targetAttributeName, type),
  });
  if (!converted.ok) findings.problem(`${path}.defaultValue`, `The default value does not fit: ${converted.message}`);
};

/** Options that do not go together: one of them has no effect. */
const checkFlow = ({ mapping, path, target }: PlacedAttribute, findings: Findings): void => {
  const { flowType, flowBehavior, nullBehaviour, defaultValue, defaultOnUpdate, targetAttributeName } = mapping;
  const warn = (member: string, message: string) => findings.warn(`${path}.${member}`, message);
  if (flowType === "MultiValueAddOnly" && target !== null && !target.multivalued)
    warn(
      "flowType",
      `${targetAttributeName} has one value, so MultiValueAddOnly fills it only where it is empty, as AttributeAddOnly does. Say Always if later changes are to flow.`,
    );
  if (nullBehaviour === "clear" && flowType !== "Always")
    warn(
      "nullBehaviour",
      `With the flow type ${flowType} nothing is ever taken away, so clear has no effect. Use Always.`,
    );
  if (nullBehaviour === "default" && defaultValue === null)
    warn("nullBehaviour", "There is no default value, so default does the same as leave. Give defaultValue a value.");
  if (defaultOnUpdate === true && (defaultValue === null || flowType === "ObjectAddOnly" || !usesDefault(mapping)))
    warn(
      "defaultOnUpdate",
      "It has no effect: it needs a default value, the null behaviour default, and a flow type that flows on updates.",
    );
  if (flowBehavior === "FlowAlways" && flowType !== "Always" && flowType !== "ValueAddOnly")
    warn("flowBehavior", `With the flow type ${flowType} it has no effect. Use the flow type Always.`);
  if (mapping.exportMissingReferences)
    warn(
      "exportMissingReferences",
      "A reference to an object without an account is left out until there is one; this has no effect.",
    );
};

const usesDefault = ({ nullBehaviour }: AttributeMapping): boolean =>
  nullBehaviour === undefined || nullBehaviour === "default";

const checkPrecedences = (placed: readonly PlacedAttribute[], at: string, findings: Findings): void => {
  const matching = placed.filter(isMatching);
  if (matching.length === 0)
    findings.problem(
      at,
      "No mapping finds accounts that are there already, so everybody would get a second one. Give one of them the matchingPriority 1, such as userName.",
    );
  const seen = new Map<number, PlacedAttribute>();
  for (const one of matching) {
    const earlier = seen.get(one.mapping.matchingPriority);
    if (earlier === undefined) seen.set(one.mapping.matchingPriority, one);
    else
      findings.problem(
        `${one.path}.matchingPriority`,
        `${one.mapping.targetAttributeName} and ${earlier.mapping.targetAttributeName} have the same precedence, ${one.mapping.matchingPriority}. Give each one of its own; the lowest number is tried first.`,
      );
  }
};

const checkRequired = (placed: readonly PlacedAttribute[], side: Side, at: string, findings: Findings): void => {
  for (const [key, { name, required, anchor, mutability, defaultValue }] of side.target) {
    if (!required || anchor || mutability === "ReadOnly" || defaultValue !== null) continue;
    const one = placed.find(({ mapping }) => pathKey(mapping.targetAttributeName) === key);
    if (one === undefined)
      findings.problem(
        at,
        `The target needs ${name}, and nothing maps it. Map it, or give it a default value in the target's attribute list.`,
      );
    else if (one.mapping.source === null && one.mapping.defaultValue === null)
      findings.problem(
        `${one.path}.source`,
        `The target needs ${name}, and this mapping leaves it empty. Give it a source or a default value.`,
      );
  }
};

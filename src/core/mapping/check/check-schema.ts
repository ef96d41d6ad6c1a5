import type { ObjectType } from "../../objects.ts";
import { compileSchema } from "../compile.ts";
import {
  mappingsByPriority,
  objectDefinitionOf,
  objectFlowsOf,
  type PlacedMapping,
  type SynchronizationRule,
  type SynchronizationSchema,
  typeOf,
} from "../schema-document.ts";
import { checkAttributeMappings } from "./check-attribute-mappings.ts";
import { checkScope } from "./check-scope.ts";
import { collectFindings, type Findings, onceSwitchedOn, type SchemaReport } from "./findings.ts";
import { type SchemaFacts, sideOf } from "./side.ts";

/**
 * Everything that is wrong with a document that was read (`readSchemaDocument`), before it is saved: what would stop the job (`compileSchema`) and what would
 * make it do something else than its author expects. Warnings do not refuse a save.
 */
export const checkSchema = (document: SynchronizationSchema, facts: SchemaFacts): SchemaReport => {
  const findings = collectFindings();
  const compiled = compileSchema(document);
  if (!compiled.ok) for (const { path, message } of compiled.problems) findings.problem(path, message);
  for (const [index, rule] of document.synchronizationRules.entries())
    checkRule(rule, `$.synchronizationRules[${index}]`, findings);
  const mappings = mappingsByPriority(document);
  const used = new Map<ObjectType, PlacedMapping>();
  for (const placed of mappings) {
    const type = typeOf(placed.mapping.sourceObjectName);
    if (type !== null && placed.mapping.enabled && !used.has(type)) used.set(type, placed);
  }
  const provisioned = new Set(used.keys());
  if (!provisioned.has("User")) refuseWithoutUsers(mappings, findings);
  for (const placed of mappings) {
    const { mapping, path } = placed;
    const type = typeOf(mapping.sourceObjectName);
    if (type === null) {
      if (!mapping.enabled)
        findings.warn(
          `${path}.sourceObjectName`,
          `Objects of type ${mapping.sourceObjectName} are not provisioned; this mapping stays switched off.`,
        );
      continue;
    }
    const first = used.get(type);
    if (mapping.enabled && first !== undefined && first !== placed) {
      findings.warn(
        path,
        `Of several mappings of ${type}s the one of the rule with the lowest priority number is used, which is ${first.mapping.name} (rule ${first.rule.name}). This one is not used; switch it off or remove it.`,
      );
    }
    checkObjectMapping(document, placed, type, { facts, provisioned }, findings);
  }
  return findings.report();
};

const refuseWithoutUsers = (mappings: readonly PlacedMapping[], findings: Findings): void => {
  const off = mappings.find(({ mapping }) => typeOf(mapping.sourceObjectName) === "User");
  if (off === undefined)
    findings.problem(
      "$.synchronizationRules",
      "No rule maps users. Add an object mapping whose sourceObjectName is User.",
    );
  else
    findings.problem(
      `${off.path}.enabled`,
      "The mapping of users is switched off, and unlike that of groups it cannot be. Set enabled to true; pause the job to provision nobody.",
    );
};

const isEmptyFilter = (filter: { readonly [name: string]: unknown } | null): boolean =>
  filter === null || Object.values(filter).every((value) => !Array.isArray(value) || value.length === 0);

/** Filters that restrict whom a rule reaches: passed over, they would provision more people than their author wants. */
const checkRule = (rule: SynchronizationRule, at: string, findings: Findings): void => {
  for (const name of ["containerFilter", "groupFilter"] as const) {
    if (!isEmptyFilter(rule[name]))
      findings.problem(
        `${at}.${name}`,
        `A ${name} is not supported: it would be passed over, and more people would be provisioned. Use a scoping filter of the object mapping instead, and set this to null.`,
      );
  }
};

const checkObjectMapping = (
  document: SynchronizationSchema,
  { rule, mapping, path }: PlacedMapping,
  type: ObjectType,
  given: { readonly facts: SchemaFacts; readonly provisioned: ReadonlySet<ObjectType> },
  findings: Findings,
): void => {
  const told = mapping.enabled ? findings : onceSwitchedOn(findings);
  if (mapping.enabled && objectFlowsOf(mapping.flowTypes).length === 0) {
    told.warn(
      `${path}.flowTypes`,
      `Nothing may be done with ${type}s: neither Add nor Update nor Delete is allowed. Allow one of them, or switch the mapping off.`,
    );
  }
  for (const [index, { key, value }] of mapping.metadata.entries()) {
    const ordinary = ordinaryMetadata.get(key);
    if (ordinary !== undefined && value !== null && value.toLowerCase() !== ordinary)
      told.warn(`${path}.metadata[${index}]`, `${key} is kept but has no effect here.`);
  }
  const source = objectDefinitionOf(document, rule.sourceDirectoryName, mapping.sourceObjectName);
  const target = objectDefinitionOf(document, rule.targetDirectoryName, mapping.targetObjectName);
  const side = sideOf(type, source?.attributes ?? [], target?.attributes ?? [], given.facts);
  checkScope(mapping.scope, side, `${path}.scope`, told);
  const targets = new Map(
    mappingsByPriority(document).map((one) => [
      one.mapping.targetObjectName.toLowerCase(),
      typeOf(one.mapping.sourceObjectName),
    ]),
  );
  checkAttributeMappings(mapping, side, { provisioned: given.provisioned, targets }, path, told);
};

/** Metadata of object mappings that changes what Entra does, with the value that does not. */
const ordinaryMetadata: ReadonlyMap<string, string> = new Map([
  ["Disposition", "normal"],
  ["EscrowBehavior", "default"],
  ["Unsynchronized", "false"],
  ["DisableMonitoringForChanges", "false"],
  ["ExcludeFromReporting", "false"],
]);

import { convert, type ObjectType, objectDefinitionOf, type SynchronizationSchema } from "#core";
import {
  type Attributes,
  type CheckedSchema,
  type EvaluationContext,
  type ExplainedNode,
  REDACTED,
  type TargetAttribute,
  tryExpression,
} from "#core/expressions";
import { ApiError, badRequest } from "./api-error.ts";
import type { ExpressionAnswer } from "./contract/index.ts";
import { schemaAnswer } from "./schema-drafts.ts";

/** What an expression is checked against: the attributes of both sides of a type's mapping. */
export const checkedSchemaOf = (
  document: SynchronizationSchema,
  type: ObjectType,
  target: string | undefined,
): CheckedSchema => {
  const place = schemaAnswer(document).objects.find((object) => object.type === type);
  const rule = place === undefined ? undefined : document.synchronizationRules[place.rule];
  const mapping = place === undefined ? undefined : rule?.objectMappings[place.mapping];
  if (rule === undefined || mapping === undefined)
    throw badRequest(`The schema maps no ${type === "User" ? "users" : "groups"}.`);
  const source = objectDefinitionOf(document, rule.sourceDirectoryName, mapping.sourceObjectName)?.attributes ?? [];
  const targets = objectDefinitionOf(document, rule.targetDirectoryName, mapping.targetObjectName)?.attributes ?? [];
  const checked = { source: new Map(source.map((attribute) => [attribute.name, attribute])) };
  if (target === undefined) return checked;
  const found = targets.find(({ name }) => name.toLowerCase() === target.toLowerCase());
  if (found === undefined) {
    const sentence = `The target has no attribute ${target.slice(0, 200)}. Its attributes are: ${targets.map(({ name }) => name).join(", ")}.`;
    throw new ApiError(404, "AttributeNotFound", sentence);
  }
  const mapped = mapping.attributeMappings.find((one) => one.targetAttributeName === found.name);
  return {
    ...checked,
    target: {
      name: found.name,
      type: found.type,
      multivalued: found.multivalued,
      ...(mapped === undefined
        ? {}
        : { matching: mapped.matchingPriority > 0, creationOnly: mapped.flowType === "ObjectAddOnly" }),
    },
  };
};

/** Everything that can be said of an expression before it is saved. */
export const explainedFor = (
  expression: string,
  attributes: Attributes,
  context: EvaluationContext,
  schema: CheckedSchema,
): ExpressionAnswer => {
  const trial = tryExpression(expression, attributes, context, schema);
  const { target } = schema;
  return { ...trial, target: trial.tree === null || target === undefined ? null : targetOf(trial.tree, target) };
};

/** What the target attribute would get; null where the expression has no value. */
const targetOf = (
  { state }: ExplainedNode,
  { name, type, multivalued }: TargetAttribute,
): ExpressionAnswer["target"] => {
  if (state.kind === "hidden") return { name, value: REDACTED, error: null };
  if (state.kind !== "value") return null;
  const converted = convert(state.value, { path: name, type, multivalued, holdsValues: false });
  return converted.ok ? { name, value: converted.value, error: null } : { name, value: null, error: converted.message };
};

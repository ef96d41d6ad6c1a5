import { randomBytes } from "node:crypto";
import { z } from "zod";
import { attributeTypes, convert } from "#core";
import { type AttributeValue, type Expression, evaluate, parseExpression, toGraphSource } from "#core/expressions";
import { parseExpressionResource } from "#graph";

const pairs = z.array(z.looseObject({ key: z.string(), value: z.unknown() }));

/** A word of a closed list in any case, as Graph's clients write them. */
const attributeType = z
  .string()
  .transform((word) => attributeTypes.find((type) => type.toLowerCase() === word.trim().toLowerCase()))
  .pipe(z.enum(attributeTypes));

const targetDefinition = z.looseObject({
  name: z.string().nullish(),
  type: attributeType.nullish(),
  multivalued: z.boolean().nullish(),
});

export const parseBody = z.looseObject({
  expression: z.string(),
  testInputObject: z.looseObject({ properties: pairs.nullish() }).nullish(),
  targetAttributeDefinition: targetDefinition.nullish(),
});

type ParseRequest = z.infer<typeof parseBody>;
type Outcome = Pick<Parameters<typeof parseExpressionResource>[0], "value" | "error">;

/** Reads an expression and, where there is an object to try it on, evaluates it; attributes that the object lacks are absent. */
export const parseExpressionAnswer = (request: ParseRequest, now: Date): Readonly<Record<string, unknown>> => {
  const parsed = parseExpression(request.expression, { allowBare: true });
  if (!parsed.ok) {
    const { line, column } = parsed.error.position;
    const message = `Line ${line}, column ${column}: ${parsed.error.message}`;
    return parseExpressionResource({ source: null, value: null, error: { code: "InvalidExpression", message } });
  }
  const properties = request.testInputObject?.properties;
  const outcome: Outcome =
    request.testInputObject == null
      ? { value: null, error: null }
      : tried(parsed.tree, new Map((properties ?? []).map(({ key, value }) => [key, value])), request, now);
  return parseExpressionResource({ source: toGraphSource(parsed.tree), ...outcome });
};

const tried = (
  tree: Expression,
  attributes: ReadonlyMap<string, unknown>,
  { targetAttributeDefinition: target }: ParseRequest,
  now: Date,
): Outcome => {
  const failed = (message: string): Outcome => ({ value: null, error: { code: "EvaluationFailed", message } });
  const lookup = (name: string) => attributes.get(name) as AttributeValue;
  const evaluation = evaluate(tree, lookup, { now, random: (count) => randomBytes(count) });
  if (evaluation.kind === "error") return failed(evaluation.error.message);
  if (evaluation.kind === "ignored") return { value: { given: null }, error: null };
  if (target == null) return { value: { given: evaluation.value }, error: null };
  const converted = convert(evaluation.value, {
    path: target.name ?? "The target attribute",
    type: target.type ?? "String",
    multivalued: target.multivalued ?? false,
    holdsValues: false,
  });
  return converted.ok ? { value: { given: converted.value }, error: null } : failed(converted.message);
};

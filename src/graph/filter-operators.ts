const every = ["Integer", "String", "Boolean", "DateTime"] as const;
const orEmpty = [...every, "Reference", "Binary"] as const;
const ordered = ["Integer", "DateTime"] as const;
const text = ["String"] as const;

/** Operators of scoping filters, with the types of attribute that each may judge. */
const operators: readonly (readonly [name: string, arity: "Unary" | "Binary", types: readonly string[]])[] = [
  ["EQUALS", "Binary", every],
  ["NOT EQUALS", "Binary", every],
  ["IS TRUE", "Unary", ["Boolean"]],
  ["IS FALSE", "Unary", ["Boolean"]],
  ["IS NULL", "Unary", orEmpty],
  ["IS NOT NULL", "Unary", orEmpty],
  ["REGEX MATCH", "Binary", text],
  ["NOT REGEX MATCH", "Binary", text],
  ["GREATER_THAN", "Binary", ordered],
  ["GREATER_THAN_OR_EQUALS", "Binary", ordered],
  ["INCLUDES", "Binary", text],
  ["ENDS_WITH", "Binary", text],
];

/** Graph's filterOperatorSchema; its documentation shows `name` where its type has `id` alone, so both are there. */
export const filterOperatorResources = (): readonly Readonly<Record<string, unknown>>[] =>
  operators.map(([name, arity, supportedAttributeTypes]) => ({
    id: name,
    name,
    arity,
    multivaluedComparisonType: "All",
    supportedAttributeTypes,
  }));

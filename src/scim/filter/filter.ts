/** The comparison operators of RFC 7644 section 3.4.2.2, all but `pr`. */
export const compareOperators = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"] as const;

/** One of the comparison operators, always in lower case. */
export type CompareOperator = (typeof compareOperators)[number];

/** A value to compare with. */
export type CompareValue = string | number | boolean | null;

/**
 * The address of an attribute: `urn:name[filter].sub`, names spelled as written.
 * `urn` is the schema URI before the attribute; `filter` picks values of a multi-valued attribute.
 */
export type ScimPath = {
  readonly urn: string | undefined;
  readonly name: string;
  readonly filter: Filter | undefined;
  readonly sub: string | undefined;
};

/** A filter as plain data. `and` and `or` hold two or more terms. */
export type Filter =
  | {
      readonly kind: "compare";
      readonly path: ScimPath;
      readonly operator: CompareOperator;
      readonly value: CompareValue;
    }
  | { readonly kind: "present"; readonly path: ScimPath }
  | { readonly kind: "valuePath"; readonly path: ScimPath & { readonly filter: Filter; readonly sub: undefined } }
  | { readonly kind: "and"; readonly terms: readonly Filter[] }
  | { readonly kind: "or"; readonly terms: readonly Filter[] }
  | { readonly kind: "not"; readonly term: Filter };

/** What a comparison compares with. Dates are kept as they were written. */
export type FilterLiteral =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "date"; readonly value: string }
  | { readonly kind: "null" };

export const comparisonOperators = ["eq", "ne", "gt", "ge", "lt", "le"] as const;
export type ComparisonOperator = (typeof comparisonOperators)[number];

export const textFunctions = ["startswith", "endswith", "contains"] as const;
export type TextFunction = (typeof textFunctions)[number];

/** A property, as names from the outermost to the innermost; an empty path is the value of a lambda's variable itself. */
export type PropertyPath = readonly string[];

export type Filter =
  | { readonly kind: "and" | "or"; readonly left: Filter; readonly right: Filter }
  | { readonly kind: "not"; readonly operand: Filter }
  | {
      readonly kind: "comparison";
      readonly path: PropertyPath;
      readonly operator: ComparisonOperator;
      readonly value: FilterLiteral;
    }
  | { readonly kind: "oneOf"; readonly path: PropertyPath; readonly values: readonly FilterLiteral[] }
  | { readonly kind: "text"; readonly path: PropertyPath; readonly test: TextFunction; readonly value: string }
  /** Some element of a list satisfies `operand`, whose paths begin at the element; null: the list is not empty. */
  | { readonly kind: "any"; readonly path: PropertyPath; readonly operand: Filter | null };

/** Every path that a filter reads, from the object itself; those inside `any` are not among them. */
export const pathsOf = (filter: Filter): readonly PropertyPath[] => {
  switch (filter.kind) {
    case "and":
    case "or":
      return [...pathsOf(filter.left), ...pathsOf(filter.right)];
    case "not":
      return pathsOf(filter.operand);
    case "comparison":
    case "oneOf":
    case "text":
    case "any":
      return [filter.path];
  }
};

/** The parts of a filter that must all hold. */
export const conjunctsOf = (filter: Filter): readonly Filter[] =>
  filter.kind === "and" ? [...conjunctsOf(filter.left), ...conjunctsOf(filter.right)] : [filter];

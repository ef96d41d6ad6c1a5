import type { AttributeDefinition, AttributeType } from "#core";

interface Attribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly required?: boolean;
  readonly anchor?: boolean;
  readonly caseExact?: boolean;
  readonly multivalued?: boolean;
  readonly readOnly?: boolean;
  /** The object that a reference points at. */
  readonly refersTo?: string;
}

/** The definition of an attribute, with everything that was not said at its usual value. */
export const attribute = (from: Attribute): AttributeDefinition => ({
  anchor: from.anchor ?? false,
  apiExpressions: [],
  caseExact: from.caseExact ?? false,
  defaultValue: null,
  flowNullValues: false,
  metadata: [],
  multivalued: from.multivalued ?? false,
  mutability: from.readOnly ? "ReadOnly" : "ReadWrite",
  name: from.name,
  referencedObjects:
    from.refersTo === undefined ? [] : [{ referencedObjectName: from.refersTo, referencedProperty: "" }],
  required: from.required ?? false,
  type: from.type,
});

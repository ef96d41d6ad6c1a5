import { nearestName } from "../../expressions/nearest.ts";
import type { ObjectType } from "../../objects.ts";
import type { AttributeDefinition, AttributeMapping } from "../schema-document.ts";
import { pathKey } from "../target-path.ts";

/** What a document does not say of itself. By object type; null where nobody knows. */
export interface SchemaFacts {
  /** Target attributes that the target can filter on. */
  readonly filterable: Readonly<Record<ObjectType, readonly string[] | null>>;
  /** Source attributes that this directory stores. Those that are computed, and custom extension attributes, need not be among them. */
  readonly held: Readonly<Record<ObjectType, readonly string[] | null>>;
}

/** The attributes on both sides of an object mapping. */
export interface Side {
  readonly type: ObjectType;
  readonly source: ReadonlyMap<string, AttributeDefinition>;
  /** By `pathKey`. */
  readonly target: ReadonlyMap<string, AttributeDefinition>;
  /** By `pathKey`; null where nobody knows. */
  readonly filterable: ReadonlySet<string> | null;
  /** Why a source attribute cannot be read, with the nearest name; null where it can. Names are case-sensitive. */
  missingSource(name: string): string | null;
  /** Why a source attribute is always empty here; null where it is not. */
  emptySource(name: string): string | null;
}

/** What other object mappings of the document make possible. */
export interface Surroundings {
  /** Types of which objects are provisioned. */
  readonly provisioned: ReadonlySet<ObjectType>;
  /** Names of target objects, in lower case, with the type that is mapped to them. */
  readonly targets: ReadonlyMap<string, ObjectType | null>;
}

/** One attribute mapping with what the lists of both sides say of it. */
export interface PlacedAttribute {
  readonly mapping: AttributeMapping;
  /** JSON path. */
  readonly path: string;
  /** Null: the target's list has no such attribute. */
  readonly target: AttributeDefinition | null;
}

/** What scoping and mapping compute for every object. */
const computed = ["objectId", "manager", "members", "IsSoftDeleted", "appRoleAssignments"];

/** Custom attributes of the directory may be typed though no list offers them. */
const custom = /^extension_[0-9a-f]{32}_[A-Za-z]\w*$/i;

export const sideOf = (
  type: ObjectType,
  source: readonly AttributeDefinition[],
  target: readonly AttributeDefinition[],
  facts: SchemaFacts,
): Side => {
  const sources = new Map(source.map((attribute) => [attribute.name, attribute]));
  const held = facts.held[type];
  const filterable = facts.filterable[type];
  return {
    type,
    source: sources,
    target: new Map(target.map((attribute) => [pathKey(attribute.name), attribute])),
    filterable: filterable === null ? null : new Set(filterable.map(pathKey)),
    missingSource: (name) => {
      if (sources.has(name) || custom.test(name)) return null;
      const suggestion = nearestName(name, sources.keys());
      const mend =
        suggestion === undefined ? "Add it to the source's attribute list." : `Did you mean [${suggestion}]?`;
      return `The source has no attribute ${name}; names are case-sensitive. ${mend}`;
    },
    emptySource: (name) => {
      if (held === null || held.includes(name) || computed.includes(name) || custom.test(name)) return null;
      const suggestion = nearestName(name, held);
      const mend =
        suggestion === undefined ? "Map another attribute." : `Map another attribute, perhaps [${suggestion}].`;
      return `This directory never has a value of [${name}], so it counts as empty. ${mend}`;
    },
  };
};

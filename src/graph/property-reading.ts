import { isExtension, mappingName } from "./property-names.ts";

export type GivenValue = string | number | boolean | readonly string[];

export type PropertyReading =
  | { readonly ok: true; readonly changes: Readonly<Record<string, GivenValue | null>> }
  /** `property` is null when the body as a whole is wrong. */
  | { readonly ok: false; readonly property: string | null; readonly message: string };

export interface PropertyRules {
  readonly type: string;
  /** Properties with an attribute of their own. */
  readonly plain: readonly string[];
  readonly readOnly: readonly string[];
  /** Taken and forgotten. */
  readonly dropped: readonly string[];
  /** Objects whose members are attributes; null clears them all. */
  readonly nested: ReadonlyMap<string, readonly string[]>;
  /** Lists of at most one text that are a single attribute. */
  readonly first: ReadonlyMap<string, string>;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const refuse = (property: string | null, message: string): PropertyReading => ({ ok: false, property, message });

/** Reads the body of a create or an update against what a type has. */
export const readProperties = (body: unknown, rules: PropertyRules): PropertyReading => {
  if (!isObject(body)) return refuse(null, "The body must be a JSON object with the properties to set.");
  const changes = new Map<string, GivenValue | null>();
  for (const [name, value] of Object.entries(body)) {
    if (name.includes("@odata.") || rules.dropped.includes(name)) continue;
    if (rules.readOnly.includes(name)) {
      return refuse(name, `Property '${name}' is read-only and cannot be set. Leave it out.`);
    }
    const members = rules.nested.get(name);
    const single = rules.first.get(name);
    if (members !== undefined) {
      const message = readNested(name, members, value, changes);
      if (message !== null) return refuse(name, message);
    } else if (single !== undefined) {
      if (!Array.isArray(value) || value.length > 1 || value.some((each) => typeof each !== "string")) {
        return refuse(name, `Property '${name}' must be a list with at most one text.`);
      }
      changes.set(single, value[0] ?? null);
    } else if (rules.plain.includes(name) || isExtension(name)) {
      if (!isGiven(value)) return refuse(name, `The value of property '${name}' has a form that it cannot have.`);
      changes.set(mappingName(name), value);
    } else {
      const near = rules.plain.find((each) => each.toLowerCase() === name.toLowerCase());
      const hint = near === undefined ? "" : ` Did you mean '${near}'?`;
      return refuse(name, `Could not find a property named '${name}' on type '${rules.type}'.${hint}`);
    }
  }
  return { ok: true, changes: Object.fromEntries(changes) };
};

const readNested = (
  name: string,
  members: readonly string[],
  value: unknown,
  changes: Map<string, GivenValue | null>,
): string | null => {
  if (value === null) {
    for (const member of members) changes.set(member, null);
    return null;
  }
  if (!isObject(value)) return `Property '${name}' must be an object or null.`;
  for (const [member, inner] of Object.entries(value)) {
    if (member.startsWith("@odata.")) continue;
    if (!members.includes(member)) return `Could not find a property named '${member}' in '${name}'.`;
    if (inner !== null && typeof inner !== "string") return `'${member}' in '${name}' must be a text or null.`;
    changes.set(member, inner);
  }
  return null;
};

const isGiven = (value: unknown): value is GivenValue | null =>
  value === null ||
  ["string", "number", "boolean"].includes(typeof value) ||
  (Array.isArray(value) && value.every((each) => typeof each === "string"));

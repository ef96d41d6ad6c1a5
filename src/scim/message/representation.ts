import { type Mode, type Result, refuse, succeed } from "../error.ts";
import type { ScimPath } from "../filter/filter.ts";
import { parsePath } from "../filter/parse-path.ts";
import { foldCase, isJsonArray, isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { type AttributeDefinition, findAttribute } from "../model/attribute.ts";
import { resolvePath } from "../model/resolve.ts";
import { findExtension, type ResourceType, topLevelAttributes } from "../model/resource-type.ts";

/** Which attributes a reply shows (RFC 7644 section 3.9). */
export type Projection =
  | { readonly kind: "default" }
  | { readonly kind: "only"; readonly paths: readonly ScimPath[] }
  | { readonly kind: "except"; readonly paths: readonly ScimPath[] };

/** What one attribute's part in the projection is: named as a whole, by sub-attributes, or not at all. */
type Naming = "whole" | ReadonlySet<string> | undefined;

const readPaths = (list: string, mode: Mode): Result<readonly ScimPath[]> => {
  const paths: ScimPath[] = [];
  for (const text of list.split(",").map((part) => part.trim())) {
    if (text === "") continue;
    const path = parsePath(text, mode);
    if (!path.ok) return path;
    paths.push(path.value);
  }
  return succeed(paths);
};

/**
 * Reads the query's `attributes` and `excludedAttributes`, comma-separated. Fails with invalidValue when both are
 * given and with invalidPath on a name that is none.
 */
export const readProjection = (
  attributes: string | undefined,
  excludedAttributes: string | undefined,
  mode: Mode,
): Result<Projection> => {
  if (attributes && excludedAttributes) {
    return refuse("invalidValue", "Give either attributes or excludedAttributes, not both.");
  }
  const list = attributes || excludedAttributes;
  if (!list) return succeed({ kind: "default" });
  const paths = readPaths(list, mode);
  return paths.ok ? succeed({ kind: attributes ? "only" : "except", paths: paths.value }) : paths;
};

const keyOfAttribute = (extension: string | undefined, attribute: string): string =>
  foldCase(`${extension ?? ""}\n${attribute}`);

const namings = (type: ResourceType, paths: readonly ScimPath[], mode: Mode): ReadonlyMap<string, Naming> => {
  const map = new Map<string, Naming>();
  for (const path of paths) {
    const resolved = resolvePath(type, path, mode);
    if (resolved?.kind === "extension") {
      for (const { name } of resolved.extension.attributes) {
        map.set(keyOfAttribute(resolved.extension.id, name), "whole");
      }
    }
    if (resolved?.kind !== "attribute") continue;
    const key = keyOfAttribute(resolved.extension?.id, resolved.attribute.name);
    const before = map.get(key);
    if (resolved.sub === undefined || before === "whole") map.set(key, "whole");
    else map.set(key, new Set([...(before ?? []), resolved.sub.name]));
  }
  return map;
};

const isShown = (definition: AttributeDefinition, named: boolean, kind: Projection["kind"]): boolean => {
  if (definition.returned === "never") return false;
  if (definition.returned === "always") return true;
  if (kind === "only") return named;
  return definition.returned === "default" && !(kind === "except" && named);
};

const showParts = (
  attribute: AttributeDefinition,
  value: JsonValue,
  naming: Naming,
  kind: Projection["kind"],
): JsonValue | undefined => {
  if (isJsonArray(value)) {
    return value.map((item) => showParts(attribute, item, naming, kind)).filter((item) => item !== undefined);
  }
  if (!isJsonObject(value)) return value;
  const parts = Object.entries(value).filter(([key]) => {
    const sub = findAttribute(attribute.subAttributes, key);
    if (sub === undefined) return naming === undefined || naming === "whole";
    const named = naming === "whole" || (naming?.has(sub.name) ?? false);
    if (kind === "only" && naming === "whole" && sub.returned !== "request") return sub.returned !== "never";
    return isShown(sub, kind === "except" && naming === "whole" ? false : named, kind);
  });
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
};

/** What `projector` makes: the resource as a reply shows it. */
export type Projector = (resource: JsonObject) => JsonObject;

/**
 * Prepares how replies show resources: attributes returned never (password) are gone, those returned always (id) stay
 * whatever was asked for. Members the type does not know are shown unless the request named what it wants.
 */
export const projector = (
  type: ResourceType,
  projection: Projection = { kind: "default" },
  mode: Mode = "compat",
): Projector => {
  const { kind } = projection;
  const named = namings(type, projection.kind === "default" ? [] : projection.paths, mode);
  const show = (
    attributes: readonly AttributeDefinition[],
    holder: JsonObject,
    extension: string | undefined,
  ): readonly (readonly [string, JsonValue])[] =>
    Object.entries(holder).flatMap(([key, value]) => {
      const attribute = findAttribute(attributes, key);
      if (attribute === undefined) {
        const container = extension === undefined ? findExtension(type, key) : undefined;
        if (container === undefined || !isJsonObject(value)) return kind === "only" ? [] : [[key, value] as const];
        const shown = show(container.attributes, value, container.id);
        return shown.length === 0 ? [] : [[key, Object.fromEntries(shown)] as const];
      }
      const naming = named.get(keyOfAttribute(extension, attribute.name));
      const excludedInPart = kind === "except" && naming !== undefined && naming !== "whole";
      if (!isShown(attribute, naming !== undefined && !excludedInPart, kind)) return [];
      const shown = attribute.returned === "always" ? value : showParts(attribute, value, naming, kind);
      return shown === undefined ? [] : [[key, shown] as const];
    });
  return (resource) => Object.fromEntries(show(topLevelAttributes(type), resource, undefined));
};

/** The resource as one reply shows it; see `projector`. */
export const representation = (
  type: ResourceType,
  resource: JsonObject,
  projection?: Projection,
  mode?: Mode,
): JsonObject => projector(type, projection, mode)(resource);

/** False when no reply with this projection can show the core attribute, so that it need not be read. */
export const mayShow = (type: ResourceType, projection: Projection, name: string, mode: Mode): boolean => {
  const attribute = findAttribute(topLevelAttributes(type), name);
  if (attribute === undefined) return false;
  const named = namings(type, projection.kind === "default" ? [] : projection.paths, mode);
  const naming = named.get(keyOfAttribute(undefined, attribute.name));
  return isShown(attribute, projection.kind === "except" ? naming === "whole" : naming !== undefined, projection.kind);
};

import {
  type Filter,
  foldCase,
  groupResourceType,
  parsePath,
  printFilter,
  printPath,
  type ResolvedPath,
  resolvePath,
  type ScimPath,
  schemaUrns,
  userResourceType,
  writePath,
} from "#scim";
import type { ObjectType } from "../objects.ts";
import type { AttributeType } from "./schema-document.ts";

const coreUrns: ReadonlySet<string> = new Set([schemaUrns.user, schemaUrns.group].map(foldCase));

/** The name of what a path leads to, one for all its spellings: letter case, core URN, order of `eq` terms, `.value` of a value. */
export const pathKey = (text: string): string => {
  const parsed = parsePath(text);
  if (!parsed.ok) return foldCase(text.trim());
  const { urn, name, filter, sub } = parsed.value;
  return foldCase(
    printPath({
      urn: urn === undefined || coreUrns.has(foldCase(urn)) ? undefined : urn,
      name,
      filter: filter && ordered(filter),
      sub: sub === undefined || foldCase(sub) === "value" ? undefined : sub,
    }),
  );
};

const ordered = (filter: Filter): Filter => {
  if (filter.kind === "and") {
    const terms = filter.terms.map(ordered).map((term) => ({ term, text: foldCase(printFilter(term)) }));
    return { kind: "and", terms: terms.sort((a, b) => (a.text < b.text ? -1 : 1)).map(({ term }) => term) };
  }
  return filter.kind === "compare" && typeof filter.value === "boolean"
    ? { ...filter, value: filter.value ? "True" : "False" }
    : filter;
};

/** Why SCIM has no way to write to a path, or null. */
export const problemOfPath = (text: string): string | null => {
  const written = writePath({}, text, "x");
  if (written.ok) return null;
  return `${written.error.detail} Write it as attribute, attribute.sub, attribute[type eq "work"].sub, or with the URN of its extension and a colon before it.`;
};

const resolved = (type: ObjectType, path: ScimPath): Extract<ResolvedPath, { kind: "attribute" }> | undefined => {
  const found = resolvePath(type === "User" ? userResourceType : groupResourceType, path, "strict");
  return found?.kind === "attribute" ? found : undefined;
};

/**
 * The path that requests carry: the `value` of a value that a filter picks, a reference without its `value` (references are settled as a whole),
 * and SCIM's own spelling of a plain attribute. A text that is no path comes back as it is.
 */
export const writtenPath = (text: string, objectType: ObjectType, type: AttributeType): string => {
  const parsed = parsePath(text);
  if (!parsed.ok) return text;
  const path = parsed.value;
  if (type === "Reference") return foldCase(path.sub ?? "") === "value" ? printPath({ ...path, sub: undefined }) : text;
  if (path.filter !== undefined) return path.sub === undefined ? `${text}.value` : text;
  if (path.urn !== undefined || path.sub !== undefined) return text;
  return resolved(objectType, path)?.attribute.name ?? text;
};

/** Whether a path is that of a list whose values SCIM writes as `{ value }`, such as `roles` or `emails`. */
export const holdsValues = (text: string, objectType: ObjectType): boolean => {
  const parsed = parsePath(text);
  if (!parsed.ok || parsed.value.filter !== undefined || parsed.value.sub !== undefined) return false;
  const attribute = resolved(objectType, parsed.value)?.attribute;
  return attribute?.multiValued === true && attribute.subAttributes.some(({ name }) => name === "value");
};

/** Path of another part of the value that the path leads into: `roles[primary eq "True"].type` beside `roles[primary eq "True"].value`. */
export const siblingPath = (text: string, sub: string): string | null => {
  const parsed = parsePath(text);
  return parsed.ok && parsed.value.filter !== undefined ? printPath({ ...parsed.value, sub }) : null;
};

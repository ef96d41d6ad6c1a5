import { REDACTED } from "#core/expressions";
import { hidingValues, mapTexts } from "#runtime";
import {
  foldCase,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parsePath,
  readPath,
  writePath,
} from "#scim";
import type { Hidden } from "../target.ts";

/** Takes what is hidden out of everything that is kept of one request. */
export interface Hiding {
  text(text: string): string;
  /** @returns null for what is no JSON: nobody can tell any more what is where in it */
  body(text: string): string | null;
  /** The address with its path and query read as what they mean. */
  url(url: string): string;
}

/** Null where nothing is hidden. */
export const hidingOf = (hidden: Hidden | undefined): Hiding | null => {
  if (hidden === undefined || hidden.paths.length + hidden.values.length === 0) return null;
  const text = hidingValues(hidden.values, REDACTED);
  const body = (json: string): string | null => {
    try {
      const parsed = JSON.parse(json.charCodeAt(0) === 0xfeff ? json.slice(1) : json) as JsonValue;
      return JSON.stringify(mapTexts(withoutNumbers(withoutPaths(parsed, hidden.paths), hidden.values), text));
    } catch {
      return null;
    }
  };
  return { text, body, url: (url) => withoutValues(url, text) };
};

/** A message of SCIM, or a resource, without what stands under the paths. */
const withoutPaths = (body: JsonValue, paths: readonly string[]): JsonValue => {
  if (!isJsonObject(body)) return body;
  const inner = Object.entries(body).map(([name, value]): [string, JsonValue] => {
    const folded = foldCase(name);
    if (folded === "resources" && isJsonArray(value)) return [name, value.map((item) => withoutPaths(item, paths))];
    if (folded === "operations" && isJsonArray(value)) return [name, value.map((item) => quietOperation(item, paths))];
    return [name, value];
  });
  return paths.reduce(withoutPath, Object.fromEntries(inner));
};

const withoutPath = (resource: JsonObject, path: string): JsonObject => {
  const names = Object.keys(resource).filter((name) => rootOf(name) === rootOf(path) || isContainerOf(name, path));
  if (names.length === 0) return resource;
  if (readPath(resource, path) !== undefined) {
    const written = writePath(resource, path, REDACTED);
    if (written.ok && readPath(written.value, path) === REDACTED) return written.value;
  }
  // Not labelled as the path says (another type, flat keys): then any part of it may be what is meant.
  return { ...resource, ...Object.fromEntries(names.map((name) => [name, REDACTED])) };
};

/** The attribute that a path begins with, by which operations name it too. */
const rootOf = (path: string): string => {
  const parsed = parsePath(path);
  return foldCase(parsed.ok ? `${parsed.value.urn ?? ""}:${parsed.value.name}` : path);
};

const isContainerOf = (name: string, path: string): boolean => {
  const parsed = parsePath(path);
  return parsed.ok && parsed.value.urn !== undefined && foldCase(parsed.value.urn) === foldCase(name);
};

const quietOperation = (operation: JsonValue, paths: readonly string[]): JsonValue => {
  if (!isJsonObject(operation)) return operation;
  const { path, value } = operation;
  if (typeof path !== "string")
    return value === undefined ? operation : { ...operation, value: withoutPaths(value, paths) };
  const concerned = paths.some((hidden) => rootOf(hidden) === rootOf(path) || isContainerOf(path, hidden));
  return concerned && value !== undefined ? { ...operation, value: REDACTED } : operation;
};

/** Numbers that are spelled like a hidden text. */
const withoutNumbers = (value: JsonValue, hidden: readonly string[]): JsonValue => {
  if (typeof value === "number") return hidden.includes(String(value)) ? REDACTED : value;
  if (isJsonArray(value)) return value.map((item) => withoutNumbers(item, hidden));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withoutNumbers(inner, hidden)]));
};

const withoutValues = (url: string, hide: (text: string) => string): string => {
  if (!URL.canParse(url)) return hide(url);
  const { origin } = new URL(url);
  const rest = url.slice(origin.length);
  const hidden = rest.replaceAll(/[^/?&=]+/g, (part) => {
    const meant = decoded(part);
    const shown = hide(meant);
    return shown === meant ? part : encodeURIComponent(shown);
  });
  return `${origin}${hidden}`;
};

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

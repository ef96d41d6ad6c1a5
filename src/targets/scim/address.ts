import type { ObjectType } from "#core";
import { groupResourceType, userResourceType } from "#scim";

/** `/Users` or `/Groups`. */
export const endpointOf = (type: ObjectType): string =>
  type === "User" ? userResourceType.endpoint : groupResourceType.endpoint;

const escaped = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * An id as one segment of a path, whatever it contains. Null for ids that no address can express: empty ones, the dot
 * segments, which every URL reader would climb with, and broken Unicode.
 */
export const idSegment = (id: string): string | null =>
  id === "" || id === "." || id === ".." || !id.isWellFormed() ? null : escaped(id);

/**
 * Builds addresses below a base URL: `Users` and the like are appended to its path, its own query (switches such as
 * `?aadOptscim062020`) goes along with every request, after ours.
 */
export const addressBuilder = (
  baseUrl: string,
): ((path: string, query?: readonly (readonly [string, string])[]) => string) => {
  const [withoutFragment = ""] = baseUrl.trim().split("#", 1);
  const cut = withoutFragment.indexOf("?");
  const base = (cut < 0 ? withoutFragment : withoutFragment.slice(0, cut)).replace(/\/+$/, "");
  const switches = cut < 0 ? "" : withoutFragment.slice(cut + 1);
  return (path, query = []) => {
    const parts = query.map(([name, value]) => `${name}=${escaped(value)}`);
    const all = switches === "" ? parts : [...parts, switches];
    return `${base}${path}${all.length === 0 ? "" : `?${all.join("&")}`}`;
  };
};

import {
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseListResponse,
  valueOfName,
  withoutName,
} from "#scim";
import type { TargetObject } from "../target.ts";

/** Texts that a careless program writes where an id is missing. */
const noIds: ReadonlySet<string> = new Set(["", "undefined", "null"]);

/** True for what may be the id of something. */
export const isId = (text: string): boolean => !noIds.has(text);

/** Reads an object with an id; numeric ids, which some targets send, become text. Undefined without a usable id. */
export const readObject = (resource: JsonValue | undefined): TargetObject | undefined => {
  if (!isJsonObject(resource)) return undefined;
  const given = valueOfName(resource, "id");
  const id = typeof given === "number" && Number.isSafeInteger(given) ? String(given) : given;
  return typeof id === "string" && isId(id) ? { id, resource } : undefined;
};

/** A group without the members that it was asked to leave out, and gave all the same. */
export const withoutMembers = ({ id, resource }: TargetObject): TargetObject => ({
  id,
  resource: withoutName(resource as JsonObject, "members"),
});

export type ReadList =
  | {
      readonly ok: true;
      readonly objects: readonly TargetObject[];
      readonly totalResults: number;
      readonly startIndex: number;
      /** Where the target pages by cursor and this is not the last page. */
      readonly nextCursor: string | null;
    }
  | { readonly ok: false; readonly why: string };

/** Reads a ListResponse of objects with ids; `why` completes a sentence that says what the target answered. */
export const readList = (body: JsonObject | null): ReadList => {
  const page = parseListResponse(body);
  if (!page.ok) return { ok: false, why: `it is no SCIM list (${page.error.detail.replace(/\.$/, "")})` };
  const { resources, totalResults, startIndex, nextCursor = null } = page.value;
  const objects = resources.map(readObject).filter((object) => object !== undefined);
  if (objects.length < resources.length) return { ok: false, why: "it lists an object without an id" };
  return { ok: true, objects, totalResults, startIndex, nextCursor };
};

/** The `value`s of a group's members. */
export const memberIds = (resource: TargetObject["resource"]): readonly string[] => {
  const members = isJsonObject(resource) ? valueOfName(resource, "members") : undefined;
  return (isJsonArray(members) ? members : members === undefined || members === null ? [] : [members])
    .map((member) => (isJsonObject(member) ? valueOfName(member, "value") : member))
    .map((id) => (typeof id === "number" && Number.isSafeInteger(id) ? String(id) : id))
    .filter((id) => typeof id === "string" && isId(id)) as readonly string[];
};

/** What the object says of its version, null where it says nothing. */
export const versionOf = ({ resource }: TargetObject): string | null => {
  const meta = valueOfName(resource as JsonObject, "meta");
  const version = isJsonObject(meta) ? valueOfName(meta, "version") : undefined;
  return typeof version === "string" && /^(W\/)?"[\x21\x23-\x7e]*"$/.test(version) ? version : null;
};

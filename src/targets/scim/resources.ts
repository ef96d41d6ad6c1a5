import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, parseListResponse, valueOfName } from "#scim";
import type { TargetObject } from "../target.ts";

/** Reads an object with an id; numeric ids, which some targets send, become text. Undefined without a usable id. */
export const readObject = (resource: JsonValue | undefined): TargetObject | undefined => {
  if (!isJsonObject(resource)) return undefined;
  const given = valueOfName(resource, "id");
  const id = typeof given === "number" && Number.isSafeInteger(given) ? String(given) : given;
  return typeof id === "string" && id !== "" ? { id, resource } : undefined;
};

export type ReadList =
  | {
      readonly ok: true;
      readonly objects: readonly TargetObject[];
      readonly totalResults: number;
      readonly startIndex: number;
    }
  | { readonly ok: false; readonly why: string };

/** Reads a ListResponse of objects with ids; `why` completes a sentence that says what the target answered. */
export const readList = (body: JsonObject | null): ReadList => {
  const page = parseListResponse(body);
  if (!page.ok) return { ok: false, why: `it is no SCIM list (${page.error.detail.replace(/\.$/, "")})` };
  const { resources, totalResults, startIndex } = page.value;
  const objects = resources.map(readObject).filter((object) => object !== undefined);
  if (objects.length < resources.length) return { ok: false, why: "it lists an object without an id" };
  return { ok: true, objects, totalResults, startIndex };
};

/** The `value`s of a group's members. */
export const memberIds = (resource: TargetObject["resource"]): readonly string[] => {
  const members = isJsonObject(resource) ? valueOfName(resource, "members") : undefined;
  return (isJsonArray(members) ? members : [])
    .map((member) => (isJsonObject(member) ? valueOfName(member, "value") : member))
    .filter((id) => typeof id === "string");
};

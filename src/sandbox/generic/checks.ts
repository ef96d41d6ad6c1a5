import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, type ScimError, scimError } from "#scim";

/** Bytes of a stored resource, values of an attribute, and members of a group. */
const longest = 256 * 1024;
const mostValues = 500;
export const mostMembers = 100_000;

const crowded = (holder: JsonObject): string | undefined => {
  for (const [name, value] of Object.entries(holder)) {
    if (isJsonArray(value) && value.length > mostValues) return name;
    const within = isJsonObject(value) ? crowded(value) : undefined;
    if (within !== undefined) return within;
  }
  return undefined;
};

/** Why a resource is too large to be kept; null when it is not. @param text the body as JSON */
export const tooLarge = (body: JsonObject, text: string, members: number): ScimError | null => {
  if (members > mostMembers) return scimError("invalidValue", `A group may have at most ${mostMembers} members.`);
  const name = crowded(body);
  if (name !== undefined) {
    return scimError("invalidValue", `${JSON.stringify(name)} may have at most ${mostValues} values.`);
  }
  const isLong = text.length > longest || Buffer.byteLength(text) > longest;
  return isLong ? scimError("invalidValue", `A resource may have at most ${longest} bytes.`) : null;
};

const at = (body: JsonObject, urn: string, name: string): JsonValue | undefined => {
  const container = body[urn];
  return isJsonObject(container) ? container[name] : undefined;
};

const example = "urn:ietf:params:scim:schemas:extension:example:2.0:User";

/** Writes down when a badge was given out: what only the service may say. */
export const withBadgeDate = (body: JsonObject, before: JsonObject | null, now: Date): JsonObject => {
  const container = body[example];
  if (!isJsonObject(container)) return body;
  const { badgeIssuedAt: _, ...rest } = container;
  if (rest.badge === undefined) return Object.keys(rest).length === 0 ? body : { ...body, [example]: rest };
  const isSame = before !== null && at(before, example, "badge") === rest.badge;
  const issued = isSame ? at(before, example, "badgeIssuedAt") : undefined;
  return { ...body, [example]: { ...rest, badgeIssuedAt: issued ?? now.toISOString() } };
};

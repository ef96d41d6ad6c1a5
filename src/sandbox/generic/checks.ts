import { isJsonObject, type JsonObject, type ScimError, scimError } from "#scim";
import { limits } from "./limits.ts";
import { exampleUserSchema } from "./schemas.ts";

/** Why a resource is too large to be kept; null when it is not. @param text the body as JSON */
export const tooLarge = (text: string, members: number): ScimError | null => {
  if (members > limits.members) return scimError("invalidValue", `A group may have at most ${limits.members} members.`);
  const isLong = text.length > limits.resourceBytes || Buffer.byteLength(text) > limits.resourceBytes;
  return isLong ? scimError("invalidValue", `A resource may have at most ${limits.resourceBytes} bytes.`) : null;
};

/** Writes down when a badge was given out, and which it is: what only the service may say. */
export const withBadge = (body: JsonObject, before: JsonObject | null, now: Date): JsonObject => {
  const container = body[exampleUserSchema.id];
  if (!isJsonObject(container)) return body;
  const { badgeIssuedAt: _at, badgeState: _state, ...rest } = container;
  if (rest.badge === undefined) return { ...body, [exampleUserSchema.id]: rest };
  const old = before?.[exampleUserSchema.id];
  const had = isJsonObject(old) ? old : {};
  const { badgeIssuedAt, badgeState } =
    had.badge === rest.badge
      ? had
      : { badgeIssuedAt: now.toISOString(), badgeState: had.badge === undefined ? "first" : "replaced" };
  return {
    ...body,
    [exampleUserSchema.id]: { ...rest, badgeIssuedAt: badgeIssuedAt ?? null, badgeState: badgeState ?? null },
  };
};

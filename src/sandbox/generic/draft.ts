import type { JsonObject, ResourceType, Result } from "#scim";
import { tooLarge, withBadge } from "./checks.ts";
import { stripped } from "./rows.ts";

/** A resource as it is to be written. */
export interface Draft {
  readonly id: string;
  readonly type: ResourceType;
  /** What clients wrote, without members and password. */
  readonly body: JsonObject;
  /** The body as JSON. */
  readonly text: string;
  /** Ids of the members, each once. */
  readonly members: readonly string[];
  /** In clear text; undefined leaves what there is. */
  readonly password: string | undefined;
  readonly at: Date;
}

/** What is to be written for a resource that a client asks for. @param before the body as it is stored; null for a new resource */
export const draftOf = (
  { type, id, resource }: { type: ResourceType; id: string; resource: JsonObject },
  before: JsonObject | null,
  at: Date,
): Result<Draft> => {
  const { body: given, members, password } = stripped(resource);
  const body = type.name === "User" ? withBadge(given, before, at) : given;
  const text = JSON.stringify(body);
  const error = tooLarge(text, members.length);
  return error === null ? { ok: true, value: { id, type, body, text, members, password, at } } : { ok: false, error };
};

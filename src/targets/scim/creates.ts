import type { ObjectType } from "#core";
import type { Clock } from "#runtime";
import { foldCase, type JsonObject, valueOfName, withoutName, writePath } from "#scim";
import type { Answer, RequestOptions, TargetObject } from "../target.ts";
import { endpointOf } from "./address.ts";
import type { Habits } from "./habits.ts";
import type { Requests } from "./requests.ts";
import { isId, readObject } from "./resources.ts";
import type { Search } from "./search.ts";
import { createBody } from "./writes.ts";

/** Makes an object, and finds out what was made where the answer does not show it. */
export type Create = (
  type: ObjectType,
  resource: { readonly [name: string]: unknown },
  options: RequestOptions,
) => Promise<Answer<TargetObject>>;

export interface CreatesOptions {
  readonly requests: Requests;
  readonly habits: Habits;
  readonly search: Search;
  readonly read: (type: ObjectType, id: string, options: RequestOptions) => Promise<Answer<TargetObject>>;
  readonly clock: Clock;
}

/** A target may need a moment (milliseconds) until it lists what it made. */
const lookAgainAfter = 1000;

/** The attribute that names an object for people: by it, what was made is recognised. */
const nameOf = (type: ObjectType): string => (type === "User" ? "userName" : "displayName");

/** The id at the end of `…/Users/{id}`; null where the location leads to no object of the type. */
export const idInLocation = (type: ObjectType, location: string | null): string | null => {
  const path = location === null ? "" : (location.split(/[?#]/, 1)[0] ?? "");
  const [endpoint, segment] = path.replace(/\/+$/, "").split("/").slice(-2);
  if (segment === undefined || `/${endpoint}`.toLowerCase() !== endpointOf(type).toLowerCase()) return null;
  try {
    const id = decodeURIComponent(segment);
    return isId(id) ? id : null;
  } catch {
    return null;
  }
};

/** What was sent, as the target will show it: without what nobody may see. */
const shownOf = (sent: JsonObject, { hidden }: RequestOptions): JsonObject =>
  (hidden?.paths ?? []).reduce(
    (resource, path) => {
      const written = writePath(resource, path, undefined);
      return written.ok ? written.value : resource;
    },
    withoutName(sent, "password"),
  );

export const openCreate = ({ requests, habits, search, read, clock }: CreatesOptions): Create => {
  const isSame = (type: ObjectType, { resource }: TargetObject, sent: JsonObject): boolean => {
    const [there, wanted] = [valueOfName(resource as JsonObject, nameOf(type)), valueOfName(sent, nameOf(type))];
    return typeof there === "string" && typeof wanted === "string" && foldCase(there) === foldCase(wanted);
  };

  const lookUp = async (type: ObjectType, sent: JsonObject, options: RequestOptions): Promise<TargetObject | null> => {
    const name = valueOfName(sent, nameOf(type));
    if (typeof name !== "string") return null;
    const found = await search.find(type, nameOf(type), name, options);
    return found.ok && found.value.length === 1 ? (found.value[0] ?? null) : null;
  };

  return async (type, resource, options) => {
    const body = createBody(type, resource, habits.profile);
    const call = requests.callOf("create", "POST", endpointOf(type), body);
    const reply = await requests.send(call, options);
    if (!reply.ok) return reply;
    const shown = readObject(reply.body ?? undefined);
    if (shown !== undefined) return { ok: true, value: shown, exchange: reply.exchange };
    const id = idInLocation(type, reply.location);
    const isNumbered = reply.numbered === true && id !== null;
    if (isNumbered && habits.tellsPlaces === true)
      return { ok: true, value: { id, resource: { ...shownOf(body, options), id } }, exchange: reply.exchange };
    const made = id === null ? null : await read(type, id, options);
    const isThere = made?.ok === true && isSame(type, made.value, body);
    if (isNumbered && (made?.ok || made?.failure.kind === "gone")) habits.sawPlace(isThere);
    if (isThere) return { ok: true, value: made.value, exchange: reply.exchange };
    if (habits.profile.createShows === "nothing") {
      const found = await lookUp(type, body, options);
      if (found !== null) return { ok: true, value: found, exchange: reply.exchange };
      await clock.sleep(lookAgainAfter, options.signal);
      const later = await lookUp(type, body, options);
      if (later !== null) return { ok: true, value: later, exchange: reply.exchange };
    }
    return requests.unusable(call, reply, "neither the answer nor its Location says which object was made", options);
  };
};

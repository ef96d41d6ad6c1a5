import type { ObjectType } from "#core";
import { foldCase, isJsonArray, isJsonObject, type JsonObject, type JsonValue, valueOfName } from "#scim";

/** What the names of everything that the doctor makes begin with; nobody else's do. */
export const prefix = "lockstep-doctor-";

const ours = /^lockstep-doctor-([0-9a-z]{8})[0-9a-z]{4}-[0-9a-z-]+(@|$)/i;

/** A run's own name: when it began, in base 36, and four signs by chance. */
export const runNameOf = (now: Date, random: () => number): string => {
  const seconds = Math.floor(now.getTime() / 1000)
    .toString(36)
    .padStart(8, "0");
  const chance = Math.floor(random() * 36 ** 4)
    .toString(36)
    .padStart(4, "0");
  return `${seconds}${chance}`;
};

/** The name of a thing that a run makes: `lockstep-doctor-<run>-ann@example.com` for a user, without the domain for a group. */
export const nameOf = (run: string, what: string, domain: string | null): string =>
  `${prefix}${run}-${what}${domain === null ? "" : `@${domain}`}`;

const namesOf = (type: ObjectType, resource: JsonObject): readonly JsonValue[] => {
  const name = valueOfName(resource, type === "User" ? "userName" : "displayName");
  return name === undefined ? [] : [name];
};

/** True of an object that carries a name such as the doctor gives, of this run where one is named. */
export const isOurs = (type: ObjectType, resource: JsonObject, run: string | null): boolean =>
  namesOf(type, resource).some((name) => {
    if (typeof name !== "string" || !ours.test(name)) return false;
    return run === null || foldCase(name).startsWith(foldCase(`${prefix}${run}-`));
  });

/** When the run that made the object began; null where the name does not say so. */
export const bornAt = (type: ObjectType, resource: JsonObject): Date | null => {
  const [name] = namesOf(type, resource);
  const seconds = typeof name === "string" ? ours.exec(name)?.[1] : undefined;
  return seconds === undefined ? null : new Date(Number.parseInt(seconds, 36) * 1000);
};

/** The objects of a list, whatever else is wrong with it. */
export const resourcesOf = (body: JsonObject | null): readonly JsonObject[] => {
  const resources = body === null ? undefined : valueOfName(body, "Resources");
  return isJsonArray(resources) ? resources.filter(isJsonObject) : isJsonObject(resources) ? [resources] : [];
};

/** Id of a resource as text; null without one. */
export const idOf = (resource: JsonObject): string | null => {
  const id = valueOfName(resource, "id");
  const text = typeof id === "number" ? String(id) : id;
  return typeof text === "string" && !["", "undefined", "null"].includes(text) ? text : null;
};

export const totalOf = (body: JsonObject | null): number | null => {
  const total = body === null ? undefined : valueOfName(body, "totalResults");
  return typeof total === "number" ? total : null;
};

import {
  applyPatch,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type PatchOperation,
  parsePatchOp,
  type ResourceType,
  type ScimError,
  statusError,
  validateResource,
  valueOfName,
} from "#scim";
import { type Answer, answer, refusal } from "../answer.ts";
import { membersNamed } from "./patch-members.ts";
import { guardOf, isKnownVersion } from "./preconditions.ts";
import type { View } from "./projection.ts";
import type { Guard, Stored } from "./resource-store.ts";
import type { ProviderRequest, Service } from "./service.ts";

/** One resource that a request is about. */
export interface Place {
  readonly type: ResourceType;
  readonly id: string;
}

const isGroup = (type: ResourceType): boolean => type.schema.attributes.some(({ name }) => name === "members");

export const missing = (type: ResourceType, id: string): ScimError =>
  statusError(404, `There is no ${type.name} with the id ${JSON.stringify(id.slice(0, 80))}.`);

/** How bodies are read. What clients send beyond the schemas is dropped in compat, refused in strict. */
export const readingOf = ({ mode, limits }: Service) => ({
  mode,
  unknown: mode === "compat" ? ("ignore" as const) : ("refuse" as const),
  mostValues: limits.attributeValues,
});

/** How many values an operation brings. */
const valuesIn = (value: JsonValue | undefined): number => {
  const members = isJsonObject(value) ? valueOfName(value, "members") : value;
  return isJsonArray(members) ? members.length : 1;
};

/** The 413 for operations that would look at too many members one by one; null where they do not. */
const tooMuchWork = (
  service: Service,
  current: JsonObject,
  operations: readonly PatchOperation[],
): ScimError | null => {
  const { patchWork } = service.limits;
  const members = isJsonArray(current.members) ? current.members.length : 0;
  const given = operations.reduce((sum, { value }) => sum + valuesIn(value), 0);
  return operations.length * (members + given) <= patchWork
    ? null
    : statusError(413, "The operations are too many for so many values. Send them in several requests.");
};

const tagged = ({ version, location }: Stored): Record<string, string> => ({
  etag: version,
  "content-location": location,
});

/** `POST /Users` (RFC 7644 section 3.3). */
export const createResource = async (
  service: Service,
  type: ResourceType,
  body: unknown,
  view: View,
): Promise<Answer> => {
  const checked = validateResource(type, body, readingOf(service));
  if (!checked.ok) return refusal(checked.error);
  const created = await service.store.create([{ type, id: null, resource: checked.value }]);
  if (!created.ok) return refusal(created.error);
  const [stored] = created.value;
  if (stored === undefined) throw new TypeError("a store that has created nothing must say why");
  return answer(201, view.show(stored), { etag: stored.version, location: stored.location });
};

/** `GET /Users/{id}`. */
export const readResource = async (
  { store }: Service,
  { type, id }: Place,
  view: View,
  request: ProviderRequest,
): Promise<Answer> => {
  const stored = await store.read(type, id, view.wanted);
  if (stored === null) return refusal(missing(type, id));
  if (isKnownVersion(request, stored.version)) return answer(304, null, tagged(stored));
  const error = guardOf(request.header("if-match"), undefined)(stored);
  return error === null ? answer(200, view.show(stored), tagged(stored)) : refusal(error);
};

/** `PUT /Users/{id}` (RFC 7644 section 3.5.1). */
export const replaceResource = async (
  service: Service,
  { type, id }: Place,
  { body, guard, view }: { body: unknown; guard: Guard; view: View },
): Promise<Answer> => {
  const changed = await service.store.change(type, id, {
    guard,
    members: null,
    wanted: view.wanted,
    apply: (current) => validateResource(type, body, { ...readingOf(service), current }),
  });
  return changed.ok ? answer(200, view.show(changed.value), tagged(changed.value)) : refusal(changed.error);
};

/** `PATCH /Users/{id}` (RFC 7644 section 3.5.2). Groups, which may be large, are shown only when attributes are asked for. */
export const patchResource = async (
  service: Service,
  { type, id }: Place,
  { body, guard, view }: { body: unknown; guard: Guard; view: View },
): Promise<Answer> => {
  const { mode, limits } = service;
  const operations = parsePatchOp(body, mode);
  if (!operations.ok) return refusal(operations.error);
  if (operations.value.length > limits.patchOperations) {
    return refusal(statusError(413, `A PATCH may have at most ${limits.patchOperations} operations.`));
  }
  const isShown = view.isAsked || !isGroup(type);
  const changed = await service.store.change(type, id, {
    guard,
    members: membersNamed(type, operations.value),
    wanted: isShown ? view.wanted : { members: false },
    apply: (current) => {
      const error = tooMuchWork(service, current, operations.value);
      if (error !== null) return { ok: false, error };
      const patched = applyPatch(type, current, operations.value, readingOf(service));
      return patched.ok ? { ok: true, value: patched.value.resource } : patched;
    },
  });
  if (!changed.ok) return refusal(changed.error);
  const headers = tagged(changed.value);
  return isShown ? answer(200, view.show(changed.value), headers) : answer(204, null, { etag: changed.value.version });
};

/** `DELETE /Users/{id}` (RFC 7644 section 3.6). */
export const deleteResource = async ({ store }: Service, { type, id }: Place, guard: Guard): Promise<Answer> => {
  const removed = await store.remove(type, id, guard);
  return removed.ok ? answer(204, null) : refusal(removed.error);
};

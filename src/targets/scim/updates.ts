import type { ObjectType } from "#core";
import type { JsonObject } from "#scim";
import type { Answer, AttributeChange, Exchange, RequestOptions, TargetObject } from "../target.ts";
import type { Habits } from "./habits.ts";
import type { Requests } from "./requests.ts";
import { readObject, versionOf } from "./resources.ts";
import { type MemberChange, memberPatchBodies, memberPutBody, patchBodies, putBody } from "./writes.ts";

/** Changes what is there already, in the way that the target knows. */
export interface Updates {
  update(
    type: ObjectType,
    id: string,
    changes: readonly AttributeChange[],
    current: TargetObject | null,
    options: RequestOptions,
  ): Promise<Answer<TargetObject | null>>;
  changeMembers(groupId: string, change: MemberChange, options: RequestOptions): Promise<Answer<null>>;
}

export interface UpdatesOptions {
  readonly requests: Requests;
  readonly habits: Habits;
  /** Reads the object with everything that it has, a group's members too. */
  readonly readWhole: (type: ObjectType, id: string, options: RequestOptions) => Promise<Answer<TargetObject>>;
}

export const openUpdates = ({ requests, habits, readWhole }: UpdatesOptions): Updates => {
  const methodOf = (type: ObjectType): "PATCH" | "PUT" => {
    const { updateUsers, updateGroups } = habits.profile;
    return (type === "User" ? updateUsers : updateGroups) === "patch" ? "PATCH" : "PUT";
  };

  /** Sends the bodies one after another, as each may rest on the one before. What the last answer shows is what there is now. */
  const write = async (
    method: "PATCH" | "PUT",
    path: string,
    bodies: readonly JsonObject[],
    current: TargetObject | null,
    options: RequestOptions,
  ): Promise<Answer<TargetObject | null>> => {
    let shown = current;
    let last: { readonly value: TargetObject | null; readonly exchange: Exchange } | null = null;
    for (const body of bodies) {
      const version = (shown === null ? null : versionOf(shown)) ?? "*";
      const reply = await requests.send(requests.callOf("update", method, path, body, [], version), options);
      if (!reply.ok) return reply;
      const value = readObject(reply.body ?? undefined) ?? null;
      shown = value;
      last = { value, exchange: reply.exchange };
    }
    return last === null ? requests.nothing(requests.callOf("update", method, path), options) : { ok: true, ...last };
  };

  const replaceMembers = async (path: string, groupId: string, change: MemberChange, options: RequestOptions) => {
    const whole = await readWhole("Group", groupId, options);
    return whole.ok ? write("PUT", path, [memberPutBody(change, whole.value)], whole.value, options) : whole;
  };

  return {
    update: async (type, id, changes, current, options) => {
      const method = methodOf(type);
      const path = requests.pathOf(type, id);
      if (path === null) return requests.badId(type, id, method, options);
      const call = requests.callOf("update", method, path);
      if (method === "PATCH") {
        const bodies = patchBodies(changes, current, habits.profile, requests.addressOfUser);
        return bodies.ok
          ? write(method, path, bodies.value, current, options)
          : requests.impossible(call, "SchemaAttributeNotFound", bodies.error.detail, options);
      }
      if (changes.length === 0) return requests.nothing(call, options);
      // A PUT replaces everything: what an earlier look did not show (a group's members, what a page leaves out) would be lost.
      const whole = await readWhole(type, id, options);
      if (!whole.ok) return whole;
      const body = putBody(changes, whole.value, habits.profile);
      return body.ok
        ? write(method, path, [body.value], whole.value, options)
        : requests.impossible(call, "SchemaAttributeNotFound", body.error.detail, options);
    },

    changeMembers: async (groupId, change, options) => {
      const method = methodOf("Group");
      const path = requests.pathOf("Group", groupId);
      if (path === null) return requests.badId("Group", groupId, method, options);
      if (change.add.length + change.remove.length === 0)
        return requests.nothing(requests.callOf("update", method, path), options);
      const done = await (method === "PATCH"
        ? write(method, path, memberPatchBodies(change, habits.profile), null, options)
        : replaceMembers(path, groupId, change, options));
      return done.ok ? { ...done, value: null } : done;
    },
  };
};

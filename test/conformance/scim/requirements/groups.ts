import { hasStatus, holds, isOfSchema, lacks, refused, refusedAs, shows } from "../demand.ts";
import { at, brief, listAt, textAt } from "../json.ts";
import { schemaUrns } from "../provider.ts";
import { requirements } from "../requirement.ts";

export const groups = requirements("groups and members", [
  {
    id: "7643-4.2-group-created",
    level: "MUST",
    title: "A group is made with its displayName and the Group schema.",
    needs: ["groups"],
    run: async (scim) => {
      const group = await scim.group();
      isOfSchema(group.created, schemaUrns.group);
      shows(await scim.read(group), "displayName", group.name);
    },
  },
  {
    id: "7643-4.2-name-required",
    level: "MUST",
    title: "A group without displayName is 400.",
    needs: ["groups"],
    run: async (scim) => {
      const { displayName: _, ...body } = scim.body("Group");
      refused(await scim.send("POST", scim.at.Group, { body }), 400, "invalidValue", "invalidSyntax");
    },
  },
  {
    id: "7643-4.2-members-kept",
    level: "MUST",
    title: "A group is made with members, whose values are ids.",
    needs: ["groups", "Group.members"],
    run: async (scim) => {
      const { a, b } = await scim.users({ a: {}, b: {} });
      const members = [{ value: a?.id ?? "" }, { value: b?.id ?? "" }];
      shows(await scim.read(await scim.group({ members })), "members", members);
    },
  },
  {
    id: "7643-4.2-member-reference",
    level: "MUST",
    title: "$ref of a member, where there is one, is the address of that resource.",
    needs: ["groups", "Group.members"],
    run: async (scim) => {
      const user = await scim.user();
      const answer = await scim.read(await scim.group({ members: [{ value: user.id }] }));
      const [member] = listAt(answer.body, "members");
      const reference = textAt(member, "$ref");
      if (reference === "") return scim.skip("members have no $ref");
      holds(
        answer,
        reference.endsWith(user.path) || `/${reference}` === user.path,
        `$ref ends with ${user.path}`,
        reference,
      );
    },
  },
  {
    id: "7643-4.2-member-type",
    level: "SHOULD",
    title: "type of a member, where there is one, is User or Group.",
    needs: ["groups", "Group.members"],
    run: async (scim) => {
      const answer = await scim.read(await scim.group({ members: [{ value: (await scim.user()).id }] }));
      const type = at(listAt(answer.body, "members")[0], "type");
      holds(answer, type === undefined || type === "User", "type User, if any", brief(type));
    },
  },
  {
    id: "7643-4.2-nested-group",
    level: "MUST",
    title: "A group may be a member of a group.",
    needs: ["groups", "Group.members"],
    run: async (scim) => {
      const inner = await scim.group();
      const outer = await scim.group({ members: [{ value: inner.id }] });
      shows(await scim.read(outer), "members", [{ value: inner.id }]);
    },
  },
  {
    id: "7644-3.5.2.1-add-member",
    level: "MUST",
    title: "A member is added by PATCH, and the others stay.",
    needs: ["groups", "patch", "Group.members"],
    run: async (scim) => {
      const { a, b } = await scim.users({ a: {}, b: {} });
      const group = await scim.group({ members: [{ value: a?.id ?? "" }] });
      const after = await scim.patched(group, { op: "add", path: "members", value: [{ value: b?.id ?? "" }] });
      shows(after, "members", [{ value: a?.id ?? "" }, { value: b?.id ?? "" }]);
    },
  },
  {
    id: "7644-3.5.2.1-add-member-again",
    level: "MUST",
    title: "Adding a member that is there already succeeds and changes nothing, lastModified included.",
    needs: ["groups", "patch", "Group.members"],
    run: async (scim) => {
      const user = await scim.user();
      const group = await scim.group({ members: [{ value: user.id }] });
      await scim.tick(group);
      const after = await scim.patched(group, { op: "add", path: "members", value: [{ value: user.id }] });
      shows(after, "members", [{ value: user.id }]);
      shows(after, "meta.lastModified", at(group.body, "meta.lastModified") ?? null);
    },
  },
  {
    id: "7644-3.5.2.2-remove-member",
    level: "MUST",
    title: "A member is removed by members[value eq id], and the others stay.",
    needs: ["groups", "patch", "Group.members"],
    run: async (scim) => {
      const { a, b } = await scim.users({ a: {}, b: {} });
      const group = await scim.group({ members: [{ value: a?.id ?? "" }, { value: b?.id ?? "" }] });
      const after = await scim.patched(group, { op: "remove", path: `members[value eq "${a?.id}"]` });
      shows(after, "members", [{ value: b?.id ?? "" }]);
    },
  },
  {
    id: "7644-3.5.2.2-remove-non-member",
    level: "SHOULD",
    title: "Removing somebody who is no member succeeds and changes nothing.",
    needs: ["groups", "patch", "Group.members"],
    run: async (scim) => {
      const { a, b } = await scim.users({ a: {}, b: {} });
      const group = await scim.group({ members: [{ value: a?.id ?? "" }] });
      hasStatus(await scim.patch(group, [{ op: "remove", path: `members[value eq "${b?.id}"]` }]), 200, 204);
      shows(await scim.read(group), "members", [{ value: a?.id ?? "" }]);
    },
  },
  {
    id: "7644-3.5.2.2-remove-all-members",
    level: "MUST",
    title: "Removing members without a filter removes all of them.",
    needs: ["groups", "patch", "Group.members"],
    run: async (scim) => {
      const { a, b } = await scim.users({ a: {}, b: {} });
      const group = await scim.group({ members: [{ value: a?.id ?? "" }, { value: b?.id ?? "" }] });
      lacks(await scim.patched(group, { op: "remove", path: "members" }), "members");
    },
  },
  {
    id: "7644-3.5.2.3-replace-members",
    level: "MUST",
    title: "Replacing members leaves only those given.",
    needs: ["groups", "patch", "Group.members"],
    run: async (scim) => {
      const { a, b } = await scim.users({ a: {}, b: {} });
      const group = await scim.group({ members: [{ value: a?.id ?? "" }] });
      const after = await scim.patched(group, { op: "replace", path: "members", value: [{ value: b?.id ?? "" }] });
      shows(after, "members", [{ value: b?.id ?? "" }]);
    },
  },
  {
    id: "7644-3.5.2.2-swap-members",
    level: "MUST",
    title: "One PATCH may remove one member and add another.",
    needs: ["groups", "patch", "Group.members"],
    run: async (scim) => {
      const { a, b } = await scim.users({ a: {}, b: {} });
      const group = await scim.group({ members: [{ value: a?.id ?? "" }] });
      const after = await scim.patched(
        group,
        { op: "remove", path: `members[value eq "${a?.id}"]` },
        { op: "add", path: "members", value: [{ value: b?.id ?? "" }] },
      );
      shows(after, "members", [{ value: b?.id ?? "" }]);
    },
  },
  {
    id: "7643-4.2-members-immutable",
    level: "MUST",
    title: "The value of a member cannot be changed into another: 400 with scimType mutability.",
    needs: ["groups", "patch", "Group.members"],
    run: async (scim) => {
      const { a, b } = await scim.users({ a: {}, b: {} });
      const group = await scim.group({ members: [{ value: a?.id ?? "" }] });
      const path = `members[value eq "${a?.id}"].value`;
      refusedAs(await scim.patch(group, [{ op: "replace", path, value: b?.id ?? "" }]), 400, "mutability");
      shows(await scim.read(group), "members", [{ value: a?.id ?? "" }]);
    },
  },
  {
    id: "7644-3.5.1-put-members",
    level: "MUST",
    title: "PUT replaces a group's name and members.",
    needs: ["groups", "Group.members"],
    run: async (scim) => {
      const { a, b } = await scim.users({ a: {}, b: {} });
      const group = await scim.group({ members: [{ value: a?.id ?? "" }] });
      const displayName = scim.name("Group", "renamed");
      const body = { ...scim.body("Group"), displayName, members: [{ value: b?.id ?? "" }] };
      hasStatus(await scim.send("PUT", group.path, { body }), 200);
      const after = await scim.read(group);
      shows(after, "displayName", displayName);
      shows(after, "members", [{ value: b?.id ?? "" }]);
    },
  },
  {
    id: "7643-4.1.2-groups-of-user",
    level: "SHOULD",
    title: "groups of a user, where the schema has it, shows the groups that the user is a member of.",
    needs: ["groups", "Group.members"],
    run: async (scim) => {
      const hasGroups = scim.provider.userAttributes.some(({ path }) => path.length === 1 && path[0] === "groups");
      if (!hasGroups) return scim.skip("/Schemas lists no User.groups");
      const user = await scim.user();
      const group = await scim.group({ members: [{ value: user.id }] });
      const after = await scim.read(user);
      const found = listAt(after.body, "groups").some((item) => at(item, "value") === group.id);
      holds(after, found, `groups with ${group.id}`, brief(at(after.body, "groups")));
    },
  },
  {
    id: "7643-4.1.2-groups-of-user-read-only",
    level: "MUST",
    title: "groups of a user cannot be written: 400 with scimType mutability.",
    needs: ["groups", "patch"],
    run: async (scim) => {
      const hasGroups = scim.provider.userAttributes.some(({ path }) => path.length === 1 && path[0] === "groups");
      if (!hasGroups) return scim.skip("/Schemas lists no User.groups");
      const user = await scim.user();
      const group = await scim.group();
      refusedAs(
        await scim.patch(user, [{ op: "add", path: "groups", value: [{ value: group.id }] }]),
        400,
        "mutability",
      );
    },
  },
  {
    id: "7644-3.5.2.3-group-renamed",
    level: "MUST",
    title: "A group is renamed by PATCH, and its members stay.",
    needs: ["groups", "patch", "Group.members"],
    run: async (scim) => {
      const user = await scim.user();
      const group = await scim.group({ members: [{ value: user.id }] });
      const displayName = scim.name("Group", "renamed");
      const after = await scim.patched(group, { op: "replace", path: "displayName", value: displayName });
      shows(after, "displayName", displayName);
      shows(after, "members", [{ value: user.id }]);
    },
  },
  {
    id: "7643-4.2-members-by-default",
    level: "MUST",
    title: "Reading a group shows its members unless they are excluded.",
    needs: ["groups", "Group.members"],
    run: async (scim) => {
      const user = await scim.user();
      const group = await scim.group({ members: [{ value: user.id }] });
      shows(await scim.read(group, { attributes: "members" }), "members", [{ value: user.id }]);
      shows(await scim.read(group), "members", [{ value: user.id }]);
    },
  },
  {
    id: "7643-2.3.7-deleted-member",
    level: "SHOULD",
    title: "A deleted user is no longer shown as a member.",
    needs: ["groups", "Group.members"],
    run: async (scim) => {
      const user = await scim.user();
      const group = await scim.group({ members: [{ value: user.id }] });
      hasStatus(await scim.send("DELETE", user.path), 204);
      lacks(await scim.read(group), "members");
    },
  },
]);

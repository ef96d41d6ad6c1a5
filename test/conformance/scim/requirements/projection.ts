import { hasStatus, holds, lacks, shows } from "../demand.ts";
import { at, brief, isObject, listAt } from "../json.ts";
import { schemaUrns } from "../provider.ts";
import { requirements } from "../requirement.ts";

const person = { displayName: "Ada", title: "Analyst", name: { givenName: "Ada", familyName: "Lovelace" } };

export const projection = requirements("attributes", [
  {
    id: "7644-3.9-attributes",
    level: "MUST",
    title: "attributes limits the answer to what it names, and to what is always returned.",
    needs: ["User.displayName", "User.title", "User.name.givenName"],
    run: async (scim) => {
      const user = await scim.user(person);
      const answer = await scim.read(user, { attributes: "displayName" });
      shows(answer, "displayName", "Ada");
      shows(answer, "id", user.id);
      for (const name of ["title", "name", "userName"]) lacks(answer, name);
    },
  },
  {
    id: "7644-3.9-several-attributes",
    level: "MUST",
    title: "attributes takes several names, separated by commas.",
    needs: ["User.displayName", "User.title"],
    run: async (scim) => {
      const answer = await scim.read(await scim.user(person), { attributes: "title,displayName" });
      shows(answer, "displayName", "Ada");
      shows(answer, "title", "Analyst");
      lacks(answer, "userName");
    },
  },
  {
    id: "7644-3.9-sub-attribute",
    level: "MUST",
    title: "attributes may name a sub-attribute, and shows no other of its parent.",
    needs: ["User.name.givenName", "User.name.familyName"],
    run: async (scim) => {
      const answer = await scim.read(await scim.user(person), { attributes: "name.familyName" });
      shows(answer, "name.familyName", "Lovelace");
      lacks(answer, "name.givenName");
    },
  },
  {
    id: "7644-3.10-attributes-in-any-case",
    level: "MUST",
    title: "Names in attributes are understood in any letter case.",
    needs: ["User.displayName", "User.title"],
    run: async (scim) => {
      const answer = await scim.read(await scim.user(person), { attributes: "DISPLAYNAME" });
      shows(answer, "displayName", "Ada");
      lacks(answer, "title");
    },
  },
  {
    id: "7644-3.10-attributes-with-urn",
    level: "MUST",
    title: "attributes may name an extension's attribute with its URN.",
    needs: ["enterprise", "Enterprise.department", "Enterprise.costCenter"],
    run: async (scim) => {
      const user = await scim.user({ [schemaUrns.enterprise]: { department: "Operations", costCenter: "7" } });
      const answer = await scim.read(user, { attributes: `${schemaUrns.enterprise}:department` });
      shows(answer, [schemaUrns.enterprise, "department"], "Operations");
      lacks(answer, [schemaUrns.enterprise, "costCenter"]);
      lacks(answer, "userName");
    },
  },
  {
    id: "7644-3.9-excluded",
    level: "MUST",
    title: "excludedAttributes leaves out what it names, and nothing else.",
    needs: ["User.displayName", "User.title"],
    run: async (scim) => {
      const answer = await scim.read(await scim.user(person), { excludedAttributes: "title" });
      lacks(answer, "title");
      shows(answer, "displayName", "Ada");
    },
  },
  {
    id: "7644-3.9-excluded-sub-attribute",
    level: "MUST",
    title: "excludedAttributes may name a sub-attribute, and leaves the others of its parent.",
    needs: ["User.name.givenName", "User.name.familyName"],
    run: async (scim) => {
      const answer = await scim.read(await scim.user(person), { excludedAttributes: "name.familyName" });
      lacks(answer, "name.familyName");
      shows(answer, "name.givenName", "Ada");
    },
  },
  {
    id: "7644-3.4.2.5-always-returned",
    level: "MUST",
    title: "excludedAttributes has no effect on attributes that are always returned, such as id.",
    run: async (scim) => {
      const user = await scim.user();
      shows(await scim.read(user, { excludedAttributes: "id,userName" }), "id", user.id);
    },
  },
  {
    id: "7644-3.9-unknown-names",
    level: "SHOULD",
    title: "Names in attributes that no schema defines are ignored.",
    needs: ["User.displayName"],
    run: async (scim) => {
      const answer = await scim.read(await scim.user(person), { attributes: "shoeSize,displayName" });
      shows(answer, "displayName", "Ada");
      lacks(answer, "shoeSize");
    },
  },
  {
    id: "7644-3.9-both-parameters",
    level: "MAY",
    title: "attributes and excludedAttributes exclude each other, so both at once is 400.",
    run: async (scim) => {
      const query = { attributes: "userName", excludedAttributes: "title" };
      hasStatus(await scim.send("GET", (await scim.user()).path, { query }), 400);
    },
  },
  {
    id: "7644-3.9-in-lists",
    level: "MUST",
    title: "attributes and excludedAttributes work in lists.",
    needs: ["filter", "User.displayName", "User.title"],
    run: async (scim) => {
      const user = await scim.user(person);
      const filter = `userName eq "${user.name}"`;
      const only = await scim.list("User", { filter, attributes: "displayName" });
      shows({ ...only.answer, body: only.resources[0] }, "displayName", "Ada");
      lacks({ ...only.answer, body: only.resources[0] }, "title");
      const without = await scim.list("User", { filter, excludedAttributes: "title" });
      lacks({ ...without.answer, body: without.resources[0] }, "title");
      shows({ ...without.answer, body: without.resources[0] }, "userName", user.name);
    },
  },
  {
    id: "7644-3.9-on-create",
    level: "MUST",
    title: "attributes limits the answer of a create, not what is stored.",
    needs: ["User.displayName", "User.title"],
    run: async (scim) => {
      const answer = await scim.send("POST", scim.at.User, {
        body: scim.body("User", undefined, person),
        query: { attributes: "displayName" },
      });
      hasStatus(answer, 201);
      shows(answer, "displayName", "Ada");
      lacks(answer, "title");
      const id = at(answer.body, "id");
      holds(answer, typeof id === "string", "an id, which is always returned", brief(id));
      shows(await scim.send("GET", `${scim.at.User}/${id}`), "title", "Analyst");
    },
  },
  {
    id: "7644-3.9-on-replace",
    level: "MUST",
    title: "excludedAttributes limits the answer of a PUT, not what is stored.",
    needs: ["User.displayName", "User.title"],
    run: async (scim) => {
      const user = await scim.user();
      const body = { ...scim.body("User", undefined, person), userName: user.name };
      const answer = await scim.send("PUT", user.path, { body, query: { excludedAttributes: "title" } });
      hasStatus(answer, 200);
      lacks(answer, "title");
      shows(await scim.read(user), "title", "Analyst");
    },
  },
  {
    id: "7644-3.9-multi-valued-sub-attribute",
    level: "MUST",
    title: "attributes may name a sub-attribute of a multi-valued attribute.",
    needs: ["User.emails.type"],
    run: async (scim) => {
      const emails = [{ type: "work", value: `${scim.stem}.w@conformance.example` }];
      const answer = await scim.read(await scim.user({ emails }), { attributes: "emails.value" });
      shows(answer, "emails", [{ value: emails[0]?.value ?? "" }]);
      const [email] = listAt(answer.body, "emails");
      const names = isObject(email) ? Object.keys(email) : [];
      holds(answer, !names.includes("type"), "no type in emails", names.join(", "));
    },
  },
  {
    id: "7644-3.9-members-excluded",
    level: "MUST",
    title: "excludedAttributes=members leaves members out of a group, also in lists.",
    needs: ["groups", "Group.members", "filter"],
    run: async (scim) => {
      const group = await scim.group({ members: [{ value: (await scim.user()).id }] });
      const single = await scim.read(group, { excludedAttributes: "members" });
      holds(single, at(single.body, "members") === undefined, "no members", brief(at(single.body, "members")));
      const { answer, resources } = await scim.list("Group", {
        filter: `displayName eq "${group.name}"`,
        excludedAttributes: "members",
      });
      holds(answer, at(resources[0], "members") === undefined, "no members", brief(at(resources[0], "members")));
    },
  },
]);

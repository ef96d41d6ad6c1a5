import type { Client, Resource } from "../client.ts";
import { hasStatus, holds, isDateTime, lacks, refused, refusedAs, shows } from "../demand.ts";
import { at, brief, type JsonObject, textAt } from "../json.ts";
import { schemaUrns } from "../provider.ts";
import { requirements } from "../requirement.ts";

const put = (scim: Client, user: Resource, more: JsonObject = {}) =>
  scim.send("PUT", user.path, { body: { ...scim.body("User", undefined, more), userName: user.name, ...more } });

export const replace = requirements("replace", [
  {
    id: "7644-3.5.1-replaced",
    level: "MUST",
    title: "PUT answers 200 with the whole resource, and a read shows the new values.",
    needs: ["User.displayName"],
    run: async (scim) => {
      const user = await scim.user({ displayName: "Old" });
      const answer = await put(scim, user, { displayName: "New" });
      hasStatus(answer, 200);
      shows(answer, "id", user.id);
      shows(answer, "displayName", "New");
      shows(await scim.read(user), "displayName", "New");
    },
  },
  {
    id: "7644-3.5.1-omitted-cleared",
    level: "MAY",
    title: "Attributes that a PUT leaves out are cleared.",
    needs: ["User.displayName", "User.title"],
    run: async (scim) => {
      const user = await scim.user({ displayName: "Old", title: "Analyst" });
      hasStatus(await put(scim, user, { displayName: "New" }), 200);
      lacks(await scim.read(user), "title");
    },
  },
  {
    id: "7644-3.5.1-null-clears",
    level: "MUST",
    title: "null and an empty array in a PUT clear the attribute.",
    needs: ["User.displayName", "User.phoneNumbers"],
    run: async (scim) => {
      const user = await scim.user({ displayName: "Old", phoneNumbers: [{ value: "+1 555 0100", type: "work" }] });
      hasStatus(await put(scim, user, { displayName: null, phoneNumbers: [] }), 200);
      const after = await scim.read(user);
      lacks(after, "displayName");
      lacks(after, "phoneNumbers");
    },
  },
  {
    id: "7644-3.5.1-multi-valued-replaced",
    level: "MUST",
    title: "PUT replaces all values of a multi-valued attribute.",
    needs: ["User.emails.type"],
    run: async (scim) => {
      const email = (name: string, type: string) => ({ value: `${scim.stem}.${name}@conformance.example`, type });
      const user = await scim.user({ emails: [email("a", "work"), email("b", "home")] });
      hasStatus(await put(scim, user, { emails: [email("c", "work")] }), 200);
      shows(await scim.read(user), "emails", [email("c", "work")]);
    },
  },
  {
    id: "7644-3.5.1-read-only-ignored",
    level: "MUST",
    title: "Read-only values in a PUT are ignored, not refused: id, meta and groups stay the provider's.",
    run: async (scim) => {
      const user = await scim.user();
      const answer = await put(scim, user, {
        id: `${scim.stem}-wished`,
        meta: { resourceType: "Toaster", created: "2001-01-01T00:00:00Z" },
        groups: [{ value: "0" }],
      });
      hasStatus(answer, 200);
      const after = await scim.read(user);
      shows(after, "id", user.id);
      shows(after, "meta.resourceType", "User");
      shows(after, "meta.created", at(user.body, "meta.created") ?? null);
      lacks(after, "groups");
    },
  },
  {
    id: "7644-3.5.1-required-missing",
    level: "MUST",
    title: "A PUT without a required attribute is 400 and changes nothing.",
    needs: ["User.displayName"],
    run: async (scim) => {
      const user = await scim.user({ displayName: "Old" });
      const { userName: _, ...body } = scim.body("User", undefined, { displayName: "New" });
      refused(await scim.send("PUT", user.path, { body }), 400, "invalidValue", "invalidSyntax");
      shows(await scim.read(user), "displayName", "Old");
    },
  },
  {
    id: "7644-3.5.1-no-create",
    level: "MUST",
    title: "PUT creates nothing: an address without a resource is 404.",
    run: async (scim) => {
      const path = `${scim.at.User}/${scim.stem}-nobody`;
      refused(await scim.send("PUT", path, { body: scim.body("User") }), 404);
      refused(await scim.send("GET", path), 404);
    },
  },
  {
    id: "7644-3.12-uniqueness-on-put",
    level: "MUST",
    title: "A PUT that takes somebody else's userName is refused with scimType uniqueness.",
    run: async (scim) => {
      const one = await scim.user();
      const two = await scim.user();
      const answer = await scim.send("PUT", two.path, { body: { ...scim.body("User"), userName: one.name } });
      refusedAs(answer, 409, "uniqueness");
      shows(await scim.read(two), "userName", two.name);
    },
  },
  {
    id: "7644-3.5.1-own-name-again",
    level: "MUST",
    title: "A PUT with the resource's own userName in other letter case is no conflict.",
    run: async (scim) => {
      const user = await scim.user();
      hasStatus(await put(scim, user, { userName: user.name.toUpperCase() }), 200);
    },
  },
  {
    id: "7643-3.1-modified-moves-on-put",
    level: "MUST",
    title: "A PUT that changes something moves lastModified and leaves created.",
    needs: ["User.displayName"],
    run: async (scim) => {
      const user = await scim.user();
      await scim.tick(user);
      const answer = await put(scim, user, { displayName: "New" });
      hasStatus(answer, 200);
      shows(answer, "meta.created", at(user.body, "meta.created") ?? null);
      const value = at(answer.body, "meta.lastModified");
      const isLater = isDateTime(value) && Date.parse(value) > Date.parse(textAt(user.body, "meta.lastModified"));
      holds(answer, isLater, "a later lastModified than the create's", `it is ${brief(value)}`);
    },
  },
  {
    id: "7644-3.5.1-extension-replaced",
    level: "MUST",
    title: "PUT replaces the attributes of an extension.",
    needs: ["enterprise", "Enterprise.department"],
    run: async (scim) => {
      const user = await scim.user({ [schemaUrns.enterprise]: { department: "Operations" } });
      hasStatus(await put(scim, user, { [schemaUrns.enterprise]: { department: "Research" } }), 200);
      shows(await scim.read(user), [schemaUrns.enterprise, "department"], "Research");
    },
  },
  {
    id: "7644-3.5.1-wrong-type",
    level: "MUST",
    title: "A PUT with a value of the wrong type is 400 and changes nothing.",
    needs: ["User.displayName", "User.name"],
    run: async (scim) => {
      const user = await scim.user({ displayName: "Old" });
      refused(await put(scim, user, { displayName: "New", name: "Ada" }), 400, "invalidValue", "invalidSyntax");
      shows(await scim.read(user), "displayName", "Old");
    },
  },
  {
    id: "7643-4.1.1-password-hidden-on-put",
    level: "MUST",
    title: "A PUT with a password does not show it.",
    needs: ["User.password"],
    run: async (scim) => {
      const answer = await put(scim, await scim.user(), { password: "Corr3ct-Horse-Battery" });
      hasStatus(answer, 200);
      lacks(answer, "password");
    },
  },
  {
    id: "7644-3.5.1-what-was-read",
    level: "MUST",
    title: "What a read has answered can be sent back with PUT.",
    needs: ["User.displayName", "User.name.givenName"],
    run: async (scim) => {
      const user = await scim.user({ displayName: "Ada", name: { givenName: "Ada" } });
      const before = await scim.read(user);
      const answer = await scim.send("PUT", user.path, { body: before.body as JsonObject });
      hasStatus(answer, 200);
      shows(answer, "displayName", "Ada");
      shows(answer, "name.givenName", "Ada");
    },
  },
]);

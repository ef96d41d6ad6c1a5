import { hasStatus, holds, isDateTime, lacks, refused, shows } from "../demand.ts";
import { at, brief, textAt } from "../json.ts";
import { schemaUrns } from "../provider.ts";
import { requirements } from "../requirement.ts";

const patchUrn = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

export const patchMessage = requirements("patch: message", [
  {
    id: "7644-3.5.2-answer",
    level: "MUST",
    title: "A PATCH that succeeds answers 200 with the whole resource, or 204 without a body.",
    needs: ["patch", "User.displayName"],
    run: async (scim) => {
      const user = await scim.user();
      const answer = await scim.patch(user, [{ op: "replace", path: "displayName", value: "New" }]);
      hasStatus(answer, 200, 204);
      if (answer.status === 204) return holds(answer, answer.text === "", "no body with 204", brief(answer.text));
      shows(answer, "id", user.id);
      shows(answer, "displayName", "New");
    },
  },
  {
    id: "7644-3.5.2-answer-with-attributes",
    level: "MUST",
    title: "With the parameter attributes a PATCH answers 200 and those attributes.",
    needs: ["patch", "User.displayName", "User.title"],
    run: async (scim) => {
      const user = await scim.user({ title: "Analyst" });
      const operation = { op: "replace", path: "displayName", value: "New" };
      const answer = await scim.patch(user, [operation], { attributes: "displayName" });
      hasStatus(answer, 200);
      shows(answer, "id", user.id);
      shows(answer, "displayName", "New");
      lacks(answer, "title");
    },
  },
  {
    id: "7644-3.5.2-in-order",
    level: "MUST",
    title: "Operations are applied one after the other, each to the result of the one before.",
    needs: ["patch", "User.emails.type"],
    run: async (scim) => {
      const email = (name: string, type: string) => ({ value: `${scim.stem}.${name}@conformance.example`, type });
      const user = await scim.user({ emails: [email("a", "work")] });
      const after = await scim.patched(
        user,
        { op: "remove", path: "emails" },
        { op: "add", path: "emails", value: [email("b", "home")] },
        { op: "replace", path: 'emails[type eq "home"].value', value: email("c", "home").value },
        { op: "add", path: "emails", value: [email("d", "work")] },
      );
      shows(after, "emails", [email("c", "home"), email("d", "work")]);
    },
  },
  {
    id: "7644-3.5.2-last-wins",
    level: "MUST",
    title: "Of several operations on one attribute the last decides.",
    needs: ["patch", "User.displayName"],
    run: async (scim) => {
      const user = await scim.user({ displayName: "Old" });
      const after = await scim.patched(
        user,
        { op: "remove", path: "displayName" },
        { op: "add", path: "displayName", value: "First" },
        { op: "replace", path: "displayName", value: "Last" },
      );
      shows(after, "displayName", "Last");
    },
  },
  {
    id: "7644-3.5.2-atomic",
    level: "MUST",
    title: "If one operation fails, none has happened.",
    needs: ["patch", "User.displayName"],
    run: async (scim) => {
      const user = await scim.user({ displayName: "Old" });
      const answer = await scim.patch(user, [
        { op: "replace", path: "displayName", value: "New" },
        { op: "remove", path: "userName" },
      ]);
      refused(answer, 400);
      shows(await scim.read(user), "displayName", "Old");
    },
  },
  {
    id: "7644-3.5.2-failure-not-modified",
    level: "MUST",
    title: "A PATCH that fails does not move lastModified.",
    needs: ["patch"],
    run: async (scim) => {
      const user = await scim.user();
      await scim.tick(user);
      refused(await scim.patch(user, [{ op: "remove", path: "userName" }]), 400);
      shows(await scim.read(user), "meta.lastModified", at(user.body, "meta.lastModified") ?? null);
    },
  },
  {
    id: "7643-3.1-modified-moves-on-patch",
    level: "MUST",
    title: "A PATCH that changes something moves lastModified and leaves created.",
    needs: ["patch", "User.displayName"],
    run: async (scim) => {
      const user = await scim.user();
      await scim.tick(user);
      const after = await scim.patched(user, { op: "replace", path: "displayName", value: "New" });
      shows(after, "meta.created", at(user.body, "meta.created") ?? null);
      const value = at(after.body, "meta.lastModified");
      const isLater = isDateTime(value) && Date.parse(value) > Date.parse(textAt(user.body, "meta.lastModified"));
      holds(after, isLater, "a later lastModified than the create's", `it is ${brief(value)}`);
    },
  },
  {
    id: "7644-3.5.2-schemas-required",
    level: "MUST",
    title: "A PATCH body whose schemas do not list PatchOp is 400.",
    needs: ["patch", "User.displayName"],
    run: async (scim) => {
      const user = await scim.user();
      const Operations = [{ op: "replace", path: "displayName", value: "New" }];
      refused(await scim.send("PATCH", user.path, { body: { Operations } }), 400, "invalidSyntax", "invalidValue");
      const body = { schemas: [schemaUrns.user], Operations };
      refused(await scim.send("PATCH", user.path, { body }), 400, "invalidSyntax", "invalidValue");
    },
  },
  {
    id: "7644-3.5.2-operations-required",
    level: "MUST",
    title: "A PATCH body without Operations is 400.",
    needs: ["patch"],
    run: async (scim) => {
      const user = await scim.user();
      refused(
        await scim.send("PATCH", user.path, { body: { schemas: [patchUrn] } }),
        400,
        "invalidSyntax",
        "invalidValue",
      );
    },
  },
  {
    id: "7644-3.5.2-one-operation-at-least",
    level: "MUST",
    title: "A PATCH body with an empty list of operations is 400.",
    needs: ["patch"],
    run: async (scim) => refused(await scim.patch(await scim.user(), []), 400, "invalidSyntax", "invalidValue"),
  },
  {
    id: "7644-3.5.2-op-required",
    level: "MUST",
    title: "An operation without op is 400.",
    needs: ["patch", "User.displayName"],
    run: async (scim) => {
      const user = await scim.user();
      const body = { schemas: [patchUrn], Operations: [{ path: "displayName", value: "New" }] };
      refused(await scim.send("PATCH", user.path, { body }), 400, "invalidSyntax", "invalidValue");
    },
  },
  {
    id: "7644-3.5.2-op-unknown",
    level: "MUST",
    title: "An op other than add, remove and replace is 400.",
    needs: ["patch", "User.displayName"],
    run: async (scim) => {
      const answer = await scim.patch(await scim.user(), [{ op: "move", path: "displayName", value: "New" }]);
      refused(answer, 400, "invalidSyntax", "invalidValue");
    },
  },
  {
    id: "7644-3.5.2-path-malformed",
    level: "MUST",
    title: "A path that cannot be read is 400 with scimType invalidPath or invalidFilter.",
    needs: ["patch"],
    run: async (scim) => {
      const user = await scim.user();
      for (const path of ["emails[", 'emails[type eq "work"]value', "displayName..x", 'emails[type zz "work"]']) {
        const value = path.startsWith("emails") ? { value: `${scim.stem}@conformance.example` } : "x";
        refused(await scim.patch(user, [{ op: "replace", path, value }]), 400, "invalidPath", "invalidFilter");
      }
    },
  },
  {
    id: "7644-3.10-path-in-any-case",
    level: "MUST",
    title: "Attributes in a path are understood in any letter case.",
    needs: ["patch", "User.name.familyName"],
    run: async (scim) => {
      const user = await scim.user({ name: { familyName: "Byron" } });
      shows(
        await scim.patched(user, { op: "replace", path: "NAME.FamilyNAME", value: "Lovelace" }),
        "name.familyName",
        "Lovelace",
      );
    },
  },
  {
    id: "7644-3.10-path-fully-qualified",
    level: "MUST",
    title: "A core attribute may be named in a path with its schema's URN.",
    needs: ["patch", "User.name.familyName"],
    run: async (scim) => {
      const path = `${schemaUrns.user}:name.familyName`;
      shows(
        await scim.patched(await scim.user(), { op: "add", path, value: "Lovelace" }),
        "name.familyName",
        "Lovelace",
      );
    },
  },
  {
    id: "7644-3.10-urn-in-any-case",
    level: "MUST",
    title: "The URN in a path is understood in any letter case.",
    needs: ["patch", "enterprise", "Enterprise.department"],
    run: async (scim) => {
      const path = `${schemaUrns.enterprise.toUpperCase()}:DEPARTMENT`;
      const after = await scim.patched(await scim.user(), { op: "add", path, value: "Operations" });
      shows(after, [schemaUrns.enterprise, "department"], "Operations");
    },
  },
  {
    id: "7643-2.1-value-names-in-any-case",
    level: "MUST",
    title: "Attributes in the value of an operation are understood in any letter case.",
    needs: ["patch", "User.name.familyName"],
    run: async (scim) => {
      const after = await scim.patched(await scim.user(), { op: "add", value: { Name: { FAMILYNAME: "Lovelace" } } });
      shows(after, "name.familyName", "Lovelace");
    },
  },
  {
    id: "7644-3.5.2-selection-ignores-case",
    level: "MUST",
    title: "A filter in a path compares as the attribute's caseExact says: a type ignores letter case.",
    needs: ["patch", "User.emails.type"],
    run: async (scim) => {
      const user = await scim.user({ emails: [{ type: "work", value: `${scim.stem}.w@conformance.example` }] });
      lacks(await scim.patched(user, { op: "remove", path: 'emails[TYPE eq "WORK"]' }), "emails");
    },
  },
  {
    id: "7644-3.5.2-unknown-resource",
    level: "MUST",
    title: "A PATCH of a resource that does not exist is 404.",
    needs: ["patch", "User.displayName"],
    run: async (scim) => {
      const body = { schemas: [patchUrn], Operations: [{ op: "replace", path: "displayName", value: "New" }] };
      refused(await scim.send("PATCH", `${scim.at.User}/${scim.stem}-nobody`, { body }), 404);
    },
  },
]);

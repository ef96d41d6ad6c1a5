import { hasStatus, holds, refused, refusedAs, shows } from "../demand.ts";
import { at, brief, listAt } from "../json.ts";
import { schemaUrns } from "../provider.ts";
import { requirements } from "../requirement.ts";

export const patchAdd = requirements("patch: add", [
  {
    id: "7644-3.5.2.1-add-new-value",
    level: "MUST",
    title: "Adding to an attribute without a value sets it.",
    needs: ["patch", "User.displayName"],
    run: async (scim) =>
      shows(
        await scim.patched(await scim.user(), { op: "add", path: "displayName", value: "Ada" }),
        "displayName",
        "Ada",
      ),
  },
  {
    id: "7644-3.5.2.1-add-existing-value",
    level: "MUST",
    title: "Adding to a single-valued attribute that has a value replaces it.",
    needs: ["patch", "User.displayName"],
    run: async (scim) => {
      const user = await scim.user({ displayName: "Old" });
      shows(await scim.patched(user, { op: "add", path: "displayName", value: "New" }), "displayName", "New");
    },
  },
  {
    id: "7644-3.5.2.1-same-value-not-modified",
    level: "MUST",
    title: "Adding a value that is there already succeeds and does not move lastModified.",
    needs: ["patch", "User.displayName"],
    run: async (scim) => {
      const user = await scim.user({ displayName: "Ada" });
      await scim.tick(user);
      const after = await scim.patched(user, { op: "add", path: "displayName", value: "Ada" });
      shows(after, "meta.lastModified", at(user.body, "meta.lastModified") ?? null);
    },
  },
  {
    id: "7644-3.5.2.1-add-appends",
    level: "MUST",
    title: "Adding to a multi-valued attribute keeps the values that are there.",
    needs: ["patch", "User.emails.type"],
    run: async (scim) => {
      const work = { type: "work", value: `${scim.stem}.w@conformance.example` };
      const home = { type: "home", value: `${scim.stem}.h@conformance.example` };
      const user = await scim.user({ emails: [work] });
      shows(await scim.patched(user, { op: "add", path: "emails", value: [home] }), "emails", [work, home]);
    },
  },
  {
    id: "7644-3.5.2.1-add-duplicate",
    level: "SHOULD",
    title: "Adding a value that a multi-valued attribute has already changes nothing.",
    needs: ["patch", "User.emails.type"],
    run: async (scim) => {
      const work = { type: "work", value: `${scim.stem}.w@conformance.example` };
      const user = await scim.user({ emails: [work] });
      shows(await scim.patched(user, { op: "add", path: "emails", value: [work] }), "emails", [work]);
    },
  },
  {
    id: "7644-3.5.2.1-add-pathless",
    level: "MUST",
    title: "Without a path, add takes an object and sets each of its attributes.",
    needs: ["patch", "User.displayName", "User.name.givenName"],
    run: async (scim) => {
      const after = await scim.patched(await scim.user(), {
        op: "add",
        value: { displayName: "Ada", name: { givenName: "Ada" } },
      });
      shows(after, "displayName", "Ada");
      shows(after, "name.givenName", "Ada");
    },
  },
  {
    id: "7644-3.5.2.1-add-pathless-appends",
    level: "MUST",
    title: "Without a path, add appends to multi-valued attributes.",
    needs: ["patch", "User.emails.type"],
    run: async (scim) => {
      const work = { type: "work", value: `${scim.stem}.w@conformance.example` };
      const home = { type: "home", value: `${scim.stem}.h@conformance.example` };
      const user = await scim.user({ emails: [work] });
      shows(await scim.patched(user, { op: "add", value: { emails: [home] } }), "emails", [work, home]);
    },
  },
  {
    id: "7644-3.5.2.1-add-complex-merges",
    level: "MUST",
    title: "Adding an object to a complex attribute sets the sub-attributes that it names and leaves the others.",
    needs: ["patch", "User.name.givenName", "User.name.familyName"],
    run: async (scim) => {
      const user = await scim.user({ name: { givenName: "Ada" } });
      const after = await scim.patched(user, { op: "add", path: "name", value: { familyName: "Lovelace" } });
      shows(after, "name", { givenName: "Ada", familyName: "Lovelace" });
    },
  },
  {
    id: "7644-3.5.2.1-add-sub-attribute",
    level: "MUST",
    title: "Adding to a sub-attribute makes the complex value that was missing.",
    needs: ["patch", "User.name.givenName"],
    run: async (scim) =>
      shows(
        await scim.patched(await scim.user(), { op: "add", path: "name.givenName", value: "Ada" }),
        "name.givenName",
        "Ada",
      ),
  },
  {
    id: "7644-3.5.2-extension-by-name",
    level: "MUST",
    title: "Adding an extension's attribute by its full name makes the container and lists the URN in schemas.",
    needs: ["patch", "enterprise", "Enterprise.department"],
    run: async (scim) => {
      const path = `${schemaUrns.enterprise}:department`;
      const after = await scim.patched(await scim.user(), { op: "add", path, value: "Operations" });
      shows(after, [schemaUrns.enterprise, "department"], "Operations");
      const lists = listAt(after.body, "schemas").includes(schemaUrns.enterprise);
      holds(after, lists, "schemas lists the extension", brief(at(after.body, "schemas")));
    },
  },
  {
    id: "7644-3.5.2.1-extension-container",
    level: "MUST",
    title: "Without a path, add takes an extension's container.",
    needs: ["patch", "enterprise", "Enterprise.department"],
    run: async (scim) => {
      const value = { [schemaUrns.enterprise]: { department: "Operations" } };
      const after = await scim.patched(await scim.user(), { op: "add", value });
      shows(after, [schemaUrns.enterprise, "department"], "Operations");
    },
  },
  {
    id: "7644-3.5.2.1-value-required",
    level: "MUST",
    title: "An add without a value is 400.",
    needs: ["patch", "User.displayName"],
    run: async (scim) =>
      refused(
        await scim.patch(await scim.user(), [{ op: "add", path: "displayName" }]),
        400,
        "invalidValue",
        "invalidSyntax",
      ),
  },
  {
    id: "7644-3.5.2-add-read-only",
    level: "MUST",
    title: "Adding to a read-only attribute is 400 with scimType mutability.",
    needs: ["patch"],
    run: async (scim) => {
      const answer = await scim.patch(await scim.user(), [
        { op: "add", path: "meta.created", value: "2001-01-01T00:00:00Z" },
      ]);
      refusedAs(answer, 400, "mutability");
    },
  },
  {
    id: "7644-3.5.2-add-unknown-attribute",
    level: "MUST",
    title: "A path to an attribute that no schema defines is 400.",
    needs: ["patch"],
    run: async (scim) => {
      const answer = await scim.patch(await scim.user(), [{ op: "add", path: "shoeSize", value: "41" }]);
      refused(answer, 400, "invalidPath", "noTarget", "invalidValue");
    },
  },
  {
    id: "7644-3.5.2-add-wrong-type",
    level: "MUST",
    title: "Adding a value of the wrong type is 400.",
    needs: ["patch", "User.name"],
    run: async (scim) => {
      const answer = await scim.patch(await scim.user(), [{ op: "add", path: "name", value: "Ada Lovelace" }]);
      refused(answer, 400, "invalidValue", "invalidSyntax");
    },
  },
  {
    id: "7644-3.5.2-add-sets-primary",
    level: "MUST",
    title: "Adding a primary value makes the others no longer primary.",
    needs: ["patch", "User.emails.primary"],
    run: async (scim) => {
      const work = { type: "work", value: `${scim.stem}.w@conformance.example`, primary: true };
      const home = { type: "home", value: `${scim.stem}.h@conformance.example`, primary: true };
      const user = await scim.user({ emails: [work] });
      const after = await scim.patched(user, { op: "add", path: "emails", value: [home] });
      const primaries = listAt(after.body, "emails").filter((email) => at(email, "primary") === true);
      holds(after, primaries.length === 1, "one primary e-mail", brief(at(after.body, "emails")));
      shows({ ...after, body: primaries[0] }, "value", home.value);
    },
  },
  {
    id: "7644-3.5.2.1-add-single-object",
    level: "MUST",
    title: "Adding a single object, not in an array, to a multi-valued attribute adds that value.",
    needs: ["patch", "User.emails.type"],
    run: async (scim) => {
      const work = { type: "work", value: `${scim.stem}.w@conformance.example` };
      shows(await scim.patched(await scim.user(), { op: "add", path: "emails", value: work }), "emails", [work]);
    },
  },
  {
    id: "7643-4.1.1-password-hidden-on-patch",
    level: "MUST",
    title: "Changing a password with PATCH does not show it.",
    needs: ["patch", "User.password", "changePassword"],
    run: async (scim) => {
      const user = await scim.user();
      const answer = await scim.patch(user, [{ op: "replace", path: "password", value: "Corr3ct-Horse-Battery" }]);
      hasStatus(answer, 200, 204);
      holds(answer, at(answer.body, "password") === undefined, "no password in the answer", "it is shown");
    },
  },
]);

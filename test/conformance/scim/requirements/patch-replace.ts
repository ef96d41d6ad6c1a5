import { holds, lacks, refused, refusedAs, shows } from "../demand.ts";
import { at, brief, listAt } from "../json.ts";
import { schemaUrns } from "../provider.ts";
import { requirements } from "../requirement.ts";

const addresses = (stem: string) => ({
  work: { type: "work", value: `${stem}.w@conformance.example` },
  home: { type: "home", value: `${stem}.h@conformance.example` },
});

export const patchReplace = requirements("patch: replace", [
  {
    id: "7644-3.5.2.3-replace-single",
    level: "MUST",
    title: "Replacing a single-valued attribute gives it the new value.",
    needs: ["patch", "User.displayName"],
    run: async (scim) => {
      const user = await scim.user({ displayName: "Old" });
      shows(await scim.patched(user, { op: "replace", path: "displayName", value: "New" }), "displayName", "New");
    },
  },
  {
    id: "7644-3.5.2.3-replace-absent",
    level: "MUST",
    title: "Replacing an attribute that has no value adds it.",
    needs: ["patch", "User.displayName"],
    run: async (scim) =>
      shows(
        await scim.patched(await scim.user(), { op: "replace", path: "displayName", value: "New" }),
        "displayName",
        "New",
      ),
  },
  {
    id: "7644-3.5.2.3-replace-all-values",
    level: "MUST",
    title: "Replacing a multi-valued attribute without a filter replaces all values.",
    needs: ["patch", "User.emails.type"],
    run: async (scim) => {
      const { work, home } = addresses(scim.stem);
      const user = await scim.user({ emails: [work] });
      shows(await scim.patched(user, { op: "replace", path: "emails", value: [home] }), "emails", [home]);
    },
  },
  {
    id: "7643-2.5-replace-with-empty-array",
    level: "MUST",
    title: "Replacing with an empty array leaves the attribute without a value.",
    needs: ["patch", "User.phoneNumbers"],
    run: async (scim) => {
      const user = await scim.user({ phoneNumbers: [{ type: "work", value: "+1 555 0100" }] });
      lacks(await scim.patched(user, { op: "replace", path: "phoneNumbers", value: [] }), "phoneNumbers");
    },
  },
  {
    id: "7643-2.5-replace-with-null",
    level: "MUST",
    title: "Replacing with null leaves the attribute without a value.",
    needs: ["patch", "User.displayName"],
    run: async (scim) => {
      const user = await scim.user({ displayName: "Ada" });
      lacks(await scim.patched(user, { op: "replace", path: "displayName", value: null }), "displayName");
    },
  },
  {
    id: "7644-3.5.2.3-replace-complex-merges",
    level: "MUST",
    title: "Replacing a complex attribute leaves the sub-attributes that are not named.",
    needs: ["patch", "User.name.givenName", "User.name.familyName"],
    run: async (scim) => {
      const user = await scim.user({ name: { givenName: "Ada", familyName: "Byron" } });
      const after = await scim.patched(user, { op: "replace", path: "name", value: { familyName: "Lovelace" } });
      shows(after, "name", { givenName: "Ada", familyName: "Lovelace" });
    },
  },
  {
    id: "7644-3.5.2.3-replace-sub-attribute",
    level: "MUST",
    title: "Replacing a sub-attribute leaves the others.",
    needs: ["patch", "User.name.givenName", "User.name.familyName"],
    run: async (scim) => {
      const user = await scim.user({ name: { givenName: "Ada", familyName: "Byron" } });
      const after = await scim.patched(user, { op: "replace", path: "name.familyName", value: "Lovelace" });
      shows(after, "name", { givenName: "Ada", familyName: "Lovelace" });
    },
  },
  {
    id: "7644-3.5.2.3-replace-pathless",
    level: "MUST",
    title: "Without a path, replace takes an object, replaces each of its attributes and leaves the others.",
    needs: ["patch", "User.displayName", "User.title", "User.emails.type"],
    run: async (scim) => {
      const { work, home } = addresses(scim.stem);
      const user = await scim.user({ displayName: "Old", title: "Analyst", emails: [work] });
      const after = await scim.patched(user, { op: "replace", value: { displayName: "New", emails: [home] } });
      shows(after, "displayName", "New");
      shows(after, "emails", [home]);
      shows(after, "title", "Analyst");
    },
  },
  {
    id: "7644-3.5.2.3-replace-selected",
    level: "MUST",
    title: "Replacing with a filter replaces the value that it matches and no other.",
    needs: ["patch", "User.emails.type"],
    run: async (scim) => {
      const { work, home } = addresses(scim.stem);
      const next = { type: "work", value: `${scim.stem}.n@conformance.example` };
      const user = await scim.user({ emails: [work, home] });
      shows(await scim.patched(user, { op: "replace", path: 'emails[type eq "work"]', value: next }), "emails", [
        next,
        home,
      ]);
    },
  },
  {
    id: "7644-3.5.2.3-replace-sub-of-selected",
    level: "MUST",
    title: "Replacing a sub-attribute of the value that a filter matches leaves its other sub-attributes.",
    needs: ["patch", "User.emails.type"],
    run: async (scim) => {
      const { work, home } = addresses(scim.stem);
      const value = `${scim.stem}.n@conformance.example`;
      const user = await scim.user({ emails: [work, home] });
      const after = await scim.patched(user, { op: "replace", path: 'emails[type eq "work"].value', value });
      shows(after, "emails", [{ type: "work", value }, home]);
    },
  },
  {
    id: "7644-3.5.2.3-replace-sub-of-all-selected",
    level: "MUST",
    title: "Replacing a sub-attribute changes every value that the filter matches.",
    needs: ["patch", "User.phoneNumbers.type", "User.phoneNumbers.display"],
    run: async (scim) => {
      const numbers = ["+1 555 0100", "+1 555 0101"].map((value) => ({ type: "work", value, display: "old" }));
      const user = await scim.user({ phoneNumbers: numbers });
      const after = await scim.patched(user, {
        op: "replace",
        path: 'phoneNumbers[type eq "work"].display',
        value: "new",
      });
      shows(
        after,
        "phoneNumbers",
        numbers.map((number) => ({ ...number, display: "new" })),
      );
    },
  },
  {
    id: "7644-3.5.2.3-replace-no-match",
    level: "MUST",
    title: "Replacing with a filter that matches nothing is 400 with scimType noTarget.",
    needs: ["patch", "User.emails.type"],
    run: async (scim) => {
      const user = await scim.user();
      const answer = await scim.patch(user, [
        { op: "replace", path: 'emails[type eq "home"].value', value: `${scim.stem}.h@conformance.example` },
      ]);
      refusedAs(answer, 400, "noTarget");
    },
  },
  {
    id: "7644-3.5.2-replace-sets-primary",
    level: "MUST",
    title: "Setting primary on one value takes it from the others.",
    needs: ["patch", "User.emails.primary"],
    run: async (scim) => {
      const { work, home } = addresses(scim.stem);
      const user = await scim.user({ emails: [{ ...work, primary: true }, home] });
      const after = await scim.patched(user, { op: "replace", path: 'emails[type eq "home"].primary', value: true });
      const primaries = listAt(after.body, "emails").filter((email) => at(email, "primary") === true);
      holds(after, primaries.length === 1, "one primary e-mail", brief(at(after.body, "emails")));
      shows({ ...after, body: primaries[0] }, "value", home.value);
    },
  },
  {
    id: "7644-3.5.2-replace-read-only",
    level: "MUST",
    title: "Replacing id is 400 with scimType mutability.",
    needs: ["patch"],
    run: async (scim) => {
      const answer = await scim.patch(await scim.user(), [{ op: "replace", path: "id", value: `${scim.stem}-wished` }]);
      refusedAs(answer, 400, "mutability");
    },
  },
  {
    id: "7644-3.5.2-replace-required-with-nothing",
    level: "MUST",
    title: "Replacing a required attribute with null or nothing is 400.",
    needs: ["patch"],
    run: async (scim) => {
      const user = await scim.user();
      for (const value of ["", null]) {
        refused(
          await scim.patch(user, [{ op: "replace", path: "userName", value }]),
          400,
          "invalidValue",
          "mutability",
        );
      }
      shows(await scim.read(user), "userName", user.name);
    },
  },
  {
    id: "7644-3.12-uniqueness-on-patch",
    level: "MUST",
    title: "A PATCH that takes somebody else's userName is refused with scimType uniqueness.",
    needs: ["patch"],
    run: async (scim) => {
      const one = await scim.user();
      const two = await scim.user();
      refusedAs(await scim.patch(two, [{ op: "replace", path: "userName", value: one.name }]), 409, "uniqueness");
      shows(await scim.read(two), "userName", two.name);
    },
  },
  {
    id: "7644-3.5.2-replace-wrong-type",
    level: "MUST",
    title: "Replacing with a value of the wrong type is 400.",
    needs: ["patch", "User.active"],
    run: async (scim) => {
      const answer = await scim.patch(await scim.user(), [{ op: "replace", path: "active", value: "perhaps" }]);
      refused(answer, 400, "invalidValue", "invalidSyntax");
    },
  },
  {
    id: "7643-2.3.2-boolean-literal-on-patch",
    level: "MUST",
    title: 'The text "False" is no Boolean in a PATCH either.',
    needs: ["patch", "User.active"],
    run: async (scim) => {
      const answer = await scim.patch(await scim.user(), [{ op: "replace", path: "active", value: "False" }]);
      refused(answer, 400, "invalidValue", "invalidSyntax");
    },
  },
  {
    id: "7644-3.5.2.3-deactivate",
    level: "MUST",
    title: "active can be set to false and back; the user stays readable.",
    needs: ["patch", "User.active"],
    run: async (scim) => {
      const user = await scim.user({ active: true });
      shows(await scim.patched(user, { op: "replace", path: "active", value: false }), "active", false);
      shows(await scim.patched(user, { op: "replace", value: { active: true } }), "active", true);
    },
  },
  {
    id: "7644-3.5.2.3-replace-extension-container",
    level: "MUST",
    title: "Replacing an extension's container sets what it names.",
    needs: ["patch", "enterprise", "Enterprise.department"],
    run: async (scim) => {
      const user = await scim.user({ [schemaUrns.enterprise]: { department: "Operations" } });
      const value = { [schemaUrns.enterprise]: { department: "Research" } };
      shows(await scim.patched(user, { op: "replace", value }), [schemaUrns.enterprise, "department"], "Research");
    },
  },
  {
    id: "7644-3.5.2.3-manager-by-value",
    level: "MUST",
    title: "A manager is set through the sub-attribute value and shown as an object.",
    needs: ["patch", "enterprise", "Enterprise.manager.value"],
    run: async (scim) => {
      const { boss, user } = await scim.users({ boss: {}, user: {} });
      if (boss === undefined || user === undefined) return;
      const path = `${schemaUrns.enterprise}:manager.value`;
      shows(
        await scim.patched(user, { op: "replace", path, value: boss.id }),
        [schemaUrns.enterprise, "manager", "value"],
        boss.id,
      );
    },
  },
]);

import { hasStatus, lacks, refused, refusedAs, shows } from "../demand.ts";
import { schemaUrns } from "../provider.ts";
import { requirements } from "../requirement.ts";

const addresses = (stem: string) => ({
  work: { type: "work", value: `${stem}.w@conformance.example` },
  home: { type: "home", value: `${stem}.h@conformance.example` },
});

export const patchRemove = requirements("patch: remove", [
  {
    id: "7644-3.5.2.2-remove-single",
    level: "MUST",
    title: "Removing a single-valued attribute leaves it without a value.",
    needs: ["patch", "User.displayName"],
    run: async (scim) => {
      const user = await scim.user({ displayName: "Ada" });
      lacks(await scim.patched(user, { op: "remove", path: "displayName" }), "displayName");
    },
  },
  {
    id: "7644-3.5.2.2-remove-absent",
    level: "SHOULD",
    title: "Removing an attribute that has no value succeeds.",
    needs: ["patch", "User.displayName"],
    run: async (scim) =>
      lacks(await scim.patched(await scim.user(), { op: "remove", path: "displayName" }), "displayName"),
  },
  {
    id: "7644-3.5.2.2-remove-all-values",
    level: "MUST",
    title: "Removing a multi-valued attribute without a filter removes all of its values.",
    needs: ["patch", "User.emails.type"],
    run: async (scim) => {
      const { work, home } = addresses(scim.stem);
      const user = await scim.user({ phoneNumbers: [], emails: [work, home] });
      lacks(await scim.patched(user, { op: "remove", path: "emails" }), "emails");
    },
  },
  {
    id: "7644-3.5.2.2-remove-by-filter",
    level: "MUST",
    title: "Removing with a filter removes the values that it matches and no others.",
    needs: ["patch", "User.emails.type"],
    run: async (scim) => {
      const { work, home } = addresses(scim.stem);
      const user = await scim.user({ emails: [work, home] });
      shows(await scim.patched(user, { op: "remove", path: 'emails[type eq "work"]' }), "emails", [home]);
    },
  },
  {
    id: "7644-3.5.2.2-remove-by-two-conditions",
    level: "MUST",
    title: "A filter of two conditions removes the values that meet both.",
    needs: ["patch", "User.emails.type"],
    run: async (scim) => {
      const { work, home } = addresses(scim.stem);
      const other = { type: "work", value: `${scim.stem}.o@conformance.example` };
      const user = await scim.user({ emails: [work, home, other] });
      const path = `emails[type eq "work" and value sw "${scim.stem}.o"]`;
      shows(await scim.patched(user, { op: "remove", path }), "emails", [work, home]);
    },
  },
  {
    id: "7644-3.5.2.2-remove-last-value",
    level: "MUST",
    title: "When the last value is removed by a filter the attribute has no value.",
    needs: ["patch", "User.emails.type"],
    run: async (scim) => {
      const { work } = addresses(scim.stem);
      const user = await scim.user({ emails: [work] });
      lacks(await scim.patched(user, { op: "remove", path: 'emails[type eq "work"]' }), "emails");
    },
  },
  {
    id: "7644-3.5.2.2-remove-sub-attribute",
    level: "MUST",
    title: "Removing a sub-attribute leaves the others of the complex value.",
    needs: ["patch", "User.name.givenName", "User.name.familyName"],
    run: async (scim) => {
      const user = await scim.user({ name: { givenName: "Ada", familyName: "Lovelace" } });
      const after = await scim.patched(user, { op: "remove", path: "name.givenName" });
      lacks(after, "name.givenName");
      shows(after, "name.familyName", "Lovelace");
    },
  },
  {
    id: "7644-3.5.2.2-remove-sub-attribute-of-selected",
    level: "MUST",
    title: "Removing a sub-attribute of the values that a filter matches leaves the values.",
    needs: ["patch", "User.emails.display"],
    run: async (scim) => {
      const { work, home } = addresses(scim.stem);
      const user = await scim.user({
        emails: [
          { ...work, display: "W" },
          { ...home, display: "H" },
        ],
      });
      const after = await scim.patched(user, { op: "remove", path: 'emails[type eq "work"].display' });
      shows(after, "emails", [work, { ...home, display: "H" }]);
    },
  },
  {
    id: "7644-3.5.2.2-remove-complex",
    level: "MUST",
    title: "Removing a complex attribute removes all of its sub-attributes.",
    needs: ["patch", "User.name.givenName", "User.name.familyName"],
    run: async (scim) => {
      const user = await scim.user({ name: { givenName: "Ada", familyName: "Lovelace" } });
      const after = await scim.patched(user, { op: "remove", path: "name" });
      lacks(after, "name.givenName");
      lacks(after, "name.familyName");
    },
  },
  {
    id: "7644-3.5.2.2-no-path",
    level: "MUST",
    title: "A remove without a path is 400 with scimType noTarget.",
    needs: ["patch"],
    run: async (scim) => refusedAs(await scim.patch(await scim.user(), [{ op: "remove" }]), 400, "noTarget"),
  },
  {
    id: "7644-3.5.2.2-remove-required",
    level: "MUST",
    title: "Removing a required attribute is 400 with scimType mutability.",
    needs: ["patch"],
    run: async (scim) => {
      const user = await scim.user();
      refusedAs(await scim.patch(user, [{ op: "remove", path: "userName" }]), 400, "mutability");
      shows(await scim.read(user), "userName", user.name);
    },
  },
  {
    id: "7644-3.5.2.2-remove-read-only",
    level: "MUST",
    title: "Removing a read-only attribute is 400 with scimType mutability.",
    needs: ["patch"],
    run: async (scim) =>
      refusedAs(await scim.patch(await scim.user(), [{ op: "remove", path: "id" }]), 400, "mutability"),
  },
  {
    id: "7644-3.5.2.2-remove-extension-attribute",
    level: "MUST",
    title: "An extension's attribute is removed by its full name.",
    needs: ["patch", "enterprise", "Enterprise.department", "Enterprise.costCenter"],
    run: async (scim) => {
      const user = await scim.user({ [schemaUrns.enterprise]: { department: "Operations", costCenter: "7" } });
      const after = await scim.patched(user, { op: "remove", path: `${schemaUrns.enterprise}:department` });
      lacks(after, [schemaUrns.enterprise, "department"]);
      shows(after, [schemaUrns.enterprise, "costCenter"], "7");
    },
  },
  {
    id: "7644-3.5.2.2-remove-no-match",
    level: "SHOULD",
    title: "A remove whose filter matches nothing changes nothing: it succeeds, or is 400 noTarget.",
    needs: ["patch", "User.emails.type"],
    run: async (scim) => {
      const { work } = addresses(scim.stem);
      const user = await scim.user({ emails: [work] });
      const answer = await scim.patch(user, [{ op: "remove", path: 'emails[type eq "home"]' }]);
      if (answer.status >= 400) refused(answer, 400, "noTarget");
      else hasStatus(answer, 200, 204);
      shows(await scim.read(user), "emails", [work]);
    },
  },
]);

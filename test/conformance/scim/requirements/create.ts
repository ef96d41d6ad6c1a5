import {
  hasStatus,
  holds,
  isDateTime,
  isOfSchema,
  lacks,
  refused,
  refusedAs,
  refuses,
  shows,
  survives,
} from "../demand.ts";
import { at, brief, isObject, listAt, textAt } from "../json.ts";
import { schemaUrns } from "../provider.ts";
import { requirements } from "../requirement.ts";

export const create = requirements("create", [
  {
    id: "7644-3.3-created",
    level: "MUST",
    title: "A create answers 201 with the resource, its schemas and its name.",
    run: async (scim) => {
      const user = await scim.user();
      isOfSchema(user.created, schemaUrns.user);
      shows(user.created, "userName", user.name);
    },
  },
  {
    id: "7644-3.3-location",
    level: "MUST",
    title: "A create answers the resource's address in the Location header and the same in meta.location.",
    run: async (scim) => {
      const { created } = await scim.user();
      const header = created.headers.get("location");
      holds(created, header !== null, "a Location header", "there is none");
      shows(created, "meta.location", header);
    },
  },
  {
    id: "7644-3.3-location-answers",
    level: "MUST",
    title: "The resource can be read at the location that the create answered.",
    run: async (scim) => {
      const user = await scim.user();
      const location = new URL(
        user.created.headers.get("location") ?? textAt(user.body, "meta.location"),
        "http://none",
      );
      holds(
        user.created,
        location.pathname.endsWith(user.path),
        `a location that ends with ${user.path}`,
        location.href,
      );
      shows(await scim.read(user), "id", user.id);
    },
  },
  {
    id: "7643-3.1-id-form",
    level: "MUST",
    title: "The provider gives every resource an id that is text, not empty and without the word bulkId.",
    run: async (scim) => {
      const { created } = await scim.user();
      const id = at(created.body, "id");
      const isFine = typeof id === "string" && id !== "" && !id.includes("bulkId");
      holds(created, isFine, "a fitting id", `id is ${brief(id)}`);
    },
  },
  {
    id: "7643-3.1-id-from-provider",
    level: "MUST",
    title: "An id that the client sends with a create is ignored.",
    run: async (scim) => {
      const wished = `${scim.stem}-wished`;
      const { created } = await scim.user({ id: wished });
      holds(created, at(created.body, "id") !== wished, "an id of the provider's own", `id is ${wished}`);
    },
  },
  {
    id: "7643-3.1-ids-differ",
    level: "MUST",
    title: "No two resources have the same id.",
    run: async (scim) => {
      const people = await scim.users({ a: {}, b: {}, c: {} });
      const ids = Object.values(people).map(({ id }) => id);
      holds(people.c?.created ?? null, new Set(ids).size === ids.length, "three ids", ids.join(", "));
    },
  },
  {
    id: "7643-3.1-meta-assigned",
    level: "MUST",
    title: "The provider assigns meta: resourceType, created and lastModified as dates with a time, location.",
    run: async (scim) => {
      const { created } = await scim.user();
      for (const member of ["created", "lastModified"]) {
        const value = at(created.body, `meta.${member}`);
        holds(created, isDateTime(value), `meta.${member} is a dateTime`, `it is ${brief(value)}`);
      }
      holds(
        created,
        textAt(created.body, "meta.location") !== "",
        "meta.location is text",
        brief(at(created.body, "meta")),
      );
    },
  },
  {
    id: "7644-3.3.1-resource-type",
    level: "MUST",
    title: "meta.resourceType is User for what is made at the users' endpoint.",
    run: async (scim) => shows((await scim.user()).created, "meta.resourceType", "User"),
  },
  {
    id: "7644-3.3.1-group-resource-type",
    level: "MUST",
    title: "meta.resourceType is Group for what is made at the groups' endpoint.",
    needs: ["groups"],
    run: async (scim) => shows((await scim.group()).created, "meta.resourceType", "Group"),
  },
  {
    id: "7643-3.1-never-modified",
    level: "MUST",
    title: "Until a resource is changed, lastModified is the same as created.",
    run: async (scim) => {
      const { created } = await scim.user();
      shows(created, "meta.lastModified", at(created.body, "meta.created") ?? null);
    },
  },
  {
    id: "7643-3.1-meta-ignored",
    level: "MUST",
    title: "meta in the body of a create is ignored.",
    run: async (scim) => {
      const meta = { resourceType: "Toaster", created: "2001-01-01T00:00:00Z", location: "https://elsewhere.example/" };
      const { created } = await scim.user({ meta });
      shows(created, "meta.resourceType", "User");
      const value = textAt(created.body, "meta.created");
      holds(created, !value.startsWith("2001"), "meta.created is the provider's", `it is ${value}`);
    },
  },
  {
    id: "7643-3.1-external-id",
    level: "MUST",
    title: "externalId is kept as the client gave it, letter case included.",
    run: async (scim) => {
      const user = await scim.user({ externalId: `${scim.stem}-Ext` });
      shows(await scim.read(user), "externalId", `${scim.stem}-Ext`);
    },
  },
  {
    id: "7643-3.1-external-id-not-invented",
    level: "MUST",
    title: "The provider gives no externalId of its own.",
    run: async (scim) => lacks((await scim.user()).created, "externalId"),
  },
  {
    id: "7644-3.3-read-only-ignored",
    level: "MUST",
    title: "Attributes that are read-only are ignored in a create, not refused.",
    run: async (scim) => {
      const user = await scim.user({ groups: [{ value: "0", display: "made up" }] });
      lacks(await scim.read(user), "groups");
    },
  },
  {
    id: "7644-3.3-uniqueness",
    level: "MUST",
    title: "A second user of the same userName is 409 with scimType uniqueness.",
    run: async (scim) => {
      const user = await scim.user();
      const body = { ...scim.body("User"), userName: user.name };
      refusedAs(await scim.send("POST", scim.at.User, { body }), 409, "uniqueness");
    },
  },
  {
    id: "7643-4.1.1-unique-in-any-case",
    level: "MUST",
    title: "userName ignores letter case, so the same name in capitals is taken.",
    run: async (scim) => {
      const user = await scim.user();
      const body = { ...scim.body("User"), userName: user.name.toUpperCase() };
      refusedAs(await scim.send("POST", scim.at.User, { body }), 409, "uniqueness");
    },
  },
  {
    id: "7643-4.1.1-user-name-required",
    level: "MUST",
    title: "A user without userName is 400.",
    run: async (scim) => {
      const { userName: _, ...body } = scim.body("User");
      refused(await scim.send("POST", scim.at.User, { body }), 400, "invalidValue", "invalidSyntax");
    },
  },
  {
    id: "7643-4.1.1-user-name-empty",
    level: "MUST",
    title: "A userName that is empty or null is 400.",
    run: async (scim) => {
      for (const userName of ["", null]) {
        const body = { ...scim.body("User"), userName };
        refused(await scim.send("POST", scim.at.User, { body }), 400, "invalidValue", "invalidSyntax");
      }
    },
  },
  {
    id: "7643-3-schemas-required",
    level: "SHOULD",
    title: "A create without schemas is 400.",
    run: async (scim) => {
      const { schemas: _, ...body } = scim.body("User");
      refused(await scim.send("POST", scim.at.User, { body }), 400, "invalidSyntax", "invalidValue");
    },
  },
  {
    id: "7643-3.3-base-schema-required",
    level: "SHOULD",
    title: "A create whose schemas do not list the base schema of the endpoint is 400.",
    run: async (scim) => {
      const body = { ...scim.body("User"), schemas: ["urn:example:params:scim:schemas:none:2.0:Nothing"] };
      refused(await scim.send("POST", scim.at.User, { body }), 400, "invalidSyntax", "invalidValue");
    },
  },
  {
    id: "7643-3-schemas-of-resource-type",
    level: "MUST",
    title: "A resource's schemas name its base schema and extensions of its resource type only, each once.",
    run: async (scim) => {
      const { created } = await scim.user();
      const type = scim.provider.resourceTypes.find((item) => textAt(item, "schema") === schemaUrns.user);
      const known = [schemaUrns.user, ...listAt(type, "schemaExtensions").map((item) => textAt(item, "schema"))];
      const given = listAt(created.body, "schemas");
      const isFine = given.every((urn) => known.includes(String(urn))) && new Set(given).size === given.length;
      holds(created, isFine, `schemas only of ${known.join(", ")}`, `schemas is ${brief(given)}`);
    },
  },
  {
    id: "7643-2.5-null-is-unassigned",
    level: "MUST",
    title: "null and an empty array in a create are the same as leaving the attribute out.",
    needs: ["User.displayName", "User.phoneNumbers"],
    run: async (scim) => {
      const after = await scim.read(await scim.user({ displayName: null, phoneNumbers: [] }));
      lacks(after, "displayName");
      lacks(after, "phoneNumbers");
    },
  },
  {
    id: "7643-2.1-names-in-any-case",
    level: "MUST",
    title: "Attribute names of a create are understood in any letter case.",
    needs: ["User.displayName"],
    run: async (scim) => {
      const { userName, ...body } = scim.body("User");
      const answer = await scim.send("POST", scim.at.User, {
        body: { ...body, USERNAME: userName, displayname: "Ada" },
      });
      hasStatus(answer, 201);
      shows(answer, "userName", userName ?? null);
      shows(answer, "displayName", "Ada");
    },
  },
  {
    id: "7643-2.1-schema-spelling",
    level: "SHOULD",
    title: "The answer spells attribute names as the schema does, whatever the client wrote.",
    needs: ["User.displayName"],
    run: async (scim) => {
      const { created } = await scim.user({ DISPLAYNAME: "Ada" });
      const names = isObject(created.body) ? Object.keys(created.body) : [];
      const spelled = names.filter((name) => name.toLowerCase() === "displayname");
      holds(created, spelled.join() === "displayName", "one member displayName", `${spelled.join(", ") || "none"}`);
    },
  },
  {
    id: "7643-2.4-two-values",
    level: "MUST",
    title: "A multi-valued attribute keeps several values with their types.",
    needs: ["User.emails.type"],
    run: async (scim) => {
      const emails = [
        { type: "work", value: `${scim.stem}.work@conformance.example`, primary: true },
        { type: "home", value: `${scim.stem}.home@conformance.example` },
      ];
      shows(await scim.read(await scim.user({ emails })), "emails", emails);
    },
  },
  {
    id: "7643-2.4-one-primary",
    level: "MUST",
    title: "No more than one value of an attribute is ever primary, also when a create says so of two.",
    needs: ["User.emails.primary"],
    run: async (scim) => {
      const emails = ["a", "b"].map((name) => ({
        value: `${scim.stem}.${name}@conformance.example`,
        type: name === "a" ? "work" : "home",
        primary: true,
      }));
      const answer = await scim.send("POST", scim.at.User, { body: scim.body("User", undefined, { emails }) });
      if (answer.status >= 400) return refused(answer, 400, "invalidValue", "invalidSyntax");
      const primaries = listAt(answer.body, "emails").filter((email) => at(email, "primary") === true);
      holds(answer, primaries.length <= 1, "at most one primary", `${primaries.length} are`);
    },
  },
  {
    id: "7643-3.3-extension-container",
    level: "MUST",
    title: "Attributes of an extension are kept in a container named by its URN, which schemas then lists.",
    needs: ["enterprise", "Enterprise.department"],
    run: async (scim) => {
      const after = await scim.read(await scim.user({ [schemaUrns.enterprise]: { department: "Operations" } }));
      shows(after, [schemaUrns.enterprise, "department"], "Operations");
      isOfSchema(after, schemaUrns.enterprise);
    },
  },
  {
    id: "7643-4.1.1-password-hidden",
    level: "MUST",
    title: "A password is accepted and never shown, not even when it is asked for.",
    needs: ["User.password"],
    run: async (scim) => {
      const user = await scim.user({ password: "Corr3ct-Horse-Battery" });
      lacks(user.created, "password");
      lacks(await scim.read(user), "password");
      lacks(await scim.read(user, { attributes: "userName,password" }), "password");
    },
  },
  {
    id: "7643-2.3.1-text-wanted",
    level: "SHOULD",
    title: "A number where the schema wants text is 400 invalidValue.",
    needs: ["User.displayName"],
    run: async (scim) => {
      const body = scim.body("User", undefined, { displayName: 42 });
      refused(await scim.send("POST", scim.at.User, { body }), 400, "invalidValue", "invalidSyntax");
    },
  },
  {
    id: "7643-2.3.2-boolean-wanted",
    level: "MUST",
    title: "Text that is no Boolean where the schema wants one is 400 invalidValue.",
    needs: ["User.active"],
    run: async (scim) => {
      const body = scim.body("User", undefined, { active: "perhaps" });
      refused(await scim.send("POST", scim.at.User, { body }), 400, "invalidValue", "invalidSyntax");
    },
  },
  {
    id: "7643-2.3.2-boolean-literal",
    level: "SHOULD",
    title: 'A Boolean is the literal true or false; the text "True" is 400.',
    needs: ["User.active"],
    run: async (scim) => {
      const body = scim.body("User", undefined, { active: "True" });
      refused(await scim.send("POST", scim.at.User, { body }), 400, "invalidValue", "invalidSyntax");
    },
  },
  {
    id: "7643-2.3.8-object-wanted",
    level: "MUST",
    title: "Text where the schema wants a complex value is 400 invalidValue.",
    needs: ["User.name"],
    run: async (scim) => {
      const body = scim.body("User", undefined, { name: "Ada Lovelace" });
      refused(await scim.send("POST", scim.at.User, { body }), 400, "invalidValue", "invalidSyntax");
    },
  },
  {
    id: "7643-2.4-array-wanted",
    level: "SHOULD",
    title: "Text where the schema wants an array of objects is 400 invalidValue.",
    needs: ["User.phoneNumbers"],
    run: async (scim) => {
      const body = scim.body("User", undefined, { phoneNumbers: "+1 555 0100" });
      refused(await scim.send("POST", scim.at.User, { body }), 400, "invalidValue", "invalidSyntax");
    },
  },
  {
    id: "7644-3.1-unknown-attribute",
    level: "MUST",
    title: "An attribute that no schema defines is refused or ignored, and never shown as if it were one.",
    run: async (scim) => {
      const answer = await scim.send("POST", scim.at.User, { body: scim.body("User", undefined, { shoeSize: 41 }) });
      survives(answer);
      if (answer.status < 300) lacks(answer, "shoeSize");
    },
  },
  {
    id: "7644-3.3-active-kept",
    level: "MUST",
    title: "A user can be made inactive from the start, and stays readable.",
    needs: ["User.active"],
    run: async (scim) => shows(await scim.read(await scim.user({ active: false })), "active", false),
  },
  {
    id: "7644-3.2-no-create-below",
    level: "MUST",
    title: "A POST to the address of a single resource is refused.",
    run: async (scim) => {
      const user = await scim.user();
      refuses(await scim.send("POST", user.path, { body: scim.body("User") }));
    },
  },
  {
    id: "7644-3.3-failed-create-leaves-nothing",
    level: "MUST",
    title: "A create that is refused has made nothing.",
    needs: ["filter", "User.name"],
    run: async (scim) => {
      const body = scim.body("User", undefined, { name: "Ada Lovelace" });
      refuses(await scim.send("POST", scim.at.User, { body }));
      const { answer, totalResults } = await scim.list("User", { filter: `userName eq "${body.userName}"` });
      holds(answer, totalResults === 0, "nobody of that name", `${totalResults} found`);
    },
  },
]);

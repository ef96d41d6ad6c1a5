import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readSchemaDocument, type SynchronizationSchema, usualProfile } from "#core";
import { nonGalleryTemplateGuid } from "../types.ts";
import { defaultSchema } from "./default-schema.ts";
import { getTemplate, listTemplates } from "./templates.ts";

const fixture = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../test/fixtures/${path}`, import.meta.url), "utf8"));

const ids = {
  schema: "job",
  userRule: "users",
  groupRule: "groups",
  sourceDirectory: "source",
  targetDirectory: "target",
};

const template = (id: string) => {
  const found = getTemplate(id);
  if (found === null) throw new Error(`no template ${id}`);
  return found;
};

test("every application of the published catalogue is a template, with its attributes, mappings and address", () => {
  const published = fixture("gallery.json") as {
    id: string;
    displayName: string;
    publisher: string;
    category: string;
    baseUrlTemplate: string;
    supportsGroups: boolean;
    attributes: { name: string; type: string; required: boolean; supportedForFiltering: boolean }[];
    mappings: { source: string; target: string; matchingPrecedence?: number }[];
  }[];
  expect(published).toHaveLength(17);
  const byTarget = (mappings: readonly { target: string }[]) =>
    mappings.toSorted((a, b) => (a.target < b.target ? -1 : 1));
  for (const each of published) {
    const found = template(each.id);
    expect({
      displayName: found.displayName,
      publisher: found.publisher,
      category: found.category,
      baseUrl: found.baseUrl,
      supportsGroups: found.groups !== null,
      mappings: byTarget(found.mappings),
      attributes: found.attributes
        .filter((attribute) => attribute.name !== "id")
        .map(({ name, type, required }) => ({ name, type, required })),
      filterable: found.profile.filterable,
    }).toEqual({
      displayName: each.displayName,
      publisher: each.publisher,
      category: each.category,
      baseUrl: each.baseUrlTemplate,
      supportsGroups: each.supportsGroups,
      mappings: byTarget(each.mappings),
      attributes: each.attributes.map(({ name, type, required }) => ({ name, type, required })),
      filterable: each.attributes.filter((attribute) => attribute.supportedForFiltering).map(({ name }) => name),
    });
  }
  expect(listTemplates()).toHaveLength(18);
});

test("ThousandEyes skips Default Access and has a budget; the generic template does not", () => {
  const { defaultAccessProvisionable, profile, baseUrlComplete } = template("thousandeyes");
  expect({ defaultAccessProvisionable, profile, baseUrlComplete }).toEqual({
    defaultAccessProvisionable: false,
    baseUrlComplete: true,
    profile: {
      ...usualProfile,
      filterable: ["externalId", "userName"],
      supportsGroups: false,
      // A new login waits for both mailboxes.
      confirmedLater: ["emails"],
      requestsPerMinute: 240,
    },
  });
  const generic = template("scim");
  expect(generic.defaultAccessProvisionable).toBe(true);
  expect(generic.profile.filterable).toBeNull();
  expect(generic.mappings).toHaveLength(22);
  expect(generic.baseUrlComplete).toBe(false);
  expect(template("snowflake").baseUrlComplete).toBe(false);
});

test("a template is found by its short name and by its GUID, each GUID stands for one", () => {
  expect(getTemplate(nonGalleryTemplateGuid.toUpperCase())?.id).toBe("scim");
  expect(getTemplate("2f7d94b6-e085-4c13-b6aa-9d51c0873e42")?.id).toBe("thousandeyes");
  expect(getTemplate("nobody")).toBeNull();
  expect(new Set(listTemplates().map((each) => each.guid)).size).toBe(18);
});

test("a search looks into names, publishers and categories without case", () => {
  expect(listTemplates("CISCO").map((each) => each.id)).toEqual([
    "thousandeyes",
    "cisco-webex",
    "cisco-umbrella",
    "cisco-secure-access",
  ]);
  expect(listTemplates("whiteboard")).toEqual([]);
});

test("the default schema of ThousandEyes is the document that Graph's clients know", () => {
  const expected = fixture("graph/synchronization-schema.json") as SynchronizationSchema;
  const [rule] = expected.synchronizationRules;
  const [source, target] = expected.directories;
  const made = defaultSchema(template("thousandeyes"), {
    ...ids,
    schema: expected.id,
    userRule: rule?.id ?? "",
    sourceDirectory: source?.id ?? "",
    targetDirectory: target?.id ?? "",
  });
  expect(made.synchronizationRules).toEqual(expected.synchronizationRules);
  expect(made.directories[1]).toEqual(target);
  const { objects: madeObjects, ...madeDirectory } = made.directories[0]!;
  const { objects: expectedObjects, ...expectedDirectory } = source!;
  expect(madeDirectory).toEqual(expectedDirectory);
  expect(madeObjects[0]?.metadata).toEqual(expectedObjects[0]?.metadata);
  for (const attribute of expectedObjects[0]?.attributes ?? []) {
    expect(madeObjects[0]?.attributes).toContainEqual(attribute);
  }
});

test("every template's default schema is a valid document and maps only attributes that exist", () => {
  for (const each of listTemplates()) {
    const made = defaultSchema(each, ids);
    const reading = readSchemaDocument(JSON.parse(JSON.stringify(made)));
    expect(reading, each.id).toEqual({ ok: true, document: made });
    for (const rule of made.synchronizationRules) {
      for (const mapping of rule.objectMappings) {
        const object = made.directories[1]?.objects.find((one) => one.name === mapping.targetObjectName);
        const names = object?.attributes.map((attribute) => attribute.name);
        for (const { targetAttributeName } of mapping.attributeMappings) expect(names).toContain(targetAttributeName);
        expect(mapping.attributeMappings.filter((one) => one.matchingPriority > 0)).toHaveLength(1);
      }
    }
  }
});

test("groups are mapped by a rule of their own where the application has them", () => {
  const flows = (id: string) =>
    defaultSchema(template(id), ids).synchronizationRules.map((rule) => [rule.name, rule.objectMappings[0]?.flowTypes]);
  expect(flows("scim")).toEqual([
    ["USER_OUTBOUND_USER", "Add, Update, Delete"],
    ["GROUP_OUTBOUND_GROUP", "Add, Update, Delete"],
  ]);
  expect(flows("miro")[1]).toEqual(["GROUP_OUTBOUND_GROUP", "Update"]);
  expect(flows("thousandeyes")).toHaveLength(1);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { defaultSchema, getTemplate, listTemplates } from "#apps";
import { diffSchemas, readSchemaDocument, type SynchronizationSchema } from "#core";
import { sourceOf } from "#test/mapping-document.ts";

const ids = { schema: "job", userRule: "u", groupRule: "g", sourceDirectory: "s", targetDirectory: "t" };

const generic = (): SynchronizationSchema => {
  const template = getTemplate("scim");
  if (template === null) throw new Error("there is no generic template");
  return defaultSchema(template, ids);
};

// biome-ignore lint/suspicious/noExplicitAny: tests bend documents into every shape
type Bend = (document: any) => void;

const bent = (bend: Bend): SynchronizationSchema => {
  const document = JSON.parse(JSON.stringify(generic()));
  bend(document);
  const reading = readSchemaDocument(document);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.document;
};

/** The changes from one bent document to another. */
const changes = (after: Bend, before: Bend = () => undefined) => diffSchemas(bent(before), bent(after));
const sentences = (after: Bend, before?: Bend) => changes(after, before).map(({ sentence }) => sentence);

const users = "$.synchronizationRules[0].objectMappings[0]";
const userMapping = (document: { synchronizationRules: { objectMappings: unknown[] }[] }) =>
  document.synchronizationRules[0]!.objectMappings[0] as never as {
    attributeMappings: Record<string, unknown>[];
    scope: unknown;
    enabled: boolean;
    flowTypes: string;
    metadata: object[];
  };
const groupMapping: typeof userMapping = (document) =>
  document.synchronizationRules[1]!.objectMappings[0] as ReturnType<typeof userMapping>;
const filter = (name: string, ...clauses: [attribute: string, operator: string, ...values: string[]][]) => ({
  name,
  clauses: clauses.map(([sourceOperandName, operatorName, ...values]) => ({
    sourceOperandName,
    operatorName,
    targetOperand: { values },
  })),
});

test("a document is no different from itself, and whoever gives id and version does not matter", () => {
  expect(diffSchemas(generic(), generic())).toEqual([]);
  expect(
    changes((document) => {
      document.id = "another";
      document.version = "v1.7";
    }),
  ).toEqual([]);
});

test("a changed source is told with its path, both sides, and one sentence", () => {
  expect(
    changes((document) => {
      userMapping(document).attributeMappings[0]!.source = sourceOf("ToLower([userPrincipalName])");
    }),
  ).toEqual([
    {
      path: `${users}.attributeMappings[0].source`,
      kind: "changed",
      subject: "attributeMapping",
      sentence: "userName: source changed from [userPrincipalName] to ToLower([userPrincipalName])",
      before: "[userPrincipalName]",
      after: "ToLower([userPrincipalName])",
    },
  ]);
});

test.each<[members: object, sentence: string]>([
  [{ source: null }, "userName: source changed from [userPrincipalName] to nothing"],
  [{ source: sourceOf('"x"') }, 'userName: source changed from [userPrincipalName] to "x"'],
  [{ defaultValue: "d" }, 'userName: default value changed from nothing to "d"'],
  [{ nullBehaviour: "clear" }, "userName: null behaviour changed from as usual to clear"],
  [{ defaultOnUpdate: true }, "userName: default value on updates changed from false to true"],
  [{ matchingPriority: 0 }, "userName: matching precedence changed from 1 to none"],
  [{ matchingPriority: 2 }, "userName: matching precedence changed from 1 to 2"],
  [{ flowType: "ObjectAddOnly" }, "userName: flow type changed from Always to ObjectAddOnly"],
  [{ flowBehavior: "FlowAlways" }, "userName: flow behaviour changed from FlowWhenChanged to FlowAlways"],
  [{ exportMissingReferences: true }, "userName: export of missing references changed from false to true"],
  [{ targetAttributeName: "UserName" }, "UserName: path changed from userName to UserName"],
  [{ somethingNew: { a: 1 } }, 'userName: somethingNew changed from nothing to {"a":1}'],
])("%j", (members, sentence) => {
  expect(sentences((document) => Object.assign(userMapping(document).attributeMappings[0]!, members))).toEqual([
    sentence,
  ]);
});

test("what only looks different is no change", () => {
  const looks: Bend = (document) => {
    const mapping = userMapping(document);
    const [first] = mapping.attributeMappings;
    mapping.attributeMappings[0] = Object.fromEntries(Object.entries(first!).toReversed());
    const active = mapping.attributeMappings[1] as { source: { expression: string; parameters: unknown } };
    active.source.expression = active.source.expression.replaceAll(", ", " ,\n");
    active.source.parameters = null;
    mapping.metadata = [];
    mapping.scope = { groups: [filter("f", ["city", "equals", "Oslo"])] };
    document.directories[0].objects[0].attributes.reverse();
    document.directories[1].objects[0].metadata.reverse();
  };
  const plain: Bend = (document) => {
    userMapping(document).scope = { groups: [filter("f", ["city", "EQUALS", "Oslo"])], inputFilterGroups: [] };
  };
  expect(changes(looks, plain)).toEqual([]);
});

test("mappings are recognised by their target, so that one more at the front is one change", () => {
  const added: Bend = (document) => {
    const { attributeMappings } = userMapping(document);
    attributeMappings.unshift({
      ...attributeMappings[2]!,
      targetAttributeName: "nickName",
      source: sourceOf("[mailNickname]"),
      defaultValue: "nobody",
    });
  };
  const sentence = 'nickName: is now mapped, from [mailNickname] with the default "nobody"';
  const attributeMapping = expect.objectContaining({ targetAttributeName: "nickName" });
  expect(changes(added)).toEqual([
    {
      path: `${users}.attributeMappings[0]`,
      kind: "added",
      subject: "attributeMapping",
      sentence,
      before: null,
      after: attributeMapping,
    },
  ]);
  expect(changes(() => undefined, added)).toEqual([
    {
      path: `${users}.attributeMappings[0]`,
      kind: "removed",
      subject: "attributeMapping",
      sentence: 'nickName: is no longer mapped; it was, from [mailNickname] with the default "nobody"',
      before: attributeMapping,
      after: null,
    },
  ]);
});

test("another order is one sentence, however many moved", () => {
  const reversed: Bend = (document) => void userMapping(document).attributeMappings.reverse();
  expect(changes(reversed)).toMatchObject([
    { path: `${users}.attributeMappings`, kind: "changed", sentence: "The order of the attribute mappings changed" },
  ]);
  const moved: Bend = (document) => {
    const { attributeMappings } = userMapping(document);
    attributeMappings.push(attributeMappings.shift()!);
    attributeMappings[0]!.flowType = "ObjectAddOnly";
  };
  expect(sentences(moved)).toEqual([
    "active: flow type changed from Always to ObjectAddOnly",
    "The order of the attribute mappings changed",
  ]);
});

test("groups are told from users", () => {
  expect(
    sentences((document) => {
      const mapping = groupMapping(document);
      mapping.attributeMappings[0]!.source = sourceOf("ToUpper([displayName])");
      mapping.attributeMappings.reverse();
      mapping.enabled = false;
      mapping.flowTypes = "Update, Add";
      mapping.scope = { groups: [filter("Teams", ["mail", "IS NOT NULL"])] };
    }),
  ).toEqual([
    "Mapping of Group: switched on changed from true to false",
    "Mapping of Group: allowed actions changed from Add, Update, Delete to Add, Update",
    'Group scoping filter "Teams": added, mail IS NOT NULL',
    "Group displayName: source changed from [displayName] to ToUpper([displayName])",
    "Group mapping: The order of the attribute mappings changed",
  ]);
});

test("filters are recognised by their title, and a new title is no new filter", () => {
  const having =
    (...groups: object[]): Bend =>
    (document) => {
      userMapping(document).scope = { groups };
    };
  const sales = filter("Sales", ["department", "EQUALS", "Sales"]);
  const oslo = filter("Oslo", ["city", "EQUALS", "Oslo"], ["country", "EQUALS", "NO"]);
  expect(changes(having(sales, oslo), having(oslo))).toEqual([
    {
      path: `${users}.scope.groups[0]`,
      kind: "added",
      subject: "filter",
      sentence: 'User scoping filter "Sales": added, department EQUALS "Sales"',
      before: null,
      after: sales,
    },
  ]);
  expect(sentences(having(oslo), having(sales, oslo))).toEqual([
    'User scoping filter "Sales": removed, department EQUALS "Sales"',
  ]);
  expect(sentences(having(oslo, sales), having(sales, oslo))).toEqual([
    "The order of the User scoping filters changed",
  ]);
  expect(sentences(having({ ...sales, name: "Vertrieb" }), having(sales))).toEqual([
    'User scoping filter "Sales": title changed from "Sales" to "Vertrieb"',
  ]);
  expect(
    changes(having(filter("Sales", ["department", "EQUALS", "Sales"], ["city", "IS NOT NULL"])), having(sales)),
  ).toEqual([
    {
      path: `${users}.scope.groups[0].clauses`,
      kind: "changed",
      subject: "filter",
      sentence:
        'User scoping filter "Sales": changed from department EQUALS "Sales" to department EQUALS "Sales" AND city IS NOT NULL',
      before: 'department EQUALS "Sales"',
      after: 'department EQUALS "Sales" AND city IS NOT NULL',
    },
  ]);
  expect(
    sentences((document) => {
      userMapping(document).scope = { inputFilterGroups: [sales] };
    }),
  ).toEqual(['User input filter "Sales": added, department EQUALS "Sales"']);
});

test("rules, object mappings, metadata, directories, objects, attributes and what nobody knows", () => {
  expect(
    sentences((document) => {
      const [rule] = document.synchronizationRules;
      rule.priority = 5;
      rule.containerFilter = { includedContainers: ["x"] };
      rule.metadata = [
        { key: "supportsProvisionOnDemand", value: "False" },
        { key: "new", value: null },
        { key: "other", value: "1" },
      ];
      rule.theirs = true;
      document.synchronizationRules.splice(1, 1);
      document.synchronizationRules.push({ ...structuredClone(rule), id: "again", name: "AGAIN", objectMappings: [] });
      document.provisioningTaskIdentifier = "t";
      const [source, target] = document.directories;
      source.readOnly = false;
      source.objects.push({ name: "Device", attributes: [] });
      const { attributes } = target.objects[0];
      const first = attributes[1];
      first.type = "Integer";
      first.caseExact = true;
      first.metadata = [{ key: "MaximumLength", value: "64" }];
      attributes.push({ ...first, name: "badge", type: "String" });
      attributes.splice(2, 1);
    }),
  ).toEqual([
    'Schema: provisioningTaskIdentifier changed from nothing to "t"',
    "Rule GROUP_OUTBOUND_GROUP: removed",
    "Rule USER_OUTBOUND_USER: priority changed from 1 to 5",
    'Rule USER_OUTBOUND_USER: container filter changed from nothing to {"includedContainers":["x"]}',
    "Rule USER_OUTBOUND_USER: theirs changed from nothing to true",
    'Rule USER_OUTBOUND_USER: metadata supportsProvisionOnDemand changed from "True" to "False"',
    'Rule USER_OUTBOUND_USER: metadata other changed from nothing to "1"',
    "Rule AGAIN: added",
    "Directory Azure Active Directory: read-only changed from true to false",
    "Azure Active Directory Device: added",
    expect.stringMatching(/^Attribute \S+ of .*: removed$/),
    expect.stringMatching(/^Attribute \S+ of .*: type changed from \w+ to Integer$/),
    expect.stringMatching(/^Attribute \S+ of .*: exact case changed from false to true$/),
    expect.stringMatching(/^Attribute \S+ of .*: metadata MaximumLength changed from nothing to "64"$/),
    expect.stringMatching(/^Attribute badge of .*: added, String$/),
  ]);
});

test("between any two templates: no sentence is empty or says undefined, the way back tells as much, and paths lead somewhere", () => {
  const some = fc.constantFrom(...listTemplates().map(({ id }) => id));
  const schemaOf = (id: string) => defaultSchema(getTemplate(id)!, ids);
  fc.assert(
    fc.property(some, some, (from, to) => {
      const [before, after] = [schemaOf(from), schemaOf(to)];
      const forth = diffSchemas(before, after);
      const back = diffSchemas(after, before);
      expect(forth.length).toBe(back.length);
      expect(forth.length === 0).toBe(JSON.stringify(before) === JSON.stringify(after));
      for (const { path, kind, sentence } of forth) {
        expect(sentence).toMatch(/^\S.*\S$/);
        expect(sentence).not.toMatch(/undefined|\[object Object/);
        const places = path
          .slice(2)
          .split(/[.[\]]+/)
          .filter((part) => part !== "");
        const within = places.slice(0, kind === "changed" ? -1 : undefined);
        const root: unknown = kind === "removed" ? before : after;
        const reached = within.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], root);
        expect(reached, path).toBeDefined();
      }
    }),
    { numRuns: 60 },
  );
});

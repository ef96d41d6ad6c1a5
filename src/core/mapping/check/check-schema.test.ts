import { expect, test } from "vitest";
import { checkSchema, compileSchema, readSchemaDocument, type SchemaFacts, type SynchronizationSchema } from "#core";
import { documentOf, type MappingRow, sourceOf } from "#test/mapping-document.ts";

const nothingKnown: SchemaFacts = { filterable: { User: null, Group: null }, held: { User: null, Group: null } };
const users = "$.synchronizationRules[0].objectMappings[0]";

const login: MappingRow = { to: "userName", from: "[userPrincipalName]", members: { matchingPriority: 1 } };
const active: MappingRow = { to: "active", from: "Not([IsSoftDeleted])", target: { type: "Boolean" } };

/** What is found in a document of login, active and the given rows: `place: sentence`. */
const found = (
  rows: readonly MappingRow[],
  bend?: Parameters<typeof documentOf>[1],
  facts: SchemaFacts = nothingKnown,
) => report(documentOf([login, active, ...rows], bend), facts);

const report = (document: SynchronizationSchema, facts: SchemaFacts = nothingKnown) => {
  const { problems, warnings } = checkSchema(document, facts);
  const short = ({ path, message }: { path: string; message: string }) => `${path.replace(users, "")}: ${message}`;
  return { problems: problems.map(short), warnings: warnings.map(short) };
};

const clean = { problems: [], warnings: [] };

test("what is as it should be has neither problems nor warnings", () => {
  expect(found([])).toEqual(clean);
  expect(
    found([
      { to: "displayName", from: 'Join(" ", [givenName], [surname])', target: { required: true } },
      { to: 'emails[type eq "work"].value', from: "[mail]" },
      { to: "title", from: null },
      { to: "userType", from: '"Employee"', members: { defaultValue: "Employee" } },
      { to: "urn:example:x:2.0:User:floor", from: "[floor]", target: { type: "Integer" } },
      { to: "roles", from: "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])", target: { multivalued: true } },
      { to: "manager", from: "[manager]", target: { type: "Reference" } },
    ]),
  ).toEqual(clean);
});

const more: MappingRow = { to: "nickName", from: "[displayName]" };
const at = ".attributeMappings[2]";

test.each<[what: string, row: MappingRow, problems: readonly string[]]>([
  [
    "an unknown target attribute with a near one",
    { ...more, to: "userNam", target: null },
    [`${at}.targetAttributeName: The target has no attribute userNam. Did you mean userName?`],
  ],
  [
    "an unknown target attribute",
    { ...more, to: "shoeSize", target: null },
    [`${at}.targetAttributeName: The target has no attribute shoeSize. Add it to the target's attribute list.`],
  ],
  [
    "a second mapping of one target in another spelling",
    { ...more, to: "USERNAME", target: null },
    [
      `${at}.targetAttributeName: USERNAME is mapped already (${users}.attributeMappings[0], as userName), and one of the two would undo the other. Remove one of them.`,
    ],
  ],
  [
    "the account's id",
    { ...more, to: "id", target: null },
    [`${at}.targetAttributeName: id is the account's own id, which the target gives. Remove this mapping.`],
  ],
  [
    "a read-only target",
    { ...more, target: { mutability: "ReadOnly" } },
    [
      `${at}.targetAttributeName: nickName is read-only in the target, so nothing can be written to it. Remove this mapping.`,
    ],
  ],
  [
    "an unknown source attribute",
    { ...more, from: "[departmnt]" },
    [`${at}.source.name: The source has no attribute departmnt; names are case-sensitive. Did you mean [department]?`],
  ],
  [
    "a source attribute in the wrong case",
    { ...more, from: "[Department]" },
    [`${at}.source.name: The source has no attribute Department; names are case-sensitive. Did you mean [department]?`],
  ],
  [
    "an unknown source attribute in an expression",
    { ...more, from: "ToLower([shoeSize])" },
    [
      `${at}.source.expression: The source has no attribute shoeSize; names are case-sensitive. Add it to the source's attribute list. (line 1, column 9)`,
    ],
  ],
  [
    "several values into one",
    { ...more, from: "[proxyAddresses]" },
    [
      `${at}.source.name: [proxyAddresses] has several values, and nickName takes one. Map one of them, for example with Item([proxyAddresses], 1), or put them together with Join.`,
    ],
  ],
  [
    "roles mapped directly",
    { ...more, to: "roles", from: "[appRoleAssignments]", target: { multivalued: true } },
    [
      `${at}.source.name: [appRoleAssignments] cannot be mapped directly to roles. Use SingleAppRoleAssignment for one role, or AssertiveAppRoleAssignmentsComplex for all of them.`,
    ],
  ],
  [
    "a Boolean into a date",
    { ...more, from: "[accountEnabled]", target: { type: "DateTime" } },
    [
      `${at}.source.name: [accountEnabled] is of type Boolean, and nickName takes DateTime; no value of the one is a value of the other. Map another attribute, or change the type in the attribute list.`,
    ],
  ],
  [
    "a constant that is no Boolean",
    { ...more, from: '"maybe"', target: { type: "Boolean" } },
    [
      `${at}.source.expression: nickName takes true or false, and its mapping gives "maybe". Map it with Switch or IIF, so that it gives True or False.`,
    ],
  ],
  [
    "a default that is no number",
    { ...more, target: { type: "Integer" }, members: { defaultValue: "none" } },
    [
      `${at}.defaultValue: The default value does not fit: nickName takes a whole number, and its mapping gives "none". Map digits alone, or make the attribute a String.`,
    ],
  ],
  [
    "a text into a reference",
    { ...more, target: { type: "Reference" } },
    [
      `${at}.source.name: nickName refers to another object, so it takes a reference such as [manager], and nothing else. Map a reference, or make the attribute a String.`,
    ],
  ],
  [
    "a constant into a reference",
    { ...more, from: '"x"', target: { type: "Reference" } },
    [
      `${at}.source.expression: nickName refers to another object, so it takes a reference such as [manager], and nothing else. Map a reference, or make the attribute a String.`,
    ],
  ],
  [
    "a default of a reference",
    { ...more, from: "[manager]", target: { type: "Reference" }, members: { defaultValue: "x" } },
    [`${at}.defaultValue: nickName refers to another object, and a text is no reference. Remove the default value.`],
  ],
  [
    "a Switch on a reference",
    { ...more, from: 'Switch([manager], , "a", "b")' },
    [
      `${at}.source.expression: Switch cannot look into [manager], which is a reference to another object; map it directly to a target attribute of type Reference. (line 1, column 8)`,
    ],
  ],
  [
    "a list of references of people",
    { ...more, from: "[manager]", target: { type: "Reference", multivalued: true } },
    [
      `${at}.targetAttributeName: A list of references is kept only for the members of a group: [members] mapped to members. Make nickName single-valued.`,
    ],
  ],
  [
    "a reference to what is not provisioned",
    {
      ...more,
      from: "[manager]",
      target: { type: "Reference", referencedObjects: [{ referencedObjectName: "Group", referencedProperty: "" }] },
    },
    [
      `${at}.targetAttributeName: nickName refers to Group, of which none is provisioned, so there is never an account to refer to. Switch their mapping on, or remove this one.`,
    ],
  ],
  [
    "a required attribute left empty",
    { ...more, from: null, target: { required: true } },
    [`${at}.source: The target needs nickName, and this mapping leaves it empty. Give it a source or a default value.`],
  ],
  [
    "a path that SCIM cannot write",
    { ...more, to: 'emails[type ne "work"].value' },
    [
      expect.stringMatching(
        /^\.attributeMappings\[2\]\.targetAttributeName: .* Write it as attribute, attribute\.sub, /,
      ) as never,
    ],
  ],
])("%s is a problem", (_, row, problems) => {
  expect(found([row]).problems).toEqual(problems);
});

test.each<[what: string, row: MappingRow, problem: string]>([
  [
    "a constant",
    { ...more, from: '"x"' },
    "nickName has the same value for everybody, so it would find the same account for all. Match by something that is unique.",
  ],
  [
    "chance",
    { ...more, from: "ToLower(Guid())" },
    "nickName is drawn by chance (Guid), so it never finds an account again. Match by something that stays.",
  ],
  [
    "SelectUniqueValue",
    { ...more, from: "SelectUniqueValue([mail], [displayName])" },
    "SelectUniqueValue gives a value that nobody has yet, so nickName can find nobody. Match by another attribute.",
  ],
  [
    "nothing",
    { ...more, from: null },
    "nickName has no source, so there is nothing to look for. Give it a source, or set matchingPriority to 0.",
  ],
  [
    "a Boolean",
    { ...more, from: "[accountEnabled]", target: { type: "Boolean" } },
    "nickName is a Boolean and cannot find an account. Match by an attribute with one text or number, such as userName.",
  ],
  [
    "a list",
    { ...more, from: "[proxyAddresses]", target: { multivalued: true } },
    "nickName is multi-valued and cannot find an account. Match by an attribute with one text or number, such as userName.",
  ],
  [
    "a secret",
    { ...more, target: { mutability: "WriteOnly" } },
    "nickName is write-only: the target never shows it, so it finds nobody. Match by another attribute.",
  ],
])("matching by %s is a problem", (_, row, problem) => {
  const matching = { ...row, members: { ...row.members, matchingPriority: 2 } };
  expect(found([matching]).problems).toEqual([`${at}.matchingPriority: ${problem}`]);
});

test("one mapping has to match, each by a precedence of its own, by what the target can be searched by", () => {
  const document = (first: number, second: number) =>
    documentOf([
      { ...login, members: { matchingPriority: first } },
      active,
      { ...more, members: { matchingPriority: second } },
    ]);
  expect(report(document(0, 0)).problems).toEqual([
    ".attributeMappings: No mapping finds accounts that are there already, so everybody would get a second one. Give one of them the matchingPriority 1, such as userName.",
  ]);
  expect(report(document(2, 2)).problems).toEqual([
    `${at}.matchingPriority: nickName and userName have the same precedence, 2. Give each one of its own; the lowest number is tried first.`,
  ]);
  const searchable = (...names: string[]) => ({ ...nothingKnown, filterable: { User: names, Group: null } });
  expect(report(document(1, 2), searchable("USERNAME", "nickName"))).toEqual(clean);
  expect(report(document(1, 2), searchable("userName")).problems).toEqual([
    `${at}.matchingPriority: The target cannot be searched by nickName. Match by userName.`,
  ]);
});

test("a value that nobody else has must be one that the target can be asked for", () => {
  const from = "SelectUniqueValue([mail], [displayName])";
  const searchable = (...names: string[]) => ({
    ...nothingKnown,
    filterable: { User: ["userName", ...names], Group: null },
  });
  expect(found([{ ...more, from }], undefined, searchable("nickName"))).toEqual(clean);
  expect(found([{ ...more, from }], undefined, searchable()).problems).toEqual([
    `${at}.source.expression: The target cannot be searched by nickName, so nobody can tell which of the values of SelectUniqueValue is free. Map it without.`,
  ]);
  expect(found([{ ...more, from, target: { multivalued: true } }]).problems).toEqual([
    `${at}.source.expression: SelectUniqueValue gives one value, and nickName takes several. Make it single-valued.`,
  ]);
});

test("an expression is checked against the type that the target takes", () => {
  const places = (row: MappingRow) => found([row]).problems.map((problem) => problem.split(":")[0]);
  const expression = `${at}.source.expression`;
  const single = { to: "roles", from: "AppRoleAssignmentsComplex([appRoleAssignments])" };
  expect(places(single)).toEqual([expression]);
  expect(places({ ...single, target: { multivalued: true } })).toEqual([]);
  expect(places({ ...more, from: "Count([proxyAddresses])", target: { type: "Boolean" } })).toEqual([expression]);
  expect(places({ ...more, from: "Count([proxyAddresses])", target: { type: "Integer" } })).toEqual([]);
  expect(places({ ...more, from: "Now()", target: { type: "Integer" } })).toEqual([expression]);
});

test("required attributes have to be covered by a mapping or a default", () => {
  const required = (defaultValue: string | null) =>
    found([], (_rule, document) => {
      const { attributes } = document.directories[1].objects[0];
      attributes.push({ ...attributes[1], name: "userType", required: true, defaultValue });
    });
  expect(required("Employee")).toEqual(clean);
  expect(required(null).problems).toEqual([
    ".attributeMappings: The target needs userType, and nothing maps it. Map it, or give it a default value in the target's attribute list.",
  ]);
});

test("a list as a whole and one of its values undo each other", () => {
  const rows: MappingRow[] = [
    { to: "roles", from: "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])", target: { multivalued: true } },
    { to: 'roles[primary eq "True"].value', from: "SingleAppRoleAssignment([appRoleAssignments])" },
  ];
  expect(found(rows).problems).toEqual([
    `.attributeMappings[3].targetAttributeName: roles[primary eq "True"].value is a part of roles, which ${users}.attributeMappings[2] writes as a whole, so that each would undo the other. Remove one of them.`,
  ]);
});

test.each<[what: string, row: MappingRow, warnings: readonly string[]]>([
  [
    "adding one value to a single one",
    { ...more, members: { flowType: "MultiValueAddOnly" } },
    [
      `${at}.flowType: nickName has one value, so MultiValueAddOnly fills it only where it is empty, as AttributeAddOnly does. Say Always if later changes are to flow.`,
    ],
  ],
  [
    "clearing with a flow that only adds",
    { ...more, members: { flowType: "ValueAddOnly", nullBehaviour: "clear" } },
    [
      `${at}.nullBehaviour: With the flow type ValueAddOnly nothing is ever taken away, so clear has no effect. Use Always.`,
    ],
  ],
  [
    "default without one",
    { ...more, members: { nullBehaviour: "default" } },
    [`${at}.nullBehaviour: There is no default value, so default does the same as leave. Give defaultValue a value.`],
  ],
  [
    "a default on updates that cannot flow",
    { ...more, members: { defaultValue: "d", defaultOnUpdate: true, flowType: "ObjectAddOnly" } },
    [
      `${at}.defaultOnUpdate: It has no effect: it needs a default value, the null behaviour default, and a flow type that flows on updates.`,
    ],
  ],
  [
    "FlowAlways with a flow at creation",
    { ...more, members: { flowBehavior: "FlowAlways", flowType: "ObjectAddOnly" } },
    [`${at}.flowBehavior: With the flow type ObjectAddOnly it has no effect. Use the flow type Always.`],
  ],
  [
    "missing references",
    { ...more, from: "[manager]", target: { type: "Reference" }, members: { exportMissingReferences: true } },
    [
      `${at}.exportMissingReferences: A reference to an object without an account is left out until there is one; this has no effect.`,
    ],
  ],
  [
    "a reference as text",
    { ...more, from: "[manager]" },
    [
      `${at}.source.name: nickName is a text, so it gets the directory's own id of whom [manager] refers to. Make the attribute a Reference to name the account instead.`,
    ],
  ],
  [
    "an expression with a trap",
    { ...more, from: 'IIF([mail]="", "a", "b")' },
    [
      expect.stringMatching(
        /^\.attributeMappings\[2\]\.source\.expression: A comparison with an empty attribute never holds;.*\(line 1, column 5\)$/,
      ) as never,
    ],
  ],
])("%s is only a warning", (_, row, warnings) => {
  expect(found([row])).toEqual({ problems: [], warnings });
});

test("attributes that this directory never holds are told, custom ones are taken at their word", () => {
  const facts = { ...nothingKnown, held: { User: ["userPrincipalName", "jobTitle"], Group: null } };
  expect(found([{ ...more, from: "ToLower([employeeId])" }], undefined, facts).warnings).toEqual([
    `${at}.source.expression: This directory never has a value of [employeeId], so it counts as empty. Map another attribute.`,
  ]);
  const custom = `extension_${"0".repeat(32)}_badge`;
  for (const from of [`[${custom}]`, `ToLower([${custom}])`, "[jobTitle]", "[objectId]"])
    expect(found([{ ...more, from }], undefined, facts)).toEqual(clean);
});

test("users have to be mapped, and what is switched off is checked as far as it will matter", () => {
  const off = found([], (rule) => {
    rule.objectMappings[0].enabled = false;
    rule.objectMappings[0].attributeMappings[0].source = sourceOf("[nobodyKnows]");
  });
  expect(off.problems).toEqual([
    ".enabled: The mapping of users is switched off, and unlike that of groups it cannot be. Set enabled to true; pause the job to provision nobody.",
  ]);
  expect(off.warnings).toEqual([
    ".attributeMappings[0].source.name: This is switched off; switched on it would be refused: The source has no attribute nobodyKnows; names are case-sensitive. Add it to the source's attribute list.",
  ]);
  const none = found([], (rule) => {
    rule.objectMappings = [];
  });
  expect(none.problems).toEqual([
    "$.synchronizationRules: No rule maps users. Add an object mapping whose sourceObjectName is User.",
  ]);
});

test("nobody can be disabled without IsSoftDeleted, and nothing done without an action", () => {
  expect(report(documentOf([login])).warnings).toEqual([
    ".attributeMappings: No mapping that flows on updates reads IsSoftDeleted, so nobody's account is disabled when they leave. Map active to Not([IsSoftDeleted]).",
  ]);
  const idle = found([], (rule) => {
    rule.objectMappings[0].flowTypes = "None";
  });
  expect(idle.warnings).toEqual([
    ".flowTypes: Nothing may be done with Users: neither Add nor Update nor Delete is allowed. Allow one of them, or switch the mapping off.",
  ]);
});

test("what would be passed over and reach more people is a problem, what merely has no effect a warning", () => {
  const given = found([], (rule) => {
    rule.containerFilter = { includedContainers: ["OU=Sales"] };
    rule.groupFilter = { includedGroups: [] };
    rule.objectMappings[0].metadata = [
      { key: "EscrowBehavior", value: "Default" },
      { key: "Disposition", value: "Discard" },
      { key: "SomethingOfTheirs", value: "x" },
    ];
    rule.objectMappings[0].scope = {
      groups: [],
      inputFilterGroups: [{ name: "i", clauses: [{ sourceOperandName: "city", operatorName: "IS NULL" }] }],
    };
    rule.objectMappings.push({ ...structuredClone(rule.objectMappings[0]), name: "Again", metadata: [], scope: null });
  });
  expect(given.problems).toEqual([
    "$.synchronizationRules[0].containerFilter: A containerFilter is not supported: it would be passed over, and more people would be provisioned. Use a scoping filter of the object mapping instead, and set this to null.",
    ".scope.inputFilterGroups: inputFilterGroups is experimental and not supported: it would be passed over, and more people would be provisioned. Move its clauses to groups.",
  ]);
  expect(given.warnings).toEqual([
    ".metadata[1]: Disposition is kept but has no effect here.",
    expect.stringMatching(
      /^\$\.synchronizationRules\[0\]\.objectMappings\[1\]: Of several mappings of Users the one of the rule with the lowest priority number is used, which is /,
    ),
  ]);
});

type Asked = readonly [attribute: string, operator: string, ...values: string[]];

const filtered = (...[sourceOperandName, operatorName, ...values]: Asked) =>
  found([], (rule) => {
    const clauses = [{ sourceOperandName, operatorName, targetOperand: { values } }];
    rule.objectMappings[0].scope = { groups: [{ name: "f", clauses }] };
  });

test.each<[attribute: string, operator: string, ...values: string[]]>([
  ["department", "EQUALS", "Sales"],
  ["department", "not equals", "Sales"],
  ["department", "Includes", "a"],
  ["department", "IS NULL"],
  ["department", "IS NOT NULL", ""],
  ["accountEnabled", "IS TRUE"],
  ["accountEnabled", "EQUALS", "True"],
  ["employeeId", "GREATER_THAN", "7"],
  ["floor", "Greater_Than_OR_EQUALS", "9007199254740993"],
  ["floor", "REGEX MATCH", "[1-9]"],
  ["objectId", "EQUALS", "u1"],
  ["proxyAddresses", "IS NULL"],
  ["hiredAt", "IS NOT NULL"],
  [`extension_${"a".repeat(32)}_x`, "EQUALS", "1"],
])("the clause %s %s %s is fine", (attribute, operator, ...values) => {
  expect(filtered(attribute, operator, ...values)).toEqual(clean);
});

const clause = ".scope.groups[0].clauses[0]";
test.each<[asked: Asked, problem: string]>([
  [
    ["departmnt", "EQUALS", "x"],
    ".sourceOperandName: The source has no attribute departmnt; names are case-sensitive. Did you mean [department]?",
  ],
  [
    ["members", "EQUALS", "x"],
    ".sourceOperandName: Membership of a group cannot be filtered by; assign the group instead.",
  ],
  [
    ["manager", "EQUALS", "x"],
    ".sourceOperandName: References such as manager cannot be filtered by; use an attribute of the person.",
  ],
  [
    ["appRoleAssignments", "EQUALS", "x"],
    ".sourceOperandName: Roles cannot be filtered by; assign the role to whom it is meant for.",
  ],
  [
    ["IsSoftDeleted", "IS TRUE"],
    ".sourceOperandName: IsSoftDeleted follows from the filters, so no filter can ask for it; use accountEnabled.",
  ],
  [
    ["proxyAddresses", "Includes", "x"],
    ".sourceOperandName: [proxyAddresses] has several values, and filters judge single ones. Only IS NULL and IS NOT NULL can be asked of it.",
  ],
  [
    ["accountEnabled", "REGEX MATCH", "T.*"],
    ".operatorName: REGEX MATCH does not go with [accountEnabled], which is of type Boolean. Use IS TRUE, IS FALSE, EQUALS or NOT EQUALS.",
  ],
  [
    ["accountEnabled", "EQUALS", "yes"],
    ".targetOperand.values: [accountEnabled] is a Boolean: compare it with True or False, or ask IS TRUE.",
  ],
  [["floor", "IS TRUE"], ".operatorName: IS TRUE asks a Boolean, and [floor] is of type Integer. Use EQUALS."],
  [
    ["hiredAt", "Greater_Than", "1"],
    ".operatorName: Greater_Than does not go with [hiredAt], which is of type DateTime. Only IS NULL and IS NOT NULL can be asked of it.",
  ],
  [
    ["floor", "Greater_Than", "six"],
    '.targetOperand.values: Greater_Than compares whole numbers from 0 up, and "six" is none.',
  ],
  [["department", "IS NULL", "x"], '.targetOperand.values: IS NULL takes no value. Remove "x", or use EQUALS.'],
  [
    ["department", "EQUALS", "a", "b"],
    ".targetOperand.values: No value equals several others. Make a group of clauses for each of them, or use REGEX MATCH.",
  ],
  [
    ["department", "EQUALS", ""],
    ".targetOperand.values: An empty value equals nothing, because every clause but IS NULL fails on it. Use IS NULL.",
  ],
  [["department", "EQUALS"], ": EQUALS needs a value to compare [department] with."],
  [
    ["department", "LIKE", "x"],
    ": 'LIKE' is not an operator. Use one of: EQUALS, NOT EQUALS, Includes, ENDS_WITH, REGEX MATCH, NOT REGEX MATCH, Greater_Than, Greater_Than_OR_EQUALS, IS TRUE, IS FALSE, IS NULL, IS NOT NULL, &, !&.",
  ],
])("the clause %j is refused", (asked, problem) => {
  expect(filtered(...asked).problems).toEqual([`${clause}${problem}`]);
});

test("a pattern that cannot run is a problem, several values of another operator only a warning", () => {
  expect(filtered("department", "REGEX MATCH", "(a)\\1").problems).toEqual([
    expect.stringMatching(/^\.scope\.groups\[0\]\.clauses\[0\]: The pattern "\(a\)\\\\1" cannot be used: /),
  ]);
  expect(filtered("department", "Includes", "a", "b")).toEqual({
    problems: [],
    warnings: [
      `${clause}.targetOperand.values: Of several values all must hold for Includes. Make a group of clauses for each if one is enough.`,
    ],
  });
});

test("the members of a group refer to people, whose mapping has to be on", () => {
  const groups = (usersOn: boolean, bend: (mapping: { attributeMappings: object[] }) => void = () => undefined) =>
    found([], (rule, document) => {
      const attribute = (name: string, more: object = {}) => ({
        ...document.directories[1].objects[0].attributes[1],
        name,
        ...more,
      });
      const members = attribute("members", {
        type: "Reference",
        multivalued: true,
        referencedObjects: [
          { referencedObjectName: rule.objectMappings[0].targetObjectName, referencedProperty: "id" },
        ],
      });
      document.directories[0].objects.push({
        name: "Group",
        attributes: [attribute("displayName"), { ...members, referencedObjects: [] }],
      });
      document.directories[1].objects.push({ name: "Team", attributes: [attribute("displayName"), members] });
      const mapping = {
        ...rule.objectMappings[0],
        name: "Groups",
        sourceObjectName: "Group",
        targetObjectName: "Team",
        attributeMappings: [
          { targetAttributeName: "displayName", source: sourceOf("[displayName]"), matchingPriority: 1 },
          { targetAttributeName: "members", source: sourceOf("[members]") },
        ],
      };
      bend(mapping);
      rule.objectMappings[0].enabled = usersOn;
      rule.objectMappings.push(mapping);
    });
  expect(groups(true)).toEqual(clean);
  const path = "$.synchronizationRules[0].objectMappings[1].attributeMappings[1]";
  expect(groups(false).problems).toEqual([
    expect.stringMatching(/^\.enabled: The mapping of users is switched off/),
    expect.stringMatching(
      /^\$\.synchronizationRules\[0\]\.objectMappings\[1\]\.attributeMappings\[1\]\.targetAttributeName: members refers to urn:.*, of which none is provisioned/,
    ),
  ]);
  const once = groups(true, ({ attributeMappings }) => {
    Object.assign(attributeMappings[1]!, { flowType: "ObjectAddOnly" });
  });
  expect(once).toEqual({
    problems: [],
    warnings: [
      `${path}.flowType: Members get their accounts after the group has its own, so ObjectAddOnly cannot be told from MultiValueAddOnly and does the same: members are added and never removed.`,
    ],
  });
  const misplaced = groups(true, ({ attributeMappings }) => {
    Object.assign(attributeMappings[1]!, { source: sourceOf("[displayName]") });
  });
  expect(misplaced.problems).toEqual([
    `${path}.source.name: members refers to another object, so it takes a reference such as [manager], and nothing else. Map a reference, or make the attribute a String.`,
  ]);
});

test("everything is told at once, and a document with nothing but warnings compiles", () => {
  const bad = found([
    { ...more, from: "[departmnt]" },
    { to: "title", from: '"maybe"', target: { type: "Boolean" } },
    { to: "id", from: "[objectIdd]", target: null },
  ]);
  expect(bad.problems.map((problem) => problem.split(":")[0])).toEqual([
    ".attributeMappings[2].source.name",
    ".attributeMappings[3].source.expression",
    ".attributeMappings[4].targetAttributeName",
    ".attributeMappings[4].source.name",
  ]);
  const document = documentOf([
    login,
    { ...more, members: { nullBehaviour: "default", exportMissingReferences: true } },
  ]);
  expect(report(document).problems).toEqual([]);
  expect(report(document).warnings).toHaveLength(3);
  expect(compileSchema(document).ok).toBe(true);
  // What only a save refuses does not stop a job that has it.
  const refused = documentOf([login, active, { ...more, from: "[departmnt]" }]);
  expect(report(refused).problems).toHaveLength(1);
  expect(compileSchema(refused).ok).toBe(true);
  expect(readSchemaDocument(refused)).toEqual({ ok: true, document: refused });
});

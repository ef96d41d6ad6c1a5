import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { defaultSchema, getTemplate, listTemplates } from "#apps";
import { checkExpression } from "./check.ts";
import type { SchemaAttribute, SchemaType, TargetAttribute } from "./findings.ts";
import { fromGraphSource } from "./graph-form.ts";
import { evaluateLine } from "./line.ts";
import { parseExpression } from "./parser.ts";
import { attributesRead } from "./tree.ts";

const single = (type: SchemaType): SchemaAttribute => ({ type, multivalued: false });
const several = (type: SchemaType): SchemaAttribute => ({ type, multivalued: true });

const source: ReadonlyMap<string, SchemaAttribute> = new Map([
  ["mail", single("String")],
  ["number", single("Integer")],
  ["IsSoftDeleted", single("Boolean")],
  ["hired", single("DateTime")],
  ["photo", single("Binary")],
  ["manager", single("Reference")],
  ["members", several("Reference")],
  ["proxyAddresses", several("String")],
  ["appRoleAssignments", several("String")],
]);

/** What the check says of an expression: `!` and a code for a problem, `?` and a code for a warning, each with its place. */
function found(text: string, target?: TargetAttribute, from = source): readonly string[] {
  const parsed = parseExpression(text, { allowBare: true });
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
  const report = checkExpression(parsed.tree, { source: from, ...(target === undefined ? {} : { target }) });
  return [
    ...report.problems.map(({ code, position }) => `!${code} ${position.offset}`),
    ...report.warnings.map(({ code, position }) => `?${code} ${position.offset}`),
  ];
}

const target = (type: SchemaType, more: Partial<TargetAttribute> = {}): TargetAttribute => ({
  name: "x",
  type,
  multivalued: false,
  ...more,
});

test.each<[text: string, found: readonly string[]]>([
  ['Append([Mail], "x")', ["!unknown-attribute 7"]],
  ['IIF([mail]="", Append("\\d", [mail]), "y")', ["?null-test-in-condition 4", "?loose-escape 23"]],
  ['Switch(IsPresent([mail]), , "True", "x")', ["?presence-as-switch-source 7"]],
  // References
  ['Switch([manager], , "a", "b")', ["!unsupported-reference 7"]],
  ['Switch([mail], , [manager], "b")', ["!unsupported-reference 17"]],
  ['IIF([manager] <> "a", "b", "c")', ["!unsupported-reference 4"]],
  ['IIF([manager], "b", "c")', ["!unsupported-reference 4"]],
  ['Append([manager], "a")', ["?reference-as-text 7"]],
  ["CStr([manager])", []],
  ["Coalesce([manager], [mail])", []],
  // Lists
  ["ToLower([proxyAddresses])", ["?many-values 8"]],
  ['ToLower(Coalesce([mail], Split("a,b", ",")))', ["!not-single-valued 25"]],
  ['ToLower(Coalesce([mail], Split("a", ",")))', []],
  ['Append(Item([proxyAddresses], 1), Join(",", [proxyAddresses]))', []],
  ['CBool([proxyAddresses] = "a")', ["?many-values 6"]],
  ['Switch([proxyAddresses], , "a", "b")', ["?many-values 7"]],
  ['SelectUniqueValue([proxyAddresses], Append([mail], "1"))', ["?many-values 18"]],
  ["Count(RemoveDuplicates([proxyAddresses]))", []],
  // Types that never fit
  ["Left([mail], [IsSoftDeleted])", ["!not-a-number 13"]],
  ["Left([mail], CDate([hired]))", ["!not-a-number 13"]],
  ["Left([mail], [hired])", []],
  ["CDate([number])", ["!not-a-date 6"]],
  ["NumFromDate(IsPresent([mail]))", ["!not-a-date 12"]],
  ["IIF(Now(), 1, 2)", ["!not-a-condition 4"]],
  ["SingleAppRoleAssignment([number])", ["!not-roles 24"]],
  ['Join(",", [appRoleAssignments])', ["!not-single-valued 10"]],
  ['Join(",", AppRoleAssignments([appRoleAssignments]))', []],
  // Constants that are judged at once, in every branch that some object reaches
  ['DateAdd("x", 1, [hired])', ["!bad-interval 8"]],
  ['DateAdd(Switch([mail], "d", "a", "month"), 1, [hired])', ["!bad-interval 33"]],
  ['DateAdd("d", "one", [hired])', ["!not-a-number 13"]],
  ['FormatDateTime([mail], , "q", "yyyy")', ["!bad-format 25"]],
  ['FormatDateTime([mail], "Roundtrip", "yyyy", "yy")', ["!bad-format 23"]],
  ['Append([mail], FormatDateTime("1/2/2025", , "yyyy", "yy"))', ["!format-mismatch 30"]],
  ['ToUpper([mail], "tr_TR")', ["!bad-culture 16"]],
  ["Item([proxyAddresses], 0)", ["!out-of-range 23"]],
  ['Split([mail], "")', ["!bad-delimiter 14"]],
  ['Replace([mail], , Append("(", "a"), , "b", , )', ["!bad-pattern 18"]],
  ["RandomString(300, 0, 0, 0, 0)", ["!bad-length 13"]],
  ["RandomString([number], 1, 1, 1, 1)", []],
  ['Append([mail], CDate("soon"))', ["!not-a-date 21"]],
  ['Coalesce([hired], DateAdd("yyyy", 9000, Now()))', []],
  // Branches that no object reaches
  ['IIF("a" = "b", DateAdd("x", 1, [hired]), [mail])', []],
  ['IIF("a" = "a", DateAdd("x", 1, [hired]), [mail])', ["!bad-interval 23"]],
  ['Switch("k", DateAdd("x", 1, [hired]), "k", [mail], "l", DateAdd("y", 1, [hired]))', []],
  ['Switch("k", DateAdd("x", 1, [hired]), [mail], "v")', ["!bad-interval 20"]],
  ['Coalesce("a", DateAdd("x", 1, [hired]))', []],
  ['Switch([IsSoftDeleted], , "true", "a", "True", "b")', ["?key-never-matches 26"]],
  ['Switch([IsSoftDeleted], , "True", "a", "False", "b", "", "c")', []],
  ['Switch([mail], , "a", "b", "a", "c")', ["?repeated-key 27"]],
  // Unique values
  ['SelectUniqueValue([mail], [mail], "everybody")', ["?repeated-rule 26", "?constant-rule 34"]],
])("%s: %j", (text, expected) => {
  expect(found(text)).toEqual(expected);
});

test.each<[text: string, target: TargetAttribute, found: readonly string[]]>([
  ['Switch([IsSoftDeleted], , "False", "True", "True", "False")', target("Boolean"), []],
  ['Switch([mail], "yes", "a", "true", "b", "")', target("Boolean"), ["!wrong-type 15", "!wrong-type 40"]],
  [
    'Switch([IsSoftDeleted], "no", "yes", "yes", "True", "True")',
    target("Boolean"),
    ["!wrong-type 24", "?key-never-matches 30"],
  ],
  ["Not([IsSoftDeleted])", target("Boolean"), []],
  ["Count([proxyAddresses])", target("Boolean"), ["!wrong-type 0"]],
  ["[number]", target("Boolean"), ["!wrong-type 0"]],
  ["[mail]", target("Boolean"), []],
  ['"True"', target("Boolean"), []],
  ['"1"', target("Integer"), []],
  ['"1.5"', target("Integer"), ["!wrong-type 0"]],
  ["IsPresent([mail])", target("Integer"), ["!wrong-type 0"]],
  ["CDate([mail])", target("Integer"), ["!wrong-type 0"]],
  ["CDate([mail])", target("DateTime"), []],
  ['"2020-03-16"', target("DateTime"), []],
  ['Coalesce([hired], "never")', target("DateTime"), ["!wrong-type 18"]],
  ["NumFromDate([hired])", target("DateTime"), ["!wrong-type 0"]],
  ["[manager]", target("Reference"), []],
  ["[manager]", target("String"), ["?reference-as-text 0"]],
  ["[members]", target("Reference", { multivalued: true }), []],
  ["[number]", target("Reference"), ["!wrong-type 0"]],
  ["[number]", target("String"), []],
  ["[hired]", target("String"), []],
  ["[hired]", target("DateTime"), []],
  ["[hired]", target("Boolean"), ["!wrong-type 0"]],
  ["[number]", target("Binary"), ["!wrong-type 0"]],
  ["[proxyAddresses]", target("String"), ["?many-values 0"]],
  ["[proxyAddresses]", target("String", { multivalued: true }), []],
  ['Split("a,b", ",")', target("String"), ["!not-single-valued 0"]],
  ["AppRoleAssignmentsComplex([appRoleAssignments])", target("String", { multivalued: true }), []],
  ["AppRoleAssignmentsComplex([appRoleAssignments])", target("String"), ["!wrong-type 0"]],
  ["[appRoleAssignments]", target("String", { multivalued: true }), ["?roles-without-function 0"]],
  ['IgnoreFlowIfNullOrEmpty(Redact(Coalesce([mail], "x")))', target("Integer"), ["!wrong-type 48"]],
  [
    'SelectUniqueValue([mail], Append([mail], "1"))',
    target("String", { matching: true, creationOnly: false }),
    ["!matching-unique-value 0", "?unique-value-at-update 0"],
  ],
  ['SelectUniqueValue([mail], Append([mail], "1"))', target("String", { creationOnly: true }), []],
])("%s for %j: %j", (text, given, expected) => {
  expect(found(text, given)).toEqual(expected);
});

test("a warning says what it is about and what to do", () => {
  const parsed = parseExpression("ToLower([proxyAddresses])");
  expect(parsed.ok && checkExpression(parsed.tree, { source }).warnings).toEqual([
    {
      code: "many-values",
      message:
        "ToLower takes a single value as source; [proxyAddresses] may hold several: pick one with Item or put them together with Join.",
      position: { offset: 8, line: 1, column: 9 },
    },
  ]);
});

interface Vector {
  readonly id: string;
  readonly expression: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const file = new URL("../../../test/fixtures/expressions.json", import.meta.url);
const vectors: readonly Vector[] = JSON.parse(readFileSync(file, "utf8"));

function typeOf(value: unknown): SchemaAttribute {
  if (Array.isArray(value)) return several("String");
  return single(typeof value === "boolean" ? "Boolean" : typeof value === "number" ? "Integer" : "String");
}

test("no documented expression that has a value is refused", () => {
  const context = { now: "2025-01-01T00:00:00Z", random: (count: number) => new Uint8Array(count) };
  const refused = vectors.flatMap((vector) => {
    const answer = evaluateLine(vector, context);
    const parsed = parseExpression(vector.expression);
    if ("error" in answer || !parsed.ok) return [];
    const types = new Map([...attributesRead(parsed.tree)].map((name) => [name, typeOf(vector.attributes[name])]));
    return checkExpression(parsed.tree, { source: types }).problems.map(({ code }) => `${vector.id} ${code}`);
  });
  expect(refused).toEqual([]);
});

test("no template's default mapping has a problem", () => {
  const ids = { schema: "s", userRule: "u", groupRule: "g", sourceDirectory: "d", targetDirectory: "t" };
  const found = listTemplates().flatMap(({ id }) => {
    const template = getTemplate(id);
    const schema = template === null ? null : defaultSchema(template, ids);
    if (schema === null) return [`${id} is missing`];
    const objects = new Map(
      schema.directories.flatMap(({ objects: all }) => all.map(({ name, attributes }) => [name, attributes] as const)),
    );
    return schema.synchronizationRules.flatMap(({ objectMappings }) =>
      objectMappings.flatMap(({ sourceObjectName, targetObjectName, attributeMappings }) => {
        const from = new Map((objects.get(sourceObjectName) ?? []).map((one) => [one.name, one] as const));
        const to = new Map((objects.get(targetObjectName) ?? []).map((one) => [one.name, one] as const));
        return attributeMappings.flatMap((mapping) => {
          const parsed = fromGraphSource(mapping.source);
          const known = to.get(mapping.targetAttributeName);
          if (!parsed.ok || known === undefined) return [`${id} ${mapping.targetAttributeName} is unknown`];
          const { problems } = checkExpression(parsed.tree, {
            source: from,
            target: { ...known, matching: mapping.matchingPriority > 0 },
          });
          return problems.map(({ message }) => `${id} ${mapping.targetAttributeName}: ${message}`);
        });
      }),
    );
  });
  expect(found).toEqual([]);
});

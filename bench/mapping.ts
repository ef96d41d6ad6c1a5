// node bench/mapping.ts [--json]
// Maps objects on one core, beside hand-written JavaScript that makes the same result of the same objects:
// - the default schema of ThousandEyes, of which two mappings are expressions (aim 100,000 objects/s);
// - fifty mappings, each an expression of nested calls (aim 10,000 objects/s);
// - the same with a regular expression in five of them, which the linear-time engine pays for.
// Each figure is the best of several rounds, as whatever else the machine does can only slow a loop down. A ratio of 1 would
// be as fast as the hand-written loop.
import { parseArgs } from "node:util";
import { defaultSchema, getTemplate } from "#apps";
import {
  type AttributeMapping,
  type CompiledObjectMapping,
  compileSchema,
  type DesiredAttribute,
  type DesiredObject,
  mapObject,
  type ScopedObject,
  type SynchronizationSchema,
  scopeObject,
} from "#core";
import { parseExpression, toGraphSource } from "#core/expressions";

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const people = 1_000;
const rounds = 7;
/** How long a round lasts, in milliseconds. */
const roundLength = 300;
const drawn = { now: "2026-11-24T08:00:00Z", random: new Uint8Array(0) };

type Attributes = Readonly<Record<string, string | boolean>>;

const departments = ["Sales", "IT", "Finance", "Legal"];
const cities = ["Ulm", "Graz", "Basel"];

const attributesOf = (index: number): Attributes => ({
  userPrincipalName: `person${index}@example.org`,
  mail: `person.${index}@example.org`,
  mailNickname: `person${index}`,
  displayName: `Person ${index}`,
  givenName: `Given${index}`,
  surname: `Sur${index}`,
  department: departments[index % departments.length]!,
  city: cities[index % cities.length]!,
  employeeId: String(100_000 + index),
  telephoneNumber: `+49 731 ${index}`,
  accountEnabled: true,
});

const objects: readonly ScopedObject[] = Array.from({ length: people }, (_, index) =>
  scopeObject(
    { type: "User", id: `u${index}`, attributes: attributesOf(index), manager: null, presence: "present" },
    [],
    {
      syncAll: true,
      filters: [],
    },
  ),
);

const template = getTemplate("thousandeyes");
if (template === null) throw new Error("the template is missing");
const schema = defaultSchema(template, {
  schema: "job",
  userRule: "users",
  groupRule: "groups",
  sourceDirectory: "source",
  targetDirectory: "target",
});

const compiled = (document: SynchronizationSchema): CompiledObjectMapping => {
  const result = compileSchema(document);
  if (!result.ok || result.schema.users === null) throw new Error(JSON.stringify(result));
  return result.schema.users;
};

/** The default schema with these mappings in place of its own. */
const schemaWith = (mappings: readonly AttributeMapping[]): SynchronizationSchema => ({
  ...schema,
  synchronizationRules: schema.synchronizationRules.slice(0, 1).map((rule) => ({
    ...rule,
    objectMappings: rule.objectMappings.map((mapping) => ({ ...mapping, attributeMappings: mappings })),
  })),
});

type Read = (name: string) => string;
/** An expression, and a function that a programmer would write in its place. */
type Pair = readonly [expression: string, byHand: (read: Read) => string];

const nestedPairs = (variant: number): readonly Pair[] => [
  [
    `Switch([department], "none", "Sales", Append("S${variant}-", Left([employeeId], 4)), "IT", Join("-", "it", ToLower([city])))`,
    (read) => {
      const department = read("department");
      if (department === "Sales") return `S${variant}-${read("employeeId").slice(0, 4)}`;
      return department === "IT" ? ["it", read("city").toLowerCase()].filter(Boolean).join("-") : "none";
    },
  ],
  [
    `IIF([city] = "Ulm", ToLower([mail]), Append(ToLower([mailNickname]), "@${variant}.example.com"))`,
    (read) =>
      read("city") === "Ulm"
        ? read("mail").toLowerCase()
        : `${read("mailNickname").toLowerCase()}@${variant}.example.com`,
  ],
  [
    `Join(" ", ToUpper([surname]), Coalesce([givenName], "-"), "${variant}")`,
    (read) => [read("surname").toUpperCase(), read("givenName"), String(variant)].filter(Boolean).join(" "),
  ],
  [
    `Replace(StripSpaces(Append([telephoneNumber], " ${variant}")), "+", , , "00", , )`,
    (read) => `${read("telephoneNumber")} ${variant}`.replaceAll(" ", "").replaceAll("+", "00"),
  ],
  [
    `Mid(Append([givenName], [surname]), ${1 + (variant % 3)}, InStr([userPrincipalName], "@"))`,
    (read) => {
      const text = read("givenName") + read("surname");
      const start = variant % 3;
      return text.slice(start, start + read("userPrincipalName").indexOf("@") + 1);
    },
  ],
];

const patternPair = (variant: number): Pair => [
  `Replace(Append([telephoneNumber], "-${variant}"), , "[^0-9]+", , "", , )`,
  (read) => `${read("telephoneNumber")}-${variant}`.replace(/[^0-9]+/g, ""),
];

const mappingOf = ([expression]: Pair, index: number): AttributeMapping => {
  const parsed = parseExpression(expression);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return {
    targetAttributeName: `custom${index}`,
    source: toGraphSource(parsed.tree),
    defaultValue: null,
    matchingPriority: index === 0 ? 1 : 0,
    flowBehavior: "FlowWhenChanged",
    flowType: "Always",
    exportMissingReferences: false,
  };
};

/** What the default schema gives, written by hand. */
const defaultByHand = ({ source: { attributes }, active }: ScopedObject): DesiredObject => {
  const text = (name: string) => (attributes[name] as string | undefined) ?? "";
  const login = text("userPrincipalName");
  const common = { when: "always", caseExact: false, multivalued: false } as const;
  const placed: readonly (readonly [path: string, value: string | boolean, origin: string])[] = [
    ["userName", login, "[userPrincipalName]"],
    ["active", active, 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'],
    ["displayName", text("displayName"), "[displayName]"],
    ['emails[type eq "work"].value', text("mail"), "[mail]"],
    ["externalId", text("mailNickname"), "[mailNickname]"],
    [
      "name.formatted",
      [text("givenName"), text("surname")].filter(Boolean).join(" "),
      'Join(" ", [givenName], [surname])',
    ],
  ];
  const given: DesiredAttribute[] = [];
  for (const [path, value, origin] of placed) if (value !== "") given.push({ path, value, origin, ...common });
  return { attributes: given, matching: [{ path: "userName", value: login }], missing: [] };
};

/** What these pairs give, written by hand. */
const pairsByHand = (pairs: readonly Pair[]) => {
  const rows = pairs.map(([expression, byHand], index) => ({
    path: `custom${index}`,
    origin: canonical(expression),
    byHand,
  }));
  return ({ source: { attributes } }: ScopedObject): DesiredObject => {
    const read: Read = (name) => (attributes[name] as string | undefined) ?? "";
    const given = rows.map(({ path, origin, byHand }): DesiredAttribute => {
      return { path, value: byHand(read), origin, when: "always", caseExact: false, multivalued: false };
    });
    return { attributes: given, matching: [{ path: "custom0", value: given[0]!.value as string }], missing: [] };
  };
};

const canonical = (expression: string): string => {
  const parsed = parseExpression(expression);
  return parsed.ok ? toGraphSource(parsed.tree).expression : "";
};

/** Objects a second. */
const speedOf = (work: (object: ScopedObject) => unknown): number => {
  let best = 0;
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    let done = 0;
    let seconds = 0;
    while (seconds * 1000 < roundLength) {
      for (const object of objects) work(object);
      done += objects.length;
      seconds = (performance.now() - began) / 1000;
    }
    best = Math.max(best, done / seconds);
  }
  return best;
};

interface MappingFigures {
  readonly label: string;
  readonly aim: number | null;
  readonly objectsPerSecond: number;
  readonly byHandPerSecond: number;
}

const measure = (
  label: string,
  aim: number | null,
  mapping: CompiledObjectMapping,
  byHand: (object: ScopedObject) => DesiredObject,
): MappingFigures => {
  const mapped = (object: ScopedObject) => mapObject(object, mapping, drawn);
  for (const object of objects) {
    const result = mapped(object);
    if (!result.ok || sorted(result.object) !== sorted(byHand(object))) {
      throw new Error(`${label}: the loops differ: ${JSON.stringify(result)} ${JSON.stringify(byHand(object))}`);
    }
  }
  return { label, aim, objectsPerSecond: speedOf(mapped), byHandPerSecond: speedOf(byHand) };
};

/** An object as text, whatever the order of its attributes and their members. */
const sorted = ({ attributes, matching, missing }: DesiredObject): string =>
  JSON.stringify([
    attributes.map(({ path, value, origin, when }) => JSON.stringify([path, value, origin, when])).sort(),
    matching,
    missing,
  ]);

const nested = Array.from({ length: 10 }, (_, variant) => nestedPairs(variant)).flat();
const withPatterns = nested.map((pair, index) => (index % 10 === 3 ? patternPair(index) : pair));
const all: readonly MappingFigures[] = [
  measure("default schema of ThousandEyes", 100_000, compiled(schema), defaultByHand),
  ...(
    [
      ["50 nested expressions", 10_000, nested],
      ["50 nested expressions, 5 with a pattern", null, withPatterns],
    ] as const
  ).map(([label, aim, pairs]) => measure(label, aim, compiled(schemaWith(pairs.map(mappingOf))), pairsByHand(pairs))),
];

const row = (label: string, cells: readonly string[]) =>
  `${label.padEnd(42)}${cells.map((cell) => cell.padStart(14)).join("")}`;
const table = [
  row("objects/s on one core", ["mapObject", "aim", "by hand", "ratio"]),
  ...all.map(({ label, aim, objectsPerSecond, byHandPerSecond }) =>
    row(label, [
      objectsPerSecond.toFixed(0),
      aim === null ? "-" : String(aim),
      byHandPerSecond.toFixed(0),
      (objectsPerSecond / byHandPerSecond).toFixed(2),
    ]),
  ),
].join("\n");
process.stdout.write(values.json ? `${JSON.stringify(all)}\n` : `${table}\n`);

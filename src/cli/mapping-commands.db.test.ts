import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { displayWidth } from "./output/text.ts";
import { mappingTestOf, moveOf, schemaAnswerOf, scopeOf, statusOf, testedOf } from "./sample-answers.ts";
import { type Answer, type Asked, openOutput, openServer, type Ran, run, type TestServer } from "./test-shell.ts";

let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const change = {
  path: "$.synchronizationRules[0].objectMappings[0].attributeMappings[2]",
  kind: "added",
  subject: "attributeMapping",
  sentence: "title: is now mapped, from [jobTitle]",
  before: null,
  after: "[jobTitle]",
};
const checked = (changes: object = {}): Answer => ({
  json: { problems: [], warnings: [], changes: [change], ...changes },
});
const saved: Answer = { json: { version: "v1.5", saved: true, changes: [change], warnings: [] } };

const base = "/lockstep/v1/jobs/job-1";
const routesOf = (more: Readonly<Record<string, Answer | ((asked: Asked) => Answer)>> = {}) => ({
  "GET /lockstep/v1/status": { json: statusOf() },
  [`GET ${base}/schema`]: { json: schemaAnswerOf() },
  [`POST ${base}/schema/check`]: checked(),
  [`POST ${base}/scope/preview`]: { json: { value: [scopeOf()] } },
  [`PUT ${base}/schema`]: saved,
  ...more,
});

/** Runs a command against a server with a schema of version v1.4. */
const ask = async (
  args: readonly string[],
  more: Parameters<typeof routesOf>[0] = {},
  changes: Parameters<typeof run>[1] = {},
): Promise<Ran> => {
  await server?.stop();
  server = await openServer(routesOf(more));
  return run([...args, "--data", server.data], changes);
};

const bodies = (route: string) =>
  server!.asked.filter((one) => `${one.method} ${one.url.split("?")[0]}` === route).map((one) => JSON.parse(one.body));
const put = () => bodies(`PUT ${base}/schema`);
// biome-ignore lint/suspicious/noExplicitAny: tests look into documents of every shape
const mappingsOf = (body: any) => body.schema.synchronizationRules[0].objectMappings[0].attributeMappings;

describe("mapping set", () => {
  test("says what changes, saves it over the version that it read, and names the new one", async () => {
    const ran = await ask(["mapping", "set", "TITLE", "--source", "jobTitle", "--default", "Unknown"]);
    expect(ran).toEqual({
      code: 0,
      out: "1 change:\n  + title: is now mapped, from [jobTitle]\n\nSaved as version v1.5. Everybody is evaluated anew, and only real differences are written.\n",
      err: "",
    });
    const [body] = put();
    expect(body).toMatchObject({ expectedVersion: "v1.4", note: "mapping set title" });
    expect(mappingsOf(body)).toHaveLength(3);
    expect(mappingsOf(body)[2]).toMatchObject({
      targetAttributeName: "title",
      source: { type: "Attribute", name: "jobTitle", expression: "[jobTitle]" },
      defaultValue: "Unknown",
      flowType: "Always",
    });
  });

  test.each([
    [["--constant", 'say "hi"'], { source: { type: "Constant", name: 'say "hi"', expression: '"say \\"hi\\""' } }],
    [["--expression", "ToUpper( [mail] )"], { source: { type: "Function", expression: "ToUpper([mail])" } }],
    [["--expression", "[mail]"], { source: { type: "Attribute", name: "mail" } }],
    [["--none", "--default", "x"], { source: null, defaultValue: "x" }],
    [["--no-default"], { source: { name: "displayName" }, defaultValue: null }],
    [
      ["--when", "creation", "--if-null", "clear", "--match", "2"],
      { flowType: "ObjectAddOnly", nullBehaviour: "clear", matchingPriority: 2 },
    ],
    [["--no-default-on-update"], { defaultOnUpdate: false }],
  ] as const)("%j changes that alone of a mapping", async (flags, wanted) => {
    expect((await ask(["mapping", "set", "displayName", ...flags])).code).toBe(0);
    const mappings = mappingsOf(put()[0]);
    expect(mappings).toHaveLength(2);
    expect(mappings[1]).toMatchObject({ targetAttributeName: "displayName", matchingPriority: 0, ...wanted });
  });

  test.each([
    [["title", "--default", "x"], /^title has no mapping yet: say what it is made from/],
    [["title", "--source", "a", "--constant", "b"], /^Give one of --source, --constant, --expression and --none/],
    [["title"], /^Nothing to change/],
    [["title", "--match", "-1"], /whole number from 0 to 100/],
    [["title", "--default", "a", "--no-default"], /^Give one of --default and --no-default\.\n$/],
    [
      ["title", "--no-default-on-update", "--default-on-update"],
      /^Give one of --default-on-update and --no-default-on-update\.\n$/,
    ],
  ])("%j is wrong use, and nothing is saved", async (args, sentence) => {
    const ran = await ask(["mapping", "set", ...args]);
    expect([ran.code, ran.out, put()]).toEqual([2, "", []]);
    expect(ran.err).toMatch(sentence);
  });

  test("a command that is not there names those that are", async () => {
    const ran = await ask(["mapping", "foo"]);
    expect([ran.code, ran.err]).toEqual([
      2,
      "error: unknown command 'foo'\nThe commands of mapping are: list, test, set, remove, actions, enable, disable.\n",
    ]);
  });

  test("a dry run saves nothing", async () => {
    const ran = await ask(["mapping", "set", "title", "--source", "jobTitle", "--dry-run"]);
    expect([ran.code, put()]).toEqual([0, []]);
    expect(ran.out).toContain("Dry run: nothing was saved.");
    const json = await ask(["mapping", "set", "title", "--source", "jobTitle", "--dry-run", "--json"]);
    expect(JSON.parse(json.out)).toEqual({ saved: false, version: "v1.4", changes: [change], warnings: [], scope: [] });
  });

  test("every problem is named at once, and nothing is saved", async () => {
    const problems = [
      { path: "$.a", message: "The source has no attribute job." },
      { path: "$.b", message: "Nope is unknown." },
    ];
    const more = { [`POST ${base}/schema/check`]: checked({ problems, changes: [] }) };
    const ran = await ask(["mapping", "set", "title", "--expression", "Nope([job])"], more);
    expect(ran).toEqual({
      code: 1,
      out: "",
      err: [
        "Nothing was saved: 2 things are wrong with it.",
        "  The source has no attribute job.",
        "    $.a",
        "  Nope is unknown.",
        "    $.b",
        "  Nope([job])",
        "  ^",
        '  For example: Join(" ", [givenName], [surname])\n',
      ].join("\n"),
    });
    expect(put()).toEqual([]);
    const json = await ask(["mapping", "set", "title", "--expression", "Nope([job])", "--json"], more);
    expect(JSON.parse(json.err).error).toMatchObject({ code: "SchemaInvalid", details: { length: 2 } });
  });

  test("warnings are told and refuse nothing; a change of nothing is not saved", async () => {
    const warnings = [{ path: "$.a", message: "This works, but probably not as meant." }];
    const ran = await ask(["mapping", "set", "title", "--source", "jobTitle"], {
      [`POST ${base}/schema/check`]: checked({ warnings }),
    });
    expect(ran.code).toBe(0);
    expect(ran.out).toContain("1 warning:\n  - This works, but probably not as meant.\n");
    const same = await ask(["mapping", "set", "displayName", "--source", "displayName"], {
      [`POST ${base}/schema/check`]: checked({ changes: [] }),
    });
    expect([same.code, same.out, put()]).toEqual([0, "Nothing would be different, so nothing was saved.\n", []]);
  });

  test("that somebody else saved meanwhile is told", async () => {
    const error = { code: "SchemaChanged", message: "The schema was saved by somebody else meanwhile." };
    const ran = await ask(["mapping", "set", "title", "--source", "jobTitle"], {
      [`PUT ${base}/schema`]: { status: 409, json: { error } },
    });
    expect([ran.code, ran.err]).toEqual([1, "The schema was saved by somebody else meanwhile.\n"]);
  });
});

test("mapping remove, actions and disable change the document alone", async () => {
  await ask(["mapping", "remove", "displayname"]);
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents of every shape
  expect(mappingsOf(put()[0]).map((one: any) => one.targetAttributeName)).toEqual(["userName"]);
  const absent = await ask(["mapping", "remove", "title"]);
  expect([absent.code, absent.err]).toEqual([1, "title has no mapping. Mapped are: userName, displayName.\n"]);
  await ask(["mapping", "actions", "--delete", "no"]);
  expect(put()[0].schema.synchronizationRules[0].objectMappings[0].flowTypes).toBe("Add, Update");
  expect((await ask(["mapping", "actions"])).code).toBe(2);
  const answer = schemaAnswerOf();
  const groups = {
    [`GET ${base}/schema`]: { json: { ...answer, objects: [{ ...answer.objects[0], type: "Group" }] } },
  };
  expect((await ask(["mapping", "disable", "--group-objects"], groups)).code).toBe(0);
  expect(put()[0].schema.synchronizationRules[0].objectMappings[0].enabled).toBe(false);
  const none = await ask(["mapping", "enable", "--group-objects"]);
  expect([none.code, none.err]).toEqual([1, "This app does not provision groups.\n"]);
  const users = await ask(["mapping", "disable"]);
  expect([users.code, users.err]).toEqual([2, expect.stringMatching(/^Say --group-objects\./)]);
});

test("mapping list shows what each attribute is made from", async () => {
  const ran = await ask(["mapping", "list"]);
  expect(ran.out.split("\n")).toEqual([
    "Users  create, update, delete",
    "ATTRIBUTE    SOURCE               WRITTEN  MATCH",
    "userName     [userPrincipalName]  always       1",
    "displayName  [displayName]        always",
    "",
    "Version v1.4.",
    "",
  ]);
  expect(JSON.parse((await ask(["mapping", "list", "--json"])).out)).toMatchObject({
    version: "v1.4",
    value: [{ type: "User", enabled: true, attributeMappings: { length: 2 } }],
  });
});

describe("mapping test", () => {
  const route = `POST ${base}/mapping/test`;
  const long = "Łódź 東京 ".repeat(20).trim();
  const result = mappingTestOf({
    mappings: [
      testedOf("displayName", { value: "李 Åda\u001b[31m", present: "Ada", outcome: "change" }),
      testedOf('emails[type eq "work"].value', { value: long, present: null, outcome: "add" }),
      testedOf("title", {
        value: null,
        outcome: "failed",
        present: null,
        message: "The mapping of title has no value.",
      }),
    ],
  });

  test("shows value, source, present value and outcome; a failed mapping is exit code 1", async () => {
    const ran = await ask(["mapping", "test", "--user", "ada"], { [route]: { json: result } });
    expect([ran.code, ran.err]).toEqual([1, ""]);
    expect(bodies(route)).toEqual([{ user: "ada" }]);
    const lines = ran.out.split("\n");
    expect(lines.slice(0, 4)).toEqual([
      "Ada Berg",
      "The account of Ada Berg would be updated.",
      "Compared with the account account-1.",
      "",
    ]);
    expect(lines[4]).toMatch(/^ATTRIBUTE +WOULD BE +FROM +IS NOW$/);
    expect(lines[5]).toMatch(/^displayName +"李 Åda\\u001b\[31m" +\[displayName\] +"Ada" +change$/);
    expect(lines.at(-2)).toBe("title: The mapping of title has no value.");
    expect(ran.out).not.toContain("\u001b");
  });

  test("a narrow terminal gets no line wider than itself, and every value whole", async () => {
    for (const columns of [60, 80, 120]) {
      const stdout = openOutput({ columns });
      await ask(
        ["mapping", "test", "--user", "ada"],
        { [route]: { json: result } },
        { stdout, env: { NO_COLOR: "1" } },
      );
      const text = stdout.written.join("");
      for (const line of text.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
      expect(text.replace(/\s+/g, " ")).toContain(long);
    }
  });

  test("a document of a file is tried; who is meant must be said", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lockstep-mapping-"));
    try {
      await writeFile(join(folder, "new.json"), '{"id":"x"}');
      const ran = await ask(
        ["mapping", "test", "--group", "Sales", "--schema", "new.json"],
        { [route]: { json: mappingTestOf() } },
        { cwd: folder },
      );
      expect([ran.code, bodies(route)]).toEqual([0, [{ group: "Sales", schema: { id: "x" } }]]);
      const none = await ask(["mapping", "test", "--user", "a", "--schema", "old.json"], {}, { cwd: folder });
      expect([none.code, none.err]).toEqual([1, expect.stringMatching(/^old\.json is not there\. /)]);
    } finally {
      await rm(folder, { recursive: true });
    }
    expect((await ask(["mapping", "test"])).err).toBe("Name one object: --user WHO or --group NAME.\n");
  });
});

describe("filters", () => {
  const leaving = { count: 2, first: [moveOf("Ada"), moveOf("Bo", { effect: "nothing" })] };
  const entering = { count: 1, first: [moveOf("Cleo", { effect: "create", because: "Cleo passes." })] };
  const preview = scopeOf({ inScopeThen: 3, leaving, entering, guard: "2 accounts would be held." });
  const more = { [`POST ${base}/scope/preview`]: { json: { value: [preview] } } };
  const filter = 'department EQUALS "Legal"';

  test("filter count tells how many are in scope", async () => {
    const ran = await ask(["filter", "count"]);
    expect([ran.code, ran.out]).toEqual([0, "4 of 5 users are in scope.\n"]);
    expect(bodies(`POST ${base}/scope/preview`)).toEqual([{ first: 100 }]);
  });

  test("filter count --filter names who leaves and enters, why, and what becomes of the accounts", async () => {
    const unread = { problems: [{ path: "$.filters.User[0]", message: "No operator.", position: { offset: 11 } }] };
    const bad = await ask(["filter", "set", "--filter", "department EQUAL x"], {
      [`POST ${base}/schema/check`]: checked({ ...unread, changes: [] }),
    });
    expect(bad.err).toContain("    $.filters.User[0]\n  department EQUAL x\n             ^\n");
    const ran = await ask(["filter", "count", "--filter", filter, "--first", "2"], more);
    expect(bodies(`POST ${base}/scope/preview`)).toEqual([{ filters: { User: [filter] }, first: 2 }]);
    expect(ran.out.split("\n")).toEqual([
      "4 of 5 users are in scope now; with this change it would be 3.",
      "",
      "2 users would leave:",
      '  Each of these does not pass the filter "Filter 1": department is "Sales".',
      "    WHO  USER PRINCIPAL NAME  THE ACCOUNT",
      "    Ada  ada@contoso.example  is disabled",
      "    Bo   bo@contoso.example   stays as it is",
      "",
      "2 accounts would be held.",
      "",
      "1 user would enter:",
      "  Cleo passes.",
      "    cleo@contoso.example: the account is made or adopted",
      "",
      `Nothing was saved. To save it: npx lockstep filter set --filter '${filter}'`,
      "",
    ]);
    expect(JSON.parse((await ask(["filter", "count", "--filter", filter, "--json"], more)).out)).toEqual({
      value: [preview],
    });
  });

  test("where somebody leaves, nothing is saved without a word", async () => {
    const silent = await ask(["filter", "set", "--filter", filter], more);
    expect([silent.code, put()]).toEqual([2, []]);
    expect(silent.err).toBe(
      "2 users would leave ThousandEyes; nothing was saved. Say so with --yes, or look with --dry-run.\n",
    );
    const said = await ask(["filter", "set", "--filter", filter, "--yes", "--note", "Legal only"], more);
    expect([said.code, put()]).toEqual([
      0,
      [{ filters: { User: [filter] }, expectedVersion: "v1.4", note: "Legal only" }],
    ]);
    expect(said.out).toContain("Saved as version v1.5. Those who enter or leave are provisioned now");
    const questions: string[] = [];
    const answering = (reply: string) => ({
      ask: async (question: string) => {
        questions.push(question);
        return reply;
      },
    });
    expect((await ask(["filter", "set", "--filter", filter], more, answering("n"))).code).toBe(130);
    expect(put()).toEqual([]);
    expect((await ask(["filter", "set", "--filter", filter], more, answering("y"))).code).toBe(0);
    expect(questions).toEqual(Array(2).fill("2 users would leave ThousandEyes. Save it? [y/N] "));
    const dry = await ask(["filter", "set", "--filter", filter, "--dry-run"], more);
    expect([dry.code, put()]).toEqual([0, []]);
  });

  test("filter clear lets everybody pass; nobody leaves, so nobody is asked", async () => {
    expect((await ask(["filter", "clear"])).code).toBe(0);
    expect(put()).toEqual([{ filters: { User: [] }, expectedVersion: "v1.4", note: "filter clear" }]);
    expect((await ask(["filter", "set"])).code).toBe(2);
  });

  test("filter list writes filters as filter set takes them", async () => {
    const filters = [{ title: "Lawyers", text: filter }];
    const more = { [`GET ${base}/schema`]: { json: schemaAnswerOf({ filters }) } };
    expect((await ask(["filter", "list"], more)).out).toBe(
      'Users  this must hold\n  department EQUALS "Legal"  (Lawyers)\n',
    );
    expect((await ask(["filter", "list"])).out).toBe("Users  no filter: everybody who is assigned passes\n");
  });
});

test("attributes are listed, added and removed", async () => {
  expect((await ask(["attribute", "list"])).out.split("\n")).toEqual([
    "ATTRIBUTE    TYPE    MAPPED",
    "userName     String  yes     required",
    "displayName  String  yes",
    "title        String",
    "",
  ]);
  expect((await ask(["attribute", "list", "--source"])).out).toContain("jobTitle           String\n");
  await ask(["attribute", "add", "manager", "--reference", "user", "--case-exact"]);
  const [, target] = put()[0].schema.directories;
  expect(target.objects[0].attributes.at(-1)).toMatchObject({
    name: "manager",
    type: "Reference",
    caseExact: true,
    referencedObjects: [{ referencedObjectName: "User" }],
  });
  await ask(["attribute", "remove", "Title"]);
  expect(put()[0].schema.directories[1].objects[0].attributes).toHaveLength(2);
  expect((await ask(["attribute", "remove", "shoe"])).code).toBe(1);
  expect((await ask(["attribute", "add", "x", "--type", "Shoe"])).code).toBe(2);
});

test.each([
  [["attribute", "add", "USERNAME"], "The app's list has userName already."],
  [["attribute", "add", " "], "The name is empty."],
  [["attribute", "add", "a b"], "a b is no attribute path."],
  [["attribute", "add", 'emails[type eq "work"'], "is no attribute path."],
  [
    ["attribute", "remove", "displayName"],
    'displayName is mapped. Remove the mapping first: npx lockstep mapping remove "displayName"',
  ],
  [["mapping", "set", "title", "--expression", ""], "--expression is empty."],
  [["mapping", "set", "title", "--constant", ""], "--constant is empty."],
  [["mapping", "set", "title", "--source", " "], "--source is empty."],
])("%j is refused before anything is sent", async (args, sentence) => {
  const ran = await ask(args);
  expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(sentence)]);
  expect(put()).toEqual([]);
});

describe("schema", () => {
  const inFolder = async (work: (folder: string) => Promise<void>) => {
    const folder = await mkdtemp(join(tmpdir(), "lockstep-schema-"));
    try {
      await work(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  test("export writes the document; import saves a file or standard input", () =>
    inFolder(async (folder) => {
      const document = schemaAnswerOf().schema;
      expect(JSON.parse((await ask(["schema", "export"])).out)).toEqual(document);
      const ran = await ask(["schema", "export", "-o", "s.json"], {}, { cwd: folder });
      expect(ran.out).toBe("Version v1.4 was written to s.json.\n");
      expect(JSON.parse(await readFile(join(folder, "s.json"), "utf8"))).toEqual(document);
      await ask(["schema", "import", "s.json"], {}, { cwd: folder });
      expect(put()).toEqual([{ schema: document, expectedVersion: "v1.4", note: "schema import s.json" }]);
      const stdin = (async function* () {
        yield Buffer.from('{"id":"ł"}').subarray(0, 8);
        yield Buffer.from('{"id":"ł"}').subarray(8);
      })();
      await ask(["schema", "import", "-"], {}, { stdin });
      expect(put()[0].schema).toEqual({ id: "ł" });
      for (const [content, sentence] of [
        ['{"id": ["x"', "ends in the middle: the rest of its JSON is missing. Export or copy it again."],
        ['{"id": "x', "ends in the middle: the rest of its JSON is missing. Export or copy it again."],
        ['{\n  "id": "x",\n}', "is not JSON: the fault is in line 3, column 1. Correct it there."],
        [" \n", "is empty. It has to hold a document as schema export writes it."],
        [Buffer.from("\uFEFF{}", "utf16le"), "is written in UTF-16. Save it as UTF-8."],
        [Buffer.from('{"a":1}', "utf16le"), "is written in UTF-16. Save it as UTF-8."],
      ] as const) {
        await writeFile(join(folder, "bad.json"), content);
        const bad = await ask(["schema", "import", "bad.json"], {}, { cwd: folder });
        expect([bad.code, bad.err, server!.asked]).toEqual([1, `bad.json ${sentence}\n`, []]);
      }
      const none = await ask(["schema", "import", "."], {}, { cwd: folder });
      expect([none.code, none.err]).toEqual([1, ". is a folder. Name the file in it.\n"]);
    }));

  test("an earlier version is read by its name", async () => {
    const old = { ...schemaAnswerOf(), version: "v1.2" };
    const more = { [`GET ${base}/schema/versions/v1.2`]: { json: old } };
    expect((await ask(["schema", "export", "--version", "v1.2"], more)).code).toBe(0);
    const restore = `POST ${base}/schema/versions/v1.2/restore`;
    const ran = await ask(["schema", "rollback", "v1.2"], { ...more, [restore]: saved });
    expect([ran.code, bodies(`POST ${base}/schema/check`), bodies(restore)]).toEqual([
      0,
      [{ version: "v1.2" }],
      [{ expectedVersion: "v1.4", note: "schema rollback v1.2" }],
    ]);
    const reset = `POST ${base}/schema/reset`;
    expect((await ask(["schema", "reset"], { [reset]: saved })).code).toBe(0);
    expect([bodies(`POST ${base}/scope/preview`), bodies(reset)]).toEqual([
      [{ template: true }],
      [{ expectedVersion: "v1.4", note: "schema reset" }],
    ]);
  });

  test("check names all problems with their places; exit code 1", () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, "s.json"), "{}");
      const problems = [{ path: "$.directories", message: "This must be an array." }];
      const bad = await ask(
        ["schema", "check", "s.json"],
        { [`POST ${base}/schema/check`]: checked({ problems, changes: [] }) },
        { cwd: folder },
      );
      expect([bad.code, bad.out]).toEqual([1, "1 problem:\n  - This must be an array.\n    $.directories\n"]);
      const good = await ask(["schema", "check", "s.json"], {}, { cwd: folder });
      expect([good.code, good.out.split("\n")[0]]).toEqual([0, "Nothing is wrong with it."]);
    }));

  test("history and diff", () =>
    inFolder(async (folder) => {
      const versions = ["v1.4", "v1.3"].map((version) => ({
        version,
        savedAt: "2025-03-01T11:00:00.000Z",
        note: "why",
      }));
      const more = {
        [`GET ${base}/schema/versions`]: { json: { value: versions, next: null } },
        [`POST ${base}/schema/diff`]: { json: { changes: [change] } },
      };
      expect((await ask(["schema", "history"], more)).out.split("\n").slice(0, 2)).toEqual([
        expect.stringMatching(/^VERSION +SINCE/),
        expect.stringMatching(/^v1\.4 +2025-03-01 .* +saved +why$/),
      ]);
      await ask(["schema", "diff"], more);
      expect(bodies(`POST ${base}/schema/diff`)).toEqual([{ from: "v1.3" }]);
      await writeFile(join(folder, "s.json"), "{}");
      const ran = await ask(["schema", "diff", "v1.2", "s.json"], more, { cwd: folder });
      expect([ran.out, bodies(`POST ${base}/schema/diff`)]).toEqual([
        "1 change:\n  + title: is now mapped, from [jobTitle]\n",
        [{ from: "v1.2", to: {} }],
      ]);
    }));
});

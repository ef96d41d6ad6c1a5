import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MappingTest } from "#engine";
import { openTestApi, type TestApi } from "#test/api.ts";

let site: TestApi;
beforeAll(async () => {
  site = await openTestApi();
});
afterAll(() => site.close());

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../test/fixtures/graph/${name}`, import.meta.url), "utf8"));

/** A new app with a job; the paths of its job, ours and Graph's. */
const addJob = async (displayName: string, template = "ThousandEyes") => {
  const { body: gallery } = await site.ask("GET", `/v1.0/applicationTemplates?$filter=displayName eq '${template}'`);
  const { body } = await site.ask("POST", `/v1.0/applicationTemplates/${gallery.value[0].id}/instantiate`, {
    displayName,
  });
  const base = `/v1.0/servicePrincipals/${body.servicePrincipal.id}/synchronization/jobs`;
  const { body: templates } = await site.ask("GET", `${base.slice(0, -4)}templates`);
  const { body: job } = await site.ask("POST", base, { templateId: templates.value[0].id });
  return {
    app: body.servicePrincipal.id as string,
    id: job.id as string,
    graph: `${base}/${job.id}`,
    ours: `/lockstep/v1/jobs/${job.id}`,
  };
};

// biome-ignore lint/suspicious/noExplicitAny: tests bend documents into every shape
type Json = any;
const mappingsOf = (schema: Json): Json[] => schema.synchronizationRules[0].objectMappings[0].attributeMappings;

const withMapping = (schema: Json, target: string, source: Json): Json => {
  const copy = structuredClone(schema);
  mappingsOf(copy).find((mapping) => mapping.targetAttributeName === target).source = source;
  return copy;
};

const auditsOf = async (app: string): Promise<Json[]> => {
  const { body } = await site.ask("GET", "/v1.0/auditLogs/directoryAudits?$top=500");
  return body.value.filter(
    (entry: Json) =>
      entry.activityDisplayName === "Update attribute mappings or scope" &&
      entry.targetResources.some(({ id }: Json) => id === app),
  );
};

const upper = { type: "Function", expression: "ToUpper([displayName])" };

describe("a schema document", () => {
  test("is read, checked, saved over the version that it was made from, and brought back", async () => {
    const { app, ours } = await addJob("Versions");
    const { body: first } = await site.ask("GET", `${ours}/schema`);
    expect(first).toMatchObject({
      version: "v1.0",
      schema: { version: "v1.0" },
      objects: [{ type: "User", rule: 0, mapping: 0, filters: [] }],
    });
    const changed = withMapping(first.schema, "displayName", upper);
    const { body: check } = await site.ask("POST", `${ours}/schema/check`, { schema: changed });
    expect(check.problems).toEqual([]);
    expect(check.changes).toHaveLength(1);
    expect(check.changes[0].sentence).toMatch(/displayName/);
    expect((await site.ask("GET", `${ours}/schema`)).body).toEqual(first);

    const saving = { schema: changed, expectedVersion: "v1.0", note: "Capitals" };
    const { status, body: saved } = await site.ask("PUT", `${ours}/schema`, saving);
    expect([status, saved]).toEqual([
      200,
      { version: "v1.1", saved: true, changes: check.changes, warnings: check.warnings },
    ]);
    const late = await site.ask("PUT", `${ours}/schema`, saving);
    expect([late.status, late.body.error.code]).toEqual([409, "SchemaChanged"]);

    const { body: versions } = await site.ask("GET", `${ours}/schema/versions`);
    expect(versions.value.map(({ version, note }: Json) => [version, note])).toEqual([
      ["v1.1", "Capitals"],
      ["v1.0", expect.any(String)],
    ]);
    const { body: old } = await site.ask("GET", `${ours}/schema/versions/v1.0`);
    expect(old).toEqual(first);
    expect((await site.ask("GET", `${ours}/schema/versions/v1.9`)).status).toBe(404);

    const { body: restored } = await site.ask("POST", `${ours}/schema/versions/v1.0/restore`, { note: "Back" });
    expect(restored).toMatchObject({ version: "v1.2", saved: true });
    const { body: now } = await site.ask("GET", `${ours}/schema`);
    expect(mappingsOf(now.schema)).toEqual(mappingsOf(first.schema));

    const audits = await auditsOf(app);
    expect(audits.map((entry) => entry.additionalDetails)).toEqual([
      [
        { key: "SchemaVersion", value: "v1.2" },
        { key: "Changes", value: restored.changes[0].sentence },
      ],
      [
        { key: "SchemaVersion", value: "v1.1" },
        { key: "Changes", value: saved.changes[0].sentence },
      ],
    ]);
  });

  test("that says the same is no new version, and no entry in the audit log", async () => {
    const { app, ours, graph } = await addJob("Same");
    const { body: exported } = await site.ask("GET", `${ours}/schema`);
    const { body } = await site.ask("PUT", `${ours}/schema`, { schema: exported.schema });
    expect(body).toMatchObject({ version: "v1.0", saved: false, changes: [] });
    expect((await site.ask("PUT", `${graph}/schema`, (await site.ask("GET", `${graph}/schema`)).body)).status).toBe(
      204,
    );
    expect((await site.ask("POST", `${ours}/schema/reset`, {})).body).toMatchObject({ saved: false });
    expect((await site.ask("DELETE", `${graph}/schema`)).status).toBe(204);
    expect((await site.ask("GET", `${ours}/schema`)).body.version).toBe("v1.0");
    expect(await auditsOf(app)).toEqual([]);
  });

  test("with several faults is refused with all of them and their places, on both paths", async () => {
    const { ours, graph } = await addJob("Faulty");
    const { body } = await site.ask("GET", `${ours}/schema`);
    const bad = withMapping(
      withMapping(body.schema, "displayName", { type: "Function", expression: "Nope([mail])" }),
      "active",
      { type: "Attribute", name: "nosuch" },
    );
    const { body: check } = await site.ask("POST", `${ours}/schema/check`, { schema: bad });
    const places = check.problems.map(({ path }: Json) => path);
    expect(places.length).toBeGreaterThanOrEqual(1);
    const ourRefusal = await site.ask("PUT", `${ours}/schema`, { schema: bad });
    expect([ourRefusal.status, ourRefusal.body.error.code]).toEqual([400, "SchemaInvalid"]);
    expect(ourRefusal.body.error.details.map(({ target }: Json) => target)).toEqual(places);
    for (const version of ["v1.0", "beta"]) {
      const refused = await site.ask("PUT", `${graph.replace("/v1.0", `/${version}`)}/schema`, bad);
      expect([refused.status, refused.body.error.code]).toEqual([400, "Request_BadRequest"]);
      expect(refused.body.error.details.map(({ target }: Json) => target)).toEqual(places);
    }
    expect((await site.ask("GET", `${ours}/schema`)).body.version).toBe("v1.0");
  });

  test("that is nested without end is refused before anybody takes it apart", async () => {
    const { ours, graph } = await addJob("Deep");
    const { body } = await site.ask("GET", `${ours}/schema`);
    const nested = (levels: number) =>
      `${JSON.stringify(body.schema).slice(0, -1)},"x":${"[".repeat(levels)}"]\\"${"]".repeat(5)}"${"]".repeat(levels)}}`;
    expect((await site.ask("POST", `${ours}/schema/check`, `{"schema":${nested(900)}}`)).status).toBe(200);
    for (const [method, path, text] of [
      ["POST", `${ours}/schema/check`, `{"schema":${nested(100_000)}}`],
      ["PUT", `${graph}/schema`, nested(1001)],
    ] as const) {
      const refused = await site.ask(method, path, text);
      expect([refused.status, refused.body.error.message]).toEqual([400, expect.stringContaining("deeper than 1000")]);
    }
  });

  test("is compared with versions, the template and other documents", async () => {
    const { ours } = await addJob("Compared");
    const { body } = await site.ask("GET", `${ours}/schema`);
    const changed = withMapping(body.schema, "displayName", upper);
    await site.ask("PUT", `${ours}/schema`, { schema: changed });
    const diff = async (from: Json, to?: Json) =>
      (await site.ask("POST", `${ours}/schema/diff`, { from, ...(to === undefined ? {} : { to }) })).body.changes
        .length;
    expect([await diff("v1.0"), await diff("v1.1"), await diff("template"), await diff(changed)]).toEqual([1, 0, 1, 0]);
    expect([await diff("v1.0", "template"), await diff(body.schema, changed)]).toEqual([0, 1]);
    expect((await site.ask("POST", `${ours}/schema/diff`, {})).status).toBe(400);
    expect((await site.ask("POST", `${ours}/schema/reset`, {})).body).toMatchObject({ version: "v1.2", saved: true });
    expect(await diff("template")).toBe(0);
  });
});

describe("filters", () => {
  test("are saved as people type them, and keep their titles while they say the same", async () => {
    const { ours } = await addJob("Filtered");
    const sales = 'department EQUALS "Sales" AND country EQUALS DE';
    const { body: saved } = await site.ask("PUT", `${ours}/schema`, { filters: { User: [sales] } });
    expect(saved).toMatchObject({ version: "v1.1", saved: true });
    const { body: read } = await site.ask("GET", `${ours}/schema`);
    expect(read.objects[0].filters).toEqual([
      { title: "Filter 1", text: 'department EQUALS "Sales" AND country EQUALS "DE"' },
    ]);
    const named = structuredClone(read.schema);
    named.synchronizationRules[0].objectMappings[0].scope.groups[0].name = "Sales of Germany";
    await site.ask("PUT", `${ours}/schema`, { schema: named });
    await site.ask("PUT", `${ours}/schema`, { filters: { User: ["country EQUALS PL", sales] } });
    const { body: both } = await site.ask("GET", `${ours}/schema`);
    expect(both.objects[0].filters.map(({ title }: Json) => title)).toEqual(["Filter 1", "Sales of Germany"]);
    await site.ask("PUT", `${ours}/schema`, { filters: { User: [] } });
    expect(
      (await site.ask("GET", `${ours}/schema`)).body.schema.synchronizationRules[0].objectMappings[0].scope,
    ).toBeNull();
  });

  test("that cannot be read are refused with the place in the text; so are those of groups that nothing maps", async () => {
    const { ours } = await addJob("Unreadable");
    const filters = { User: ["department EQUAL Sales", "country IS NOT NULL"], Group: ["displayName IS NOT NULL"] };
    const { body } = await site.ask("POST", `${ours}/schema/check`, { filters });
    expect(body.problems).toEqual([
      {
        path: "$.filters.User[0]",
        message: expect.stringMatching(/EQUALS/),
        position: { offset: 11, line: 1, column: 12 },
      },
      { path: "$.filters.Group", message: "The schema maps no groups, so there is nothing to filter." },
    ]);
    expect((await site.ask("PUT", `${ours}/schema`, { filters })).body.error.details).toHaveLength(2);
    expect((await site.ask("PUT", `${ours}/schema`, {})).status).toBe(400);
    const two = await site.ask("POST", `${ours}/schema/check`, { filters: {}, template: true });
    expect([two.status, two.body.error.message]).toEqual([400, expect.stringContaining("not several")]);
  });

  test("are previewed: the engine gets the draft that was meant, and nothing is saved", async () => {
    const { id, ours } = await addJob("Previewed");
    const moves = { count: 0, first: [] };
    site.engine.scope = [
      {
        objectType: "User",
        considered: 3,
        inScopeNow: 2,
        inScopeThen: 1,
        entering: moves,
        leaving: moves,
        guard: null,
      },
    ];
    const ask = (body: Json) => site.ask("POST", `${ours}/scope/preview`, body);
    expect((await ask({ first: 5 })).body).toEqual({ value: site.engine.scope });
    expect(site.engine.calls.at(-1)).toEqual(["previewScope", id, { first: 5 }]);
    await ask({ filters: { User: ["country EQUALS PL"] } });
    const [, , options] = site.engine.calls.at(-1) as [string, string, Json];
    expect(options.draft.synchronizationRules[0].objectMappings[0].scope.groups).toHaveLength(1);
    expect((await ask({ filters: { User: ["country EQUALS"] } })).body.error.code).toBe("SchemaInvalid");
    expect((await ask({ first: -1 })).status).toBe(400);
    expect((await site.ask("GET", `${ours}/schema`)).body.version).toBe("v1.0");
  });
});

test("a mapping is tested on the object that was named, under the saved schema or a draft", async () => {
  const { id, ours } = await addJob("Tested");
  const { body: user } = await site.ask("POST", "/v1.0/users", {
    displayName: "Ada Berg",
    userPrincipalName: "ada@contoso.example",
  });
  site.engine.mappingTest = { objectId: user.id } as MappingTest;
  const ask = (body: Json) => site.ask("POST", `${ours}/mapping/test`, body);
  expect((await ask({ user: "ada@contoso.example" })).body).toEqual({ objectId: user.id });
  expect(site.engine.calls.at(-1)).toEqual(["testMapping", id, user.id, {}]);
  const { body } = await site.ask("GET", `${ours}/schema`);
  await ask({ user: user.id, schema: withMapping(body.schema, "displayName", upper) });
  const [, , , options] = site.engine.calls.at(-1) as [string, string, string, Json];
  expect(mappingsOf(options.draft).find((one) => one.targetAttributeName === "displayName").source.name).toBe(
    "ToUpper",
  );
  expect((await ask({ user: "nobody@contoso.example" })).status).toBe(404);
  expect((await ask({})).status).toBe(400);
});

describe("an expression", () => {
  test("is explained for an object, for attributes, and for nobody, against both sides of the schema", async () => {
    const { id, ours } = await addJob("Explained");
    const { body: user } = await site.ask("POST", "/v1.0/users", {
      displayName: "Bo Falk",
      userPrincipalName: "bo@contoso.example",
    });
    site.engine.attributes = { displayName: "Bo Falk", IsSoftDeleted: false };
    const ask = async (body: Json) => (await site.ask("POST", `${ours}/expression/explain`, body)).body;
    const expression = 'Append( [displayName],"!")';
    const forBo = await ask({ expression, user: "bo@contoso.example" });
    expect(site.engine.calls.at(-1)).toEqual(["sourceAttributes", id, user.id]);
    expect(forBo).toMatchObject({
      canonical: 'Append([displayName], "!")',
      error: null,
      problems: [],
      tree: { state: { kind: "value", value: "Bo Falk!" }, children: [{ state: { value: "Bo Falk" } }, {}] },
      target: null,
    });
    expect((await ask({ expression, attributes: { displayName: "Åse" } })).tree.state.value).toBe("Åse!");
    expect((await ask({ expression })).tree.state).toEqual({ kind: "value", value: null });

    const target = await ask({ expression: "[IsSoftDeleted]", user: user.id, target: "ACTIVE" });
    expect(target).toMatchObject({ problems: [], target: { name: "active", value: false, error: null } });
    const misfit = await ask({ expression, user: user.id, target: "active" });
    expect(misfit.target).toMatchObject({
      name: "active",
      value: null,
      error: expect.stringContaining("true or false"),
    });
    const hidden = await ask({ expression: "Redact([displayName])", user: user.id, target: "displayName" });
    expect([JSON.stringify(hidden).includes("Bo Falk"), hidden.target.value]).toEqual([false, "[Redact]"]);
    expect((await ask({ expression: "ToUpper([nosuch])" })).problems).toMatchObject([{ code: "unknown-attribute" }]);
    expect(await ask({ expression: "Nope(" })).toMatchObject({
      canonical: null,
      tree: null,
      error: { code: expect.any(String) },
    });
  });

  test("is asked about in one way at a time, and for an attribute that there is", async () => {
    const { ours } = await addJob("Asked");
    const ask = async (body: Json) => {
      const { status, body: answer } = await site.ask("POST", `${ours}/expression/explain`, body);
      return [status, answer.error.code];
    };
    expect(await ask({ expression: "Now()", user: "a", attributes: {} })).toEqual([400, "Request_BadRequest"]);
    expect(await ask({ expression: "Now()", target: "shoe" })).toEqual([404, "AttributeNotFound"]);
    expect(await ask({ expression: "Now()", group: "Nobody" })).toEqual([400, "Request_BadRequest"]);
    expect(await ask({ expression: "Now()", user: "nobody@contoso.example" })).toEqual([404, "UserNotFound"]);
  });
});

test("the functions of the mapping language are listed with their help", async () => {
  const { body } = await site.ask("GET", "/lockstep/v1/functions");
  const { body: graph } = await site.ask("GET", `${(await addJob("Functions")).graph}/schema/functions`);
  expect(body.value.map(({ name }: Json) => name).toSorted()).toEqual(graph.value.map(({ id }: Json) => id).toSorted());
  expect((await site.ask("GET", "/lockstep/v1/functions/join")).body).toMatchObject({
    name: "Join",
    signature: "Join(separator, source1…)",
    help: { examples: expect.any(Array) },
  });
  expect((await site.ask("GET", "/lockstep/v1/functions/Nope")).body.error.code).toBe("FunctionNotFound");
});

describe("on Graph's paths", () => {
  test.each(["v1.0", "beta"])("filterOperators and parseExpression have Graph's form in %s", async (version) => {
    const { graph } = await addJob(`Graph ${version}`);
    const base = graph.replace("/v1.0", `/${version}`);
    const at = (text: string) => text.replace("https://graph.example.com/v1.0", `${site.api.url}/${version}`);
    const operators = fixture("filter-operators.json");
    for (const form of ["filterOperators", "filterOperators()"]) {
      expect((await site.ask("GET", `${base}/schema/${form}`)).body).toEqual({
        ...operators,
        "@odata.context": at(operators["@odata.context"]),
      });
    }
    for (const { request, response, status } of fixture("parse-expression.json").cases) {
      const answer = await site.ask("POST", `${base}/schema/parseExpression`, request);
      const error = response.error === null ? null : { ...response.error, message: expect.stringContaining("Join") };
      expect([answer.status, answer.body]).toEqual([
        status,
        { ...response, error, "@odata.context": at(response["@odata.context"]) },
      ]);
    }
  });

  test("parseExpression evaluates on what it is given, in the target's type", async () => {
    const { graph } = await addJob("Parsed");
    const parse = async (expression: string, values: Readonly<Record<string, unknown>> | null, target: Json = null) => {
      const properties = Object.entries(values ?? {}).map(([key, value]) => ({ key, value }));
      const { body } = await site.ask("POST", `${graph}/schema/parseExpression`, {
        expression,
        testInputObject: values === null ? null : { definition: null, properties },
        targetAttributeDefinition: target,
      });
      const { parsingSucceeded, evaluationSucceeded, evaluationResult, error } = body;
      return [parsingSucceeded, evaluationSucceeded, evaluationResult, error?.code ?? null];
    };
    expect(await parse("[otherMails]", { otherMails: ["a", "b"] })).toEqual([true, true, ["a", "b"], null]);
    expect(await parse("ToUpper([mail])", null)).toEqual([true, false, [], null]);
    expect(await parse("ToUpper([mail])", {})).toEqual([true, true, [], null]);
    expect(await parse("IgnoreFlowIfNullOrEmpty([mail])", {})).toEqual([true, true, [], null]);
    expect(await parse("Not([on])", { on: true })).toEqual([true, true, ["False"], null]);
    expect(await parse('InStr([a], "b")', { a: "abc" })).toEqual([true, true, ["2"], null]);
    expect(await parse("Mid([a], [b], 1)", { a: "abc", b: "x" })).toEqual([true, false, [], "EvaluationFailed"]);
    expect(await parse("[n]", { n: "12" }, { name: "n", type: "integer" })).toEqual([true, true, ["12"], null]);
    expect(await parse("[n]", { n: "x" }, { name: "n", type: "Integer" })).toEqual([
      true,
      false,
      [],
      "EvaluationFailed",
    ]);
    expect(await parse("[n]", { n: ["a", "b"] }, { type: "String", multivalued: false })).toEqual([
      true,
      false,
      [],
      "EvaluationFailed",
    ]);
    expect((await site.ask("POST", `${graph}/schema/parseExpression`, {})).status).toBe(400);
  });
});

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { errorBody, graphTexts } from "./error.ts";
import { groupResource, readGroup } from "./group.ts";
import { durationOf, type JobRecord, jobResource, readResetScope } from "./job.ts";
import { openToken, readQuery, sealToken, selected } from "./query.ts";
import { readBound, readReference } from "./reference.ts";
import { readUser, userProperties, userResource } from "./user.ts";

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../test/fixtures/graph/${name}`, import.meta.url), "utf8"));

test("a user's properties go to the mapping language's names and back", () => {
  const body = {
    "@odata.type": "#microsoft.graph.user",
    accountEnabled: false,
    displayName: "Mira",
    userPrincipalName: "mira@example.com",
    businessPhones: ["+1 555 0100"],
    mobilePhone: "+1 555 0101",
    faxNumber: "+1 555 0102",
    officeLocation: "North",
    onPremisesSyncEnabled: true,
    otherMails: ["m@example.com"],
    employeeOrgData: { costCenter: "7", division: "East" },
    onPremisesExtensionAttributes: { extensionAttribute1: "a", extensionAttribute15: null },
    extension_0123456789abcdef0123456789abcdef_badge: 7,
    "manager@odata.bind": "x",
    passwordProfile: { password: "p" },
  };
  const reading = readUser(body);
  expect(reading).toEqual({
    ok: true,
    changes: {
      accountEnabled: false,
      displayName: "Mira",
      userPrincipalName: "mira@example.com",
      telephoneNumber: "+1 555 0100",
      mobile: "+1 555 0101",
      facsimileTelephoneNumber: "+1 555 0102",
      physicalDeliveryOfficeName: "North",
      dirSyncEnabled: true,
      otherMails: ["m@example.com"],
      costCenter: "7",
      division: "East",
      extensionAttribute1: "a",
      extensionAttribute15: null,
      extension_0123456789abcdef0123456789abcdef_badge: 7,
    },
  });
  if (!reading.ok) return;
  const attributes = Object.fromEntries(
    Object.entries(reading.changes).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
  const createdAt = new Date("2026-05-04T08:00:00Z");
  const resource = userResource({ id: "1", attributes, createdAt, deletedAt: null });
  const { "@odata.type": _type, "manager@odata.bind": _manager, passwordProfile: _password, ...kept } = body;
  expect(resource).toMatchObject({
    ...kept,
    passwordProfile: null,
    createdDateTime: "2026-05-04T08:00:00Z",
    mail: null,
  });
  expect(
    Object.keys(resource)
      .filter((name) => !name.startsWith("extension_"))
      .toSorted(),
  ).toEqual(userProperties.toSorted());
});

test.each([
  [[], null],
  [{ id: "x" }, "id"],
  [{ phone: "x" }, "phone"],
  [{ businessPhones: ["1", "2"] }, "businessPhones"],
  [{ displayName: { a: 1 } }, "displayName"],
  [{ onPremisesExtensionAttributes: { extensionAttribute16: "x" } }, "onPremisesExtensionAttributes"],
  [JSON.parse('{"__proto__":"x"}'), "__proto__"],
])("%j is refused for its property %s", (body, property) => {
  expect(readUser(body)).toMatchObject({ ok: false, property });
});

test("clearing an object clears what it holds", () => {
  expect(readUser({ employeeOrgData: null, businessPhones: [] })).toEqual({
    ok: true,
    changes: { costCenter: null, division: null, telephoneNumber: null },
  });
});

test("a group shows all its properties", () => {
  expect(readGroup({ displayName: "Night", members: [] })).toMatchObject({ ok: false, property: "members" });
  const at = new Date("2026-05-04T08:00:00.120Z");
  const resource = groupResource({
    id: "1",
    attributes: { displayName: "Night", dirSyncEnabled: true },
    createdAt: at,
    deletedAt: at,
  });
  expect(resource).toMatchObject({
    displayName: "Night",
    onPremisesSyncEnabled: true,
    description: null,
    groupTypes: [],
    deletedDateTime: "2026-05-04T08:00:00.120Z",
  });
});

test.each([
  [{ "@odata.id": "https://graph.example.com/v1.0/directoryObjects/abc" }, "abc"],
  [{ "@odata.id": "https://graph.example.com/beta/users('a%40b.c')/" }, "a@b.c"],
  [{ "@odata.id": "users/abc?x=1" }, "abc"],
  [{ "@odata.id": "" }, null],
  [{ "@odata.id": 7 }, null],
  [null, null],
])("%j names %s", (body, id) => {
  expect(readReference(body)).toBe(id);
});

test("bound references are one or many", () => {
  expect(readBound({}, "members")).toEqual([]);
  expect(readBound({ "members@odata.bind": ["a/1", "a/2"] }, "members")).toEqual(["1", "2"]);
  expect(readBound({ "manager@odata.bind": "a/1" }, "manager")).toEqual(["1"]);
  expect(readBound({ "members@odata.bind": [7] }, "members")).toBeNull();
});

test("query options are read with and without their sign", () => {
  const rules = { type: "microsoft.graph.user", properties: ["id", "mail"], most: 999, usual: 100 };
  const read = (options: Record<string, string>) => readQuery(new Map(Object.entries(options)), rules);
  expect(read({ $top: "5", select: "ID, mail", $count: "TRUE", $skiptoken: sealToken("x y") })).toEqual({
    ok: true,
    query: { filter: null, top: 5, after: "x y", select: ["ID", "mail"], orderBy: null, count: true },
  });
  expect(read({})).toMatchObject({ ok: true, query: { top: 100, after: null } });
  expect(read({ $search: '"displayName:x"' })).toMatchObject({ ok: false, code: "Request_UnsupportedQuery" });
  expect(read({ $skiptoken: "x" })).toMatchObject({ ok: false, code: "Directory_ExpiredPageToken" });
  expect(read({ $filter: "name eq 'x'" })).toEqual({
    ok: false,
    code: "Request_BadRequest",
    message: "Could not find a property named 'name' on type 'microsoft.graph.user'.",
  });
  for (const top of ["0", "1000", "1.5", "x"]) expect(read({ $top: top }).ok).toBe(false);
  expect(selected({ "@odata.type": "t", id: 1, mail: 2 }, ["MAIL"])).toEqual({ "@odata.type": "t", mail: 2 });
  expect(selected({ id: 1, mail: 2 }, ["*"])).toEqual({ id: 1, mail: 2 });
});

test("every place survives its token", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (place) => {
      const token = sealToken(place);
      expect(encodeURIComponent(token)).toBe(token);
      expect(openToken(token)).toBe(place);
    }),
  );
});

test("an error has the form and the words that clients compare", () => {
  const [taken] = fixture("errors.json");
  const { error } = taken.body;
  const body = errorBody(
    {
      code: "Request_BadRequest",
      message: graphTexts.nameTaken,
      details: [{ code: "ObjectConflict", target: "userPrincipalName", message: graphTexts.conflict }],
    },
    {
      requestId: error.innerError["request-id"],
      clientRequestId: error.innerError["client-request-id"],
      now: new Date("2026-05-04T09:15:22.900Z"),
    },
  );
  expect(body).toEqual(taken.body);
  const texts = fixture("errors.json").map((each: typeof taken) => each.body.error.message);
  for (const text of [graphTexts.memberExists, graphTexts.invalidReference, graphTexts.noToken])
    expect(texts).toContain(text);
});

test.each([
  [2400, "PT40M"],
  [60, "PT1M"],
  [90, "PT1M30S"],
  [86_400, "P1D"],
  [90_061, "P1DT1H1M1S"],
  [0, "PT0S"],
])("%i seconds are %s", (seconds, text) => {
  expect(durationOf(seconds)).toBe(text);
});

const counts = { total: 6, created: 3, updated: 0, enabled: 0, disabled: 0, deleted: 0 };
const job: JobRecord = {
  id: "thousandeyes.8c1f3a526d074e7b9b4a2f5d90c7e311.71c9e4d8-0b36-4f5a-92e7-c8a40d15b6f3",
  templateId: "thousandeyes",
  schedule: "Active",
  intervalSeconds: 2400,
  deleteThreshold: 500,
  credentialsSaved: true,
  counts: { inScope: 4, inStep: 3, pending: 0, failed: 1 },
  quarantine: null,
  lastCycle: {
    id: "0d5b8e27-91f4-4c6a-b3d8-e7a20c49f561",
    state: "entryErrors",
    beganAt: "2026-05-04T08:00:12.4180071Z",
    endedAt: "2026-05-04T08:03:55.0024419Z",
    counts,
    error: null,
  },
  running: null,
};
const now = new Date("2026-05-04T08:10:00Z");

test("a job that has run has the form of the real service", () => {
  expect(jobResource(job, now)).toEqual(fixture("jobs-list.json").value[0]);
});

test("a job that has not run, is paused, runs or is in quarantine says so", () => {
  const fresh = jobResource({ ...job, schedule: "Disabled", credentialsSaved: false, lastCycle: null }, now);
  expect(fresh).toMatchObject({
    schedule: { state: "Disabled" },
    status: { code: "NotConfigured", lastExecution: null },
  });
  const code = (changes: Partial<JobRecord>) =>
    (jobResource({ ...job, ...changes }, now).status as { code: string }).code;
  expect(code({ schedule: "Disabled" })).toBe("Paused");
  expect(code({ schedule: "Paused" })).toBe("Paused");
  expect(code({ lastCycle: null })).toBe("NotRun");
  const quarantine = {
    reason: "EncounteredQuarantineException",
    code: "Unauthorized",
    message: "Refused.",
    began: "2026-05-06T10:00:31.662Z",
    nextAttempt: "2026-05-06T16:00:31.662Z",
    attempts: 3,
  };
  expect(code({ quarantine })).toBe("Quarantine");
  expect(jobResource({ ...job, quarantine, running: { done: 2, total: 5 } }, now).status).toMatchObject({
    countSuccessiveCompleteFailures: 3,
    quarantine: { reason: "EncounteredQuarantineException", seriesCount: 3, error: { tenantActionable: true } },
    progress: [{ completedUnits: 2, totalUnits: 5, progressObservationDateTime: "2026-05-04T08:10:00.000Z" }],
  });
});

const none = {
  watermark: false,
  escrows: false,
  quarantineState: false,
  connectorDataStore: false,
  forceDeletes: false,
};
test.each([
  [null, { ...none, watermark: true, escrows: true, quarantineState: true }],
  [" , ", { ...none, watermark: true, escrows: true, quarantineState: true }],
  ["ForceDeletes,WATERMARK", { ...none, watermark: true, forceDeletes: true }],
  ["Full", { ...none, watermark: true, escrows: true, quarantineState: true, connectorDataStore: true }],
  ["None", none],
  ["Everything", null],
])("the reset scope %s", (text, wanted) => {
  expect(readResetScope(text)).toEqual(wanted);
});

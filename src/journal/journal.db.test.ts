import { readFileSync } from "node:fs";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newId } from "#runtime";
import type { Store } from "#store";
import { openTestStore } from "#test/database.ts";
import {
  type AuditEntry,
  countByStatus,
  dropOld,
  ensurePartitions,
  getProvisioning,
  listAudit,
  listProvisioning,
  type ProvisioningEntry,
  type ProvisioningFilter,
  provisioningActivities,
  provisioningAudit,
  recordAudit,
  recordProvisioning,
} from "./index.ts";

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../test/fixtures/graph/${name}`, import.meta.url), "utf8")).value;

const published: readonly ProvisioningEntry[] = fixture("provisioning-object-summaries.json").map(
  (entry: Omit<ProvisioningEntry, "explanation">) => ({ ...entry, explanation: "Because the fixture says so." }),
);
const [sample] = published as readonly [ProvisioningEntry];
const entry = (changes: Partial<ProvisioningEntry>): ProvisioningEntry => ({ ...sample, id: newId(), ...changes });

let store: Store;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await sql`delete from journal.provisioning`.execute(store.db);
  await sql`delete from journal.audit`.execute(store.db);
});

const record = (...entries: ProvisioningEntry[]) => store.transaction((tx) => recordProvisioning(tx, entries));
const found = async (filter: ProvisioningFilter) =>
  (await listProvisioning(store.db, filter)).items.map((each) => each.sourceIdentity.displayName);
const partitions = async () => {
  const { rows } = await sql<{ name: string }>`
    select child.relname as name from pg_inherits join pg_class child on child.oid = inhrelid
    where inhparent = 'journal.provisioning'::regclass order by 1`.execute(store.db);
  return rows.map((row) => row.name);
};

test("entries in Graph's form come back as they were written, newest first, with exchanges", async () => {
  const withExchange = entry({
    activityDateTime: "2026-05-04T09:00:00.5Z",
    exchanges: [{ method: "GET", status: 404 }],
  });
  await record(...published, withExchange);
  expect((await listProvisioning(store.db, {})).items).toEqual([withExchange, ...published.toReversed()]);
  expect(await getProvisioning(store.db, sample.id)).toEqual(sample);
  expect(await getProvisioning(store.db, newId())).toBeNull();
  expect(await getProvisioning(store.db, "x")).toBeNull();
  await record();
});

test("every filter narrows the list, and filters add up", async () => {
  await record(...published);
  const mira = "Mira Castellan";
  const tomas = "Tomas Eklund";
  const leilani = "Leilani Kahale";
  const all = [leilani, tomas, mira];
  expect(await found({ jobId: sample.jobId, cycleId: sample.cycleId, appId: sample.servicePrincipal.id })).toEqual(all);
  expect(await found({ jobId: "other" })).toEqual([]);
  expect(await found({ cycleId: "other" })).toEqual([]);
  expect(await found({ appId: newId() })).toEqual([]);
  expect(await found({ changeId: sample.changeId })).toEqual([mira]);
  expect(await found({ sourceId: sample.sourceIdentity.id })).toEqual([mira]);
  expect(await found({ targetId: "te-100481" })).toEqual([mira]);
  expect(await found({ action: "create" })).toEqual([leilani, mira]);
  expect(await found({ action: "create", status: "failure" })).toEqual([leilani]);
  expect(await found({ status: "skipped" })).toEqual([tomas]);
  expect(await found({ code: "SystemForCrossDomainIdentityManagementServiceIncompatible" })).toEqual([leilani]);
  expect(await found({ code: "other" })).toEqual([]);
  expect(await found({ since: new Date("2026-05-04T08:02:14Z") })).toEqual([leilani, tomas]);
  expect(await found({ until: new Date("2026-05-04T08:02:14Z") })).toEqual([mira]);
  expect(await found({ jobId: "a\0b" })).toEqual([]);
});

test("a search finds parts of names and user names in any case and script, and whole ids", async () => {
  const łukasz = entry({
    sourceIdentity: { ...sample.sourceIdentity, id: newId(), displayName: "ŁUKASZ Jose\u0301 50%_" },
  });
  await record(...published, łukasz);
  expect(await found({ search: "eklund" })).toEqual(["Tomas Eklund"]);
  expect(await found({ search: " TOMAS.EKLUND@Example " })).toEqual(["Tomas Eklund"]);
  expect(await found({ search: "łukasz jos\u00e9" })).toEqual(["ŁUKASZ Jose\u0301 50%_"]);
  expect(await found({ search: "0%_" })).toEqual(["ŁUKASZ Jose\u0301 50%_"]);
  expect(await found({ search: łukasz.sourceIdentity.id })).toEqual(["ŁUKASZ Jose\u0301 50%_"]);
  expect(await found({ search: "nobody" })).toEqual([]);
});

test("pages go down and up by cursor, across entries of the same moment and across days", async () => {
  const times = ["2026-05-03T23:59:59.999Z", ...Array(4).fill("2026-05-04T00:00:00.123456Z"), "2026-05-05T12:00:00Z"];
  const entries = times.map((activityDateTime, index) => entry({ activityDateTime, changeId: String(index) }));
  await record(...entries);
  const idsOf = (page: { items: readonly ProvisioningEntry[] }) => page.items.map((each) => each.changeId);
  const first = await listProvisioning(store.db, {}, { limit: 2 });
  const second = await listProvisioning(store.db, {}, { limit: 2, before: first.older ?? "" });
  const third = await listProvisioning(store.db, {}, { limit: 2, before: second.older ?? "" });
  expect([first, second, third].map(idsOf)).toEqual([
    ["5", "4"],
    ["3", "2"],
    ["1", "0"],
  ]);
  expect(third.older).toBeNull();
  expect(idsOf(await listProvisioning(store.db, {}, { limit: 3, after: third.newer ?? "" }))).toEqual(["4", "3", "2"]);
  const nothing = await listProvisioning(store.db, {}, { after: first.newer ?? "" });
  expect(nothing).toEqual({ items: [], older: null, newer: null });
  expect(idsOf(await listProvisioning(store.db, {}, { before: "no cursor", limit: 1 }))).toEqual(["5"]);
});

test("what a target sends is stored even with NUL and half surrogate pairs", async () => {
  const odd = entry({
    explanation: "a\0b",
    sourceIdentity: { ...sample.sourceIdentity, displayName: "x\ud800y", details: { "k\0": "v\udc00" } },
  });
  await record(odd);
  const stored = await getProvisioning(store.db, odd.id);
  expect(stored?.explanation).toBe("a\u{FFFD}b");
  expect(stored?.sourceIdentity).toMatchObject({ displayName: "x\u{FFFD}y", details: { "k\u{FFFD}": "v\u{FFFD}" } });
});

test("a cycle's entries are counted by status", async () => {
  await record(...published, entry({ cycleId: "another" }));
  expect(await countByStatus(store.db, sample.cycleId)).toEqual({ success: 1, failure: 1, skipped: 1, warning: 0 });
  expect(await countByStatus(store.db, "none")).toEqual({ success: 0, failure: 0, skipped: 0, warning: 0 });
});

test("days are made ahead and when needed, and dropped whole when the last of their entries is too old", async () => {
  await sql`truncate journal.provisioning`.execute(store.db);
  await store.transaction((tx) => dropOld(tx, new Date("2100-01-01T00:00:00Z"), 0));
  expect(await partitions()).toEqual([]);
  const now = new Date("2026-03-01T10:00:00Z");
  await store.transaction((tx) => ensurePartitions(tx, now));
  await store.transaction((tx) => ensurePartitions(tx, now));
  await record(
    entry({ activityDateTime: "2026-02-27T23:59:59.999Z" }),
    entry({ activityDateTime: "2026-02-28T00:00:00Z" }),
  );
  expect(await partitions()).toEqual([
    "provisioning_20260227",
    "provisioning_20260228",
    "provisioning_20260301",
    "provisioning_20260302",
    "provisioning_20260303",
  ]);
  const drop = (moment: string, days: number) => store.transaction((tx) => dropOld(tx, new Date(moment), days));
  expect(await drop("2026-03-29T23:59:59.999Z", 30)).toBe(0);
  expect(await drop("2026-03-30T00:00:00Z", 30)).toBe(1);
  expect((await listProvisioning(store.db, {})).items.map((each) => each.activityDateTime)).toEqual([
    "2026-02-28T00:00:00Z",
  ]);
});

test("writers of the same new day do not get into each other's way", async () => {
  const day = "2026-07-01T00:00:00Z";
  await Promise.all(Array.from({ length: 4 }, () => record(entry({ activityDateTime: day }))));
  expect((await listProvisioning(store.db, { since: new Date(day) })).items).toHaveLength(4);
});

test("audit entries in Graph's form come back, are filtered and paged, and grow old", async () => {
  const [first] = fixture("directory-audit.json") as readonly [AuditEntry];
  const app = { id: newId(), displayName: "ThousandEyes" };
  const second = provisioningAudit({
    activity: "Quarantine",
    app,
    actor: "system",
    now: new Date("2026-06-04T08:00:00Z"),
    details: "The token was refused twice.",
    errorCode: "Unauthorized",
  });
  await store.transaction((tx) => recordAudit(tx, [first, second]));
  await store.transaction((tx) => recordAudit(tx, []));
  expect((await listAudit(store.db, {})).items).toEqual([second, first]);
  const only = async (filter: Parameters<typeof listAudit>[1]) =>
    (await listAudit(store.db, filter)).items.map((each) => each.activityDisplayName);
  expect(await only({ targetId: app.id })).toEqual(["Quarantine"]);
  expect(await only({ result: "success" })).toEqual(["Enable/start provisioning configuration"]);
  expect(await only({ activity: "Quarantine", category: "ProvisioningManagement" })).toEqual(["Quarantine"]);
  expect(await only({ correlationId: first.correlationId })).toEqual(["Enable/start provisioning configuration"]);
  expect(await only({ since: new Date("2026-05-10T00:00:00Z") })).toEqual(["Quarantine"]);
  expect(await only({ until: new Date("2026-05-10T00:00:00Z"), category: "Other" })).toEqual([]);
  const page = await listAudit(store.db, {}, { limit: 1 });
  expect((await listAudit(store.db, {}, { before: page.older ?? "" })).items).toEqual([first]);
  await store.transaction((tx) => dropOld(tx, new Date("2026-06-10T00:00:00Z"), 30));
  expect(await only({})).toEqual(["Quarantine"]);
});

test("an audit entry about an app says who did what, and whether it went well", () => {
  const user = { id: newId(), displayName: null, userPrincipalName: "ada@example.com", ipAddress: "192.0.2.24" };
  const made = provisioningAudit({
    activity: provisioningActivities[4],
    app: { id: "sp", displayName: "ThousandEyes" },
    actor: { user, app: null },
    now: new Date("2026-05-04T07:59:58Z"),
    details: "Provisioning was started",
  });
  expect(made).toEqual({
    id: expect.stringMatching(`^Sync_${made.correlationId}_[0-9A-F]{5}_1$`),
    activityDateTime: "2026-05-04T07:59:58.000Z",
    activityDisplayName: "Enable/start provisioning configuration",
    category: "ProvisioningManagement",
    correlationId: expect.any(String),
    loggedByService: "Account Provisioning",
    operationType: "",
    result: "success",
    resultReason: "",
    initiatedBy: { user, app: null },
    targetResources: [
      {
        id: "sp",
        displayName: "ThousandEyes",
        type: "ServicePrincipal",
        userPrincipalName: null,
        groupType: null,
        modifiedProperties: [],
      },
    ],
    additionalDetails: [
      { key: "Details", value: "Provisioning was started" },
      { key: "ErrorCode", value: "" },
      { key: "EventName", value: "Enable/start provisioning configuration" },
      { key: "ipaddr", value: "192.0.2.24" },
    ],
  });
});

import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { OnDemandResult } from "#engine";
import { ensurePartitions, type ProvisioningEntry, recordProvisioning } from "#journal";
import { openTestApi, type TestApi } from "#test/api.ts";

let site: TestApi;
beforeAll(async () => {
  site = await openTestApi();
});
afterAll(() => site.close());

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../test/fixtures/graph/${name}`, import.meta.url), "utf8"));

const propertiesOf = (value: unknown): readonly string[] => Object.keys(value as object).toSorted();

const addApp = async (displayName: string) => {
  const { body: gallery } = await site.ask("GET", "/v1.0/applicationTemplates?$filter=displayName eq 'ThousandEyes'");
  expect(gallery.value).toHaveLength(1);
  const { status, body } = await site.ask("POST", `/v1.0/applicationTemplates/${gallery.value[0].id}/instantiate`, {
    displayName,
  });
  expect(status).toBe(201);
  return body.servicePrincipal as { id: string; appId: string; appRoles: { id: string; displayName: string }[] };
};

const addUser = async (name: string): Promise<string> =>
  (await site.ask("POST", "/v1.0/users", { displayName: name, userPrincipalName: `${name}@example.com` })).body.id;

test("an app comes from the gallery in the form that Graph gives it", async () => {
  const { body: gallery } = await site.ask(
    "GET",
    "/v1.0/applicationTemplates?$filter=contains(displayName,'thousand')",
  );
  const wanted = fixture("application-templates.json");
  expect(propertiesOf(gallery.value[0])).toEqual(propertiesOf(wanted.value[0]));
  const { body } = await site.ask("POST", `/v1.0/applicationTemplates/${gallery.value[0].id}/instantiate`, {
    displayName: "Form",
  });
  const form = fixture("application-template-instantiate.json").response;
  expect(propertiesOf(body)).toEqual(propertiesOf(form));
  expect(propertiesOf(body.servicePrincipal)).toEqual(propertiesOf(form.servicePrincipal));
  expect(propertiesOf(body.application)).toEqual(propertiesOf(form.application));
  expect(body.application.appId).toBe(body.servicePrincipal.appId);
  const byKey = await site.ask("GET", `/v1.0/servicePrincipals(appId='${body.application.appId}')`);
  expect(byKey.body.id).toBe(body.servicePrincipal.id);
  expect((await site.ask("PATCH", `/v1.0/servicePrincipals/${byKey.body.id}`, { displayName: "Renamed" })).status).toBe(
    204,
  );
  expect((await site.ask("GET", "/lockstep/v1/apps/renamed/jobs")).body).toEqual({ value: [] });
  expect((await site.ask("DELETE", `/v1.0/servicePrincipals/${byKey.body.id}`)).status).toBe(204);
  expect((await site.ask("GET", `/v1.0/servicePrincipals/${byKey.body.id}`)).status).toBe(404);
});

test("the scripted set-up of Graph's documentation works from the first call to the last", async () => {
  const app = await addApp("ThousandEyes");
  const base = `/v1.0/servicePrincipals/${app.id}/synchronization`;
  const templates = await site.ask("GET", `${base}/templates`);
  expect(templates.body.value).toMatchObject([{ id: "thousandeyes", default: true }]);

  const wrong = await site.ask("POST", `${base}/jobs`, { templateId: "other" });
  expect([wrong.status, wrong.body.error.code]).toEqual([400, "Request_BadRequest"]);
  const created = await site.ask("POST", `${base}/jobs`, {
    "@odata.type": "#microsoft.graph.synchronizationJob",
    templateId: "thousandeyes",
  });
  expect(created.status).toBe(201);
  const job = created.body.id;
  expect(propertiesOf(created.body)).toEqual(propertiesOf(fixture("job-not-started.json")));
  expect(propertiesOf(created.body.status)).toEqual(propertiesOf(fixture("job-not-started.json").status));
  expect([created.body.schedule.state, created.body.status.code]).toEqual(["Disabled", "NotConfigured"]);
  expect((await site.ask("POST", `${base}/jobs`, { templateId: "thousandeyes" })).status).toBe(409);

  const credentials = [
    { key: "BaseAddress", value: "https://api.thousandeyes.example.com/scim/v2" },
    { key: "SecretToken", value: "secret-token-value" },
  ];
  expect(
    (await site.ask("POST", `${base}/jobs/validateCredentials`, { templateId: "thousandeyes", credentials })).status,
  ).toBe(204);
  expect(site.engine.calls.at(-1)).toEqual([
    "testConnection",
    app.id,
    { baseAddress: credentials[0]?.value, credentials: { kind: "bearer", token: credentials[1]?.value } },
  ]);
  site.engine.test = {
    ok: false,
    code: "Unauthorized",
    message: "The target answered 401.",
    advice: ["Make a new token."],
    exchange: null,
  };
  const failed = await site.ask("POST", `${base}/jobs/${job}/validateCredentials`, { useSavedCredentials: true });
  expect([failed.status, failed.body.error.code, failed.body.error.message]).toEqual([
    400,
    "InvalidCredentials",
    "The target answered 401.",
  ]);
  site.engine.test = { ...site.engine.test, ok: true, code: null };

  expect(
    (await site.ask("PUT", `${base}/secrets`, { value: [...credentials, { key: "SyncAll", value: "false" }] })).status,
  ).toBe(204);
  const secrets = await site.ask("GET", `${base}/secrets`);
  expect(secrets.body.value).toEqual([
    credentials[0],
    { key: "SecretToken", value: "*" },
    { key: "SyncAll", value: "false" },
  ]);
  expect(secrets.text).not.toContain("secret-token-value");
  const stolen = await site.ask("PUT", `${base}/secrets`, {
    value: [
      { key: "BaseAddress", value: "https://elsewhere.example.com/scim" },
      { key: "SecretToken", value: "*" },
    ],
  });
  expect(stolen.status).toBe(400);
  const probed = await site.ask("POST", `${base}/jobs/${job}/validateCredentials`, {
    credentials: [
      { key: "BaseAddress", value: "https://elsewhere.example.com/scim" },
      { key: "SecretToken", value: "*" },
    ],
  });
  expect([probed.status, probed.body.error.code]).toEqual([400, "SecretMustBeReentered"]);

  const start = await site.ask("POST", `${base}/jobs/${job}/start`, undefined, { "content-type": "application/json" });
  expect(start.status).toBe(204);
  const jobs = await site.ask("GET", `${base}/jobs/`);
  expect(jobs.body.value[0]).toMatchObject({ id: job, schedule: { state: "Active" }, status: { code: "NotRun" } });
  expect((await site.ask("POST", `${base}/jobs/${job}/microsoft.graph.pause`)).status).toBe(204);
  expect((await site.ask("GET", `${base}/jobs('${job}')`)).body.status.code).toBe("Paused");
  expect((await site.ask("POST", `${base}/jobs/${job}/restart`)).status).toBe(204);
  expect(site.engine.calls.at(-1)).toEqual([
    "restartJob",
    job,
    { watermark: true, escrows: true, quarantineState: true, connectorDataStore: false, forceDeletes: false },
  ]);
  const scope = { criteria: { resetScope: "forcedeletes , Watermark" } };
  expect((await site.ask("POST", `${base}/jobs/${job}/restart`, scope)).status).toBe(204);
  expect(site.engine.calls.at(-1)?.[2]).toMatchObject({ watermark: true, escrows: false, forceDeletes: true });
  expect(
    (await site.ask("POST", `${base}/jobs/${job}/restart`, { criteria: { resetScope: "Everything" } })).status,
  ).toBe(400);

  const audits = await site.ask("GET", "/v1.0/auditLogs/directoryAudits?$filter=category eq 'ProvisioningManagement'");
  expect(audits.body.value.map((entry: { activityDisplayName: string }) => entry.activityDisplayName)).toEqual([
    "Enable/restart provisioning configuration",
    "Enable/restart provisioning configuration",
    "Disable/pause provisioning configuration",
    "Enable/start provisioning configuration",
    "Update provisioning setting or credentials",
    "Add provisioning configuration",
  ]);
  expect(audits.text).not.toContain("secret-token-value");
  expect((await site.ask("DELETE", `${base}/jobs/${job}`)).status).toBe(204);
  expect(site.engine.calls.slice(-2)).toEqual([
    ["forgetJob", job],
    ["wake", undefined],
  ]);
  expect((await site.ask("GET", `${base}/jobs/${job}`)).status).toBe(404);
});

test("a schema is saved only when all of it is right", async () => {
  const app = await addApp("Mapped");
  const base = `/v1.0/servicePrincipals/${app.id}/synchronization/jobs`;
  const { body: job } = await site.ask("POST", base, { templateId: "thousandeyes" });
  const path = `${base}/${job.id}/schema`;
  const { body: schema } = await site.ask("GET", path);
  expect(schema.id).toBe(job.id);
  expect((await site.ask("PUT", path, schema)).status).toBe(204);
  const [mapping] = schema.synchronizationRules[0].objectMappings;
  mapping.attributeMappings[0].source = { type: "Function", expression: "NoSuchFunction([mail])" };
  const refused = await site.ask("PUT", path, schema);
  expect(refused.status).toBe(400);
  expect(refused.body.error.details[0].target).toMatch(
    /^\$\.synchronizationRules\[0\]\.objectMappings\[0\]\.attributeMappings\[0\]/,
  );
  const nothing = await site.ask("PATCH", path, { synchronizationRules: [] });
  expect([nothing.status, nothing.body.error.details[0].target]).toEqual([400, "$.synchronizationRules"]);
  const { body: before } = await site.ask("GET", path);
  const [rule] = before.synchronizationRules;
  expect((await site.ask("PATCH", path, { synchronizationRules: [{ ...rule, name: "Renamed" }] })).status).toBe(204);
  expect((await site.ask("GET", path)).body).toMatchObject({
    version: "v1.1",
    synchronizationRules: [{ name: "Renamed" }],
    directories: before.directories,
  });
  expect((await site.ask("DELETE", path)).status).toBe(204);
  expect((await site.ask("GET", path)).body.synchronizationRules).toEqual(before.synchronizationRules);
});

test("assignments are made, listed from both sides, and taken back", async () => {
  const app = await addApp("Assigned");
  const user = await addUser("andre");
  const role = app.appRoles.find(({ displayName }) => displayName === "User");
  const path = `/v1.0/servicePrincipals/${app.id}/appRoleAssignedTo`;
  const body = { principalId: user, resourceId: app.id, appRoleId: role?.id };
  const added = await site.ask("POST", path, body);
  expect(added.status).toBe(201);
  expect(propertiesOf(added.body).filter((name) => name !== "@odata.context")).toEqual(
    propertiesOf(fixture("app-role-assigned-to.json").value[0]),
  );
  expect(added.body).toMatchObject({
    principalDisplayName: "andre",
    principalType: "User",
    resourceDisplayName: "Assigned",
  });
  expect((await site.ask("POST", path, body)).body.error.message).toBe(
    "Permission being assigned already exists on the object",
  );
  const nobody = await site.ask("POST", path, { ...body, principalId: app.id });
  expect([nobody.status, nobody.body.error.message]).toEqual([400, "Not a valid reference update"]);
  const ofUser = await site.ask("GET", `/v1.0/users/${user}/appRoleAssignments?$filter=resourceId eq ${app.id}`);
  expect(ofUser.body.value.map(({ id }: { id: string }) => id)).toEqual([added.body.id]);
  for (const [principal, count] of [
    [user, 1],
    [app.id, 0],
    ["-".repeat(36), 0],
  ] as const) {
    expect((await site.ask("GET", `${path}?$filter=principalId eq '${principal}'`)).body.value).toHaveLength(count);
  }
  expect((await site.ask("DELETE", `${path}/${added.body.id}`)).status).toBe(204);
  expect((await site.ask("GET", path)).body.value).toEqual([]);

  const named = await site.ask("POST", "/lockstep/v1/apps/assigned/assignments", { principal: "ANDRE@example.com" });
  expect([named.status, named.body.roleName, named.body.principalDisplayName]).toEqual([201, "User", "andre"]);
  expect(named.body.expandNested).toBe(false);
  const expand = (expandNested: boolean) =>
    site.ask("PATCH", "/lockstep/v1/apps/assigned/assignments", { principal: user, expandNested });
  expect((await expand(true)).body).toMatchObject({ value: [{ roleName: "User", expandNested: true }] });
  expect((await expand(false)).body).toMatchObject({ value: [{ expandNested: false }] });
  const other = await site.ask("POST", "/lockstep/v1/apps/assigned/assignments", { principal: "nobody" });
  expect([other.status, other.body.error.code]).toEqual([404, "PrincipalNotFound"]);
  const removed = await site.ask("DELETE", "/lockstep/v1/apps/Assigned/assignments", { principal: user });
  expect(removed.body).toEqual({ removed: 1 });
});

test("credentials are tested before they are saved, and the first ones create the job", async () => {
  const app = await addApp("Connected");
  const path = "/lockstep/v1/apps/connected/credentials";
  const credentials = { baseAddress: "http://127.0.0.1:9/scim", secretToken: "one-secret" };
  site.engine.test = { ok: false, code: "Unauthorized", message: "Refused.", advice: [], exchange: null };
  const failed = await site.ask("POST", path, credentials);
  expect([failed.status, failed.body.error.code, failed.body.error.test]).toEqual([
    400,
    "CredentialsTestFailed",
    site.engine.test,
  ]);
  expect((await site.ask("GET", `/v1.0/servicePrincipals/${app.id}/synchronization/secrets`)).body.value).toEqual([]);

  expect((await site.ask("POST", path, { ...credentials, skipTest: true })).body).toEqual({ saved: true, test: null });
  site.engine.test = { ok: true, code: null, message: "Works.", advice: [], exchange: null };
  expect((await site.ask("POST", path, { secretToken: "two-secret" })).body).toEqual({
    saved: true,
    test: site.engine.test,
  });
  expect((await site.ask("PUT", "/lockstep/v1/apps/connected/scope", { syncAll: true })).body).toEqual({
    syncAll: true,
  });
  expect((await site.ask("GET", `/v1.0/servicePrincipals/${app.id}/synchronization/secrets`)).body.value).toEqual([
    { key: "BaseAddress", value: "http://127.0.0.1:9/scim" },
    { key: "SecretToken", value: "*" },
    { key: "SyncAll", value: "true" },
  ]);
  const settings = await site.ask("PUT", "/lockstep/v1/apps/connected/settings", { guard: { absolute: 7 } });
  expect(settings.body.guard).toEqual({ enabled: true, absolute: 7, percent: 20, floor: 10 });
  expect(settings.body.syncAll).toBe(true);
  expect((await site.ask("PUT", "/lockstep/v1/apps/connected/settings", { guards: {} })).status).toBe(400);
  const sometimes = await site.ask("PUT", "/lockstep/v1/apps/connected/settings", { readBack: "sometimes" });
  expect([sometimes.status, JSON.stringify(sometimes.body)]).toEqual([400, expect.stringContaining("readBack")]);
  const always = await site.ask("PUT", "/lockstep/v1/apps/connected/settings", { readBack: "always" });
  expect(always.body).toMatchObject({ readBack: "always", guard: { absolute: 7 } });
  const status = await site.ask("GET", "/lockstep/v1/jobs/connected/status");
  expect(status.body).toMatchObject({ appId: app.id, state: "notConfigured" });
  const counted = await site.ask("POST", "/lockstep/v1/jobs/connected/held/allow", { ids: ["a", "b"] });
  expect(counted.body).toEqual({ count: 2 });
  expect((await site.ask("POST", "/lockstep/v1/jobs/connected/retry", { ids: "all" })).body).toEqual({ count: 7 });
  expect((await site.ask("POST", "/lockstep/v1/jobs/connected/retry", {})).status).toBe(400);
  expect((await site.ask("GET", "/lockstep/v1/jobs/connected/held?limit=5&after=x")).body).toEqual({
    value: [],
    next: null,
  });
  expect(site.engine.calls.at(-1)).toEqual(["listHeld", status.body.jobId, { limit: 5, after: "x" }]);
});

const entryOf = (more: Partial<ProvisioningEntry>): ProvisioningEntry => ({
  ...fixture("provisioning-object-summaries.json").value[0],
  activityDateTime: new Date().toISOString(),
  explanation: "Created because of an assignment.",
  exchanges: [{ method: "POST" }],
  ...more,
});

test("the provisioning log is served in Graph's form, and with its explanations in ours", async () => {
  const user = await addUser("logged");
  const identity = {
    id: user,
    displayName: "logged",
    identityType: "User",
    details: { UserPrincipalName: "logged@example.com" },
  };
  const ids = [
    "c7a1e094-5d62-4b8f-9e30-2f4d86b1a75c",
    "d7a1e094-5d62-4b8f-9e30-2f4d86b1a75c",
    "e7a1e094-5d62-4b8f-9e30-2f4d86b1a75c",
  ];
  const entries = ids.map((id, index) =>
    entryOf({ id, sourceIdentity: identity, provisioningAction: index === 1 ? "update" : "create" }),
  );
  await site.store.transaction(async (tx) => {
    await ensurePartitions(tx, new Date());
    await recordProvisioning(tx, entries);
  });
  const all = await site.ask("GET", "/v1.0/auditLogs/provisioning?$orderby=activityDateTime desc");
  expect(all.body.value).toHaveLength(3);
  expect(propertiesOf(all.body.value[0])).toEqual(propertiesOf(fixture("provisioning-object-summaries.json").value[0]));
  expect(all.text).not.toContain("explanation");
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const portal = `((contains(tolower(servicePrincipal/id), '5e2b') or contains(tolower(servicePrincipal/displayName), 'x')) and activityDateTime gt ${yesterday} and provisioningaction eq 'update')`;
  const some = await site.ask("GET", `/v1.0/auditLogs/provisioning?$filter=${encodeURIComponent(portal)}`);
  expect(some.body.value.map(({ id }: { id: string }) => id)).toEqual([ids[1]]);
  expect((await site.ask("GET", `/v1.0/auditLogs/provisioning/${ids[2]}`)).body.id).toBe(ids[2]);
  expect((await site.ask("GET", `/beta/auditLogs/provisioning/${ids[1]}`)).body.action).toBe("update");

  const ours = await site.ask("GET", "/lockstep/v1/logs?user=LOGGED@example.com&limit=2");
  expect(ours.body.value).toHaveLength(2);
  expect(ours.body.value[0]).toMatchObject({
    explanation: "Created because of an assignment.",
    exchanges: [{ method: "POST" }],
  });
  const rest = await site.ask("GET", `/lockstep/v1/logs?user=${user}&limit=2&after=${ours.body.next}`);
  expect([rest.body.value.length, rest.body.next]).toEqual([1, null]);
  expect((await site.ask("GET", "/lockstep/v1/logs?action=paint")).status).toBe(400);
  expect((await site.ask("GET", "/lockstep/v1/logs?since=soon")).status).toBe(400);
});

test("a user name and password, or an OAuth client, stand in place of a token, and secrets are never shown", async () => {
  const app = await addApp("Clients");
  const path = "/lockstep/v1/apps/clients/credentials";
  const shown = async () =>
    (await site.ask("GET", `/v1.0/servicePrincipals/${app.id}/synchronization/secrets`)).body.value;
  const address = { key: "BaseAddress", value: "http://127.0.0.1:9/scim" };
  const basic = { kind: "basic", userName: "ada", password: "pass word " };
  const baseAddress = address.value;
  site.engine.test = { ok: true, code: null, message: "Works.", advice: [], exchange: null };
  await site.ask("POST", path, { baseAddress, secretToken: "first" });
  expect((await site.ask("POST", path, { credentials: basic })).status).toBe(200);
  expect(site.engine.calls.filter(([call]) => call === "testConnection").at(-1)).toEqual([
    "testConnection",
    app.id,
    { credentials: basic },
  ]);
  expect(await shown()).toEqual([
    address,
    { key: "AuthenticationType", value: "BasicAuthentication" },
    { key: "UserName", value: "ada" },
    { key: "Password", value: "*" },
  ]);

  const client = {
    kind: "clientCredentials",
    tokenUrl: "https://login.example/token",
    clientId: "c",
    clientSecret: "s",
  };
  expect((await site.ask("POST", path, { credentials: { ...client, scope: "scim" } })).status).toBe(200);
  expect(await shown()).toEqual([
    address,
    { key: "AuthenticationType", value: "OAuth2ClientCredentialsGrant" },
    { key: "Oauth2TokenExchangeUri", value: "https://login.example/token" },
    { key: "Oauth2ClientId", value: "c" },
    { key: "Oauth2ClientSecret", value: "*" },
    { key: "CredentialLocationInRequest", value: "Header" },
    { key: "Oauth2Scope", value: "scim" },
  ]);

  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const signs = { ...client, clientSecret: key, sendAs: "assertion" };
  expect((await site.ask("POST", path, { credentials: signs })).status).toBe(200);
  expect((await shown()).slice(-1)).toEqual([{ key: "CredentialLocationInRequest", value: "Assertion" }]);

  const both = await site.ask("POST", path, { secretToken: "t", credentials: basic });
  expect([both.status, both.body.error.message]).toEqual([
    400,
    "Give secretToken or credentials, not both; secretToken is short for a bearer token.",
  ]);
  const elsewhere = await site.ask("POST", path, { baseAddress: "http://localhost:9/scim" });
  expect([elsewhere.status, elsewhere.body.error.code]).toEqual([400, "SecretMustBeReentered"]);
});

test("provisioning on demand answers in the shape of the real service, and in ours", async () => {
  await addApp("Demanded");
  await site.ask("POST", "/lockstep/v1/apps/demanded/credentials", {
    baseAddress: "http://127.0.0.1:9",
    secretToken: "s",
    skipTest: true,
  });
  const { body: status } = await site.ask("GET", "/lockstep/v1/jobs/demanded/status");
  const user = await addUser("demanded");
  const entry = entryOf({ activityDateTime: "2026-05-04T09:31:09.500Z", durationInMilliseconds: 2500 });
  site.engine.onDemand = (_objectId, dry): OnDemandResult => ({
    entry,
    action: "create",
    changes: [],
    dry,
    exchanges: [],
  });
  const base = `/v1.0/servicePrincipals/${status.appId}/synchronization/jobs/${status.jobId}`;
  const ask = (ruleId: string) =>
    site.ask("POST", `${base}/provisionOnDemand`, {
      parameters: [{ ruleId, subjects: [{ objectId: user, objectTypeName: "User" }] }],
    });
  expect((await ask("no-such-rule")).status).toBe(400);
  const answer = await ask("");
  expect([answer.status, answer.body.key]).toEqual([
    200,
    "Microsoft.Identity.Health.CPP.Common.DataContracts.SyncFabric.StatusInfo",
  ]);
  const [shown] = JSON.parse(answer.body.value);
  expect(propertiesOf(shown)).toEqual(propertiesOf(fixture("provision-on-demand-value-decoded.json")[0]));
  expect(shown).toMatchObject({
    action: "Create",
    startTime: "2026-05-04T09:31:07.000Z",
    statusInfo: { status: "Success" },
  });
  expect(shown.provisioningSteps[0]).toMatchObject({ name: "EntryImportAdd", type: "Import", status: "Success" });

  const ours = await site.ask("POST", "/lockstep/v1/jobs/demanded/provision", {
    user: "demanded@example.com",
    dry: true,
  });
  expect(ours.body).toMatchObject({ action: "create", dry: true, entry: { explanation: entry.explanation } });
  expect(site.engine.calls.at(-1)).toEqual(["provision", status.jobId, user, true]);
  expect((await site.ask("POST", "/lockstep/v1/jobs/demanded/provision", { dry: true })).status).toBe(400);
});

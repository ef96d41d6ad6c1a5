import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { entryOf, importOf, jobOf, onDemandOf, progressOf, reportOf, statusOf } from "./sample-answers.ts";
import { type Answer, openOutput, openServer, type Ran, run, type TestServer } from "./test-shell.ts";

let server: TestServer | undefined;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lockstep-wording-"));
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await rm(folder, { recursive: true });
});

const ask = async (
  args: readonly string[],
  routes: Readonly<Record<string, Answer>> = {},
  changes: Parameters<typeof run>[1] = {},
): Promise<Ran> => {
  await server?.stop();
  server = await openServer({ "GET /lockstep/v1/status": { json: statusOf() }, ...routes });
  return run([...args, "--data", server.data], changes);
};

test("what the guard says stands once above the list of what it holds", async () => {
  const object = (id: string, heldAt: string, heldBecause: string) => ({
    objectId: id,
    objectType: "User",
    displayName: id,
    targetId: "t",
    action: "disable",
    reason: "NotAssigned",
    explanation: `${id} is not assigned.`,
    heldBecause,
    heldAt,
  });
  const value = [
    object("ada", "2025-03-01T11:00:00.000Z", "15 accounts would be disabled, more than 10."),
    object("bo", "2025-03-01T11:01:00.000Z", "16 accounts would be disabled, more than 10."),
  ];
  const { out } = await ask(["held"], { "GET /lockstep/v1/jobs/job-1/held": { json: { value, next: null } } });
  expect(out.split("\n").slice(0, 3)).toEqual([
    "16 accounts would be disabled, more than 10.",
    "",
    expect.stringMatching(/^HELD SINCE/),
  ]);
  expect(out.match(/accounts would be/g)).toHaveLength(1);
  expect(out).toContain("ada is not assigned.");
});

test("status says of held removals, of objects given up and of a quarantine each thing once", async () => {
  const began = "2025-03-01T11:00:00.000Z";
  const notices = [
    "2 removals are held.",
    `ThousandEyes is in quarantine since ${began}: The token was refused. Next attempt at ${began}.`,
    "1 objects have failed for 28 days.",
  ];
  const quarantine = {
    began,
    reason: "EncounteredQuarantineException" as const,
    code: "InvalidCredentials",
    message: "The token was refused.",
    nextAttempt: began,
  };
  const counts = { ...jobOf().counts, held: 2, givenUp: 1 };
  const status = statusOf({
    apps: [{ ...statusOf().apps[0]!, jobs: [jobOf({ counts, notices, quarantine: quarantine as never })] }],
  });
  const { out } = await ask(["status"], { "GET /lockstep/v1/status": { json: status } });
  for (const said of ["removals are held", "The token was refused", "28 days"]) expect(out.split(said)).toHaveLength(2);
  expect(out).toContain("Who is held and why: npx lockstep held");
});

test("status tells until when the target's rate limit lets nothing through", async () => {
  const waitingUntil = "2025-03-01T12:00:41.000Z";
  const time = new Date(waitingUntil).toTimeString().slice(0, 8);
  const status = statusOf({
    apps: [
      {
        ...statusOf().apps[0]!,
        jobs: [jobOf({ running: { ...progressOf(2), rate: 0, secondsLeft: null, waitingUntil } })],
      },
    ],
  });
  const { out } = await ask(["status"], { "GET /lockstep/v1/status": { json: status } });
  expect(out).toContain(
    `Provisioning: 2/4 (50%), 2 in step, 0 failed, waiting for the target's rate limit until ${time}.`,
  );
});

test("a run without anything due says so in place of a table", async () => {
  const report = reportOf({ kind: "incremental" }, { total: 0, done: 0, created: 0, skipped: 0, requests: 1 });
  const routes = { "POST /lockstep/v1/jobs/job-1/run": { lines: [{ report }] } };
  expect(await ask(["run"], routes)).toEqual({ code: 0, out: "Nothing was due.\n", err: "" });
  expect(JSON.parse((await ask(["run", "--json"], routes)).out)).toEqual(report);
  const after = { "POST /lockstep/v1/jobs/job-1/run": { lines: [{ progress: progressOf(2) }, { report }] } };
  expect((await ask(["run"], after)).out.trimEnd().split("\n").at(-1)).toBe(
    "The cycle that was under way is done; nothing more was due.",
  );
});

test("why nothing was written is told by a sentence, not by codes; a failure names its code once", async () => {
  const skipped = entryOf("1", {
    explanation: "Ada Berg is not assigned.",
    provisioningStatusInfo: {
      status: "skipped",
      errorInformation: {
        errorCode: "NotEffectivelyEntitled",
        reason: "NotAssigned",
        additionalDetails: null,
        errorCategory: "nonServiceFailure",
        recommendedAction: null,
      },
    },
    provisioningSteps: [
      {
        name: "EntrySynchronizationScoping",
        provisioningStepType: "scoping",
        status: "skipped",
        description: "User is not in scope",
        details: { "Assigned to the application": "False", ScopeEvaluationResult: "{}" },
      },
      {
        name: "EntrySynchronizationSkip",
        provisioningStepType: "processing",
        status: "skipped",
        description: "Ada Berg is not assigned.",
        details: { SkipReason: "NotEffectivelyEntitled", Reason: "NotAssigned" },
      },
    ],
    modifiedProperties: [],
  });
  const route = "POST /lockstep/v1/jobs/job-1/provision";
  const { out } = await ask(["provision", "ada"], {
    [route]: { json: onDemandOf({ entry: skipped, action: "skip" }) },
  });
  expect(out.split("\n").slice(1)).toEqual([
    "  Ada Berg is not assigned.",
    "  1. Decide who is in scope  skipped",
    "     User is not in scope",
    "       Assigned to the application  False",
    "  2. Decide what to do  skipped",
    "     Ada Berg is not assigned.",
    "Nothing had to be written to ThousandEyes.",
    "",
  ]);
  const failed = entryOf("2", {
    explanation: "Ada Berg: The name is taken.",
    provisioningStatusInfo: {
      status: "failure",
      errorInformation: {
        errorCode: "Conflict",
        reason: "The name is taken.",
        additionalDetails: null,
        errorCategory: "nonServiceFailure",
        recommendedAction: "Change it.",
      },
    },
  });
  const told = await ask(["provision", "ada"], { [route]: { json: onDemandOf({ entry: failed, action: "fail" }) } });
  expect(told.out.split("\n").slice(1, 4)).toEqual([
    "  Ada Berg: The name is taken.",
    "  Code: Conflict",
    "  Change it.",
  ]);
});

test("a template's short id is known to the server alone", async () => {
  const template = { id: "guid", displayName: "SCIM 2.0 application" };
  const ran = await ask(["app", "add", "scim", "--json"], {
    "GET /v1.0/applicationTemplates": { json: { value: [template] } },
    "GET /v1.0/applicationTemplates/scim": { json: template },
    "POST /v1.0/applicationTemplates/guid/instantiate": { status: 201, json: { servicePrincipal: { id: "sp" } } },
    "GET /v1.0/servicePrincipals/sp/synchronization/templates": { json: { value: [{ id: "a" }] } },
    "POST /v1.0/servicePrincipals/sp/synchronization/jobs": { status: 201, json: { id: "job" } },
  });
  expect(JSON.parse(ran.out)).toEqual({ servicePrincipal: { id: "sp" }, job: { id: "job" } });
});

test("an empty token file is named as empty, before anything is sent", async () => {
  const file = join(folder, "token.txt");
  await writeFile(file, "\n");
  for (const command of ["credentials", "test-connection"]) {
    const ran = await ask([command, "--secret-token-file", file]);
    expect([ran.code, ran.err]).toEqual([
      1,
      `The token file ${file} is empty: it should hold the secret token of the app.\n`,
    ]);
    expect(server?.asked.map(({ method }) => method)).toEqual(["GET"]);
  }
});

test("a name that is taken is told with the name and the way out", async () => {
  const message = "Another object with the same value for property userPrincipalName already exists.";
  const details = [{ code: "ObjectConflict", target: "userPrincipalName", message: "A conflicting object." }];
  const ran = await ask(["user", "create", "ada@contoso.example"], {
    "POST /v1.0/users": { status: 400, json: { error: { code: "Request_BadRequest", message, details } } },
  });
  expect(ran).toEqual({
    code: 1,
    out: "",
    err: "There is a user ada@contoso.example already. Choose another name, or change that one with: npx lockstep user update ada@contoso.example\n",
  });
});

test("the progress of a small import ends with the end", async () => {
  const file = join(folder, "people.csv");
  await writeFile(file, "E-Mail\na@contoso.example\n");
  const { out } = await ask(["import", file], {
    "POST /lockstep/v1/imports": {
      lines: [{ progress: { bytes: 25, totalBytes: 75, rows: 0 } }, { summary: importOf() }],
    },
  });
  expect(out.split("\n").filter((line) => line.startsWith("Importing"))).toEqual([
    "Importing: 25 B/75 B (33%), 0 rows",
    "Importing: 75 B/75 B (100%), 3 rows",
  ]);
});

test("the table of a group's members selects what it shows", async () => {
  const id = "0a1b2c3d-0000-4000-8000-000000000001";
  const { out } = await ask(["group", "show", id], {
    [`GET /v1.0/groups/${id}`]: { json: { id, displayName: "Team" } },
    [`GET /v1.0/groups/${id}/members`]: {
      json: {
        value: [{ id: "m", displayName: "Ada", userPrincipalName: "ada", accountEnabled: false, department: "Sales" }],
      },
    },
  });
  expect(new URL(server!.asked.at(-1)!.url, server!.url).searchParams.get("$select")).toContain(
    "accountEnabled,department",
  );
  expect(out.split("\n").at(-2)).toBe("Ada   ada                  blocked  Sales       m");
});

test("a terminal that says it has no columns counts as one of 80", async () => {
  const stdout = openOutput({ columns: 0 });
  await ask(["status"], {}, { stdout });
  const lines = stdout.written.join("").split("\n");
  expect(lines.join(" ")).toContain("active");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: styles are made of them
  for (const line of lines) expect(line.replace(/\u001b\[[0-9;]*m/g, "").length).toBeLessThanOrEqual(80);
});

test("what was found at another address than the app's is shown with that", async () => {
  const found = { baseUrl: "https://other.example/scim", at: "2025-03-01T12:00:00.000Z", profile: { pageSize: 7 } };
  const profile = { template: {}, found, own: {}, effective: { pageSize: 100 } };
  const shown = async (foundCounts: boolean) =>
    (await ask(["profile", "show"], { "GET /lockstep/v1/apps/app-1/profile": { json: { ...profile, foundCounts } } }))
      .out;
  expect((await shown(true)).split("\n")[0]).toBe("Found at https://other.example/scim on 2025-03-01");
  expect((await shown(false)).split("\n")[0]).toBe(
    "Found at https://other.example/scim on 2025-03-01, which is not the app's address, so it does not count",
  );
});

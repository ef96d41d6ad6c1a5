import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { entryOf, importOf, jobOf, onDemandOf, progressOf, reportOf, statusOf } from "./sample-answers.ts";
import { type Answer, type Asked, openOutput, openServer, type Ran, run, type TestServer } from "./test-shell.ts";

let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const status: Answer = { json: statusOf() };

/** Runs a command against a server with these routes; the app ThousandEyes is always there. */
const ask = async (
  args: readonly string[],
  routes: Readonly<Record<string, Answer | ((asked: Asked) => Answer)>> = {},
  changes: Parameters<typeof run>[1] = {},
): Promise<Ran> => {
  await server?.stop();
  server = await openServer({ "GET /lockstep/v1/status": status, ...routes });
  return run([...args, "--data", server.data], changes);
};

const sent = () => server?.asked.filter((one) => !one.url.startsWith("/lockstep/v1/status")) ?? [];

describe("finding the server", () => {
  test("the token of the data folder is sent", async () => {
    expect((await ask(["status"])).code).toBe(0);
    expect(server?.asked[0]).toMatchObject({
      method: "GET",
      url: "/lockstep/v1/status",
      authorization: "Bearer the-token",
    });
  });

  test("without a server the command says how to start one, with exit code 3", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lockstep-none-"));
    try {
      const plain = await run(["status"], { cwd: folder });
      expect(plain).toEqual({
        code: 3,
        out: "",
        err: "No server is running for .lockstep. Start one with: npx lockstep start --data .lockstep\n",
      });
      const json = await run(["status", "--json", "--data", "d"], { cwd: folder });
      expect(json.code).toBe(3);
      expect(JSON.parse(json.err).error).toMatchObject({ code: "NoServer", facts: { data: join(folder, "d") } });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("a server that is gone but left its file is no server", async () => {
    await ask(["status"]);
    await writeFile(
      join(server!.data, "server.json"),
      JSON.stringify({ url: "http://127.0.0.1:1", pid: 1, tokenFile: join(server!.data, "token") }),
    );
    expect((await run(["status", "--data", server!.data])).code).toBe(3);
  });

  test("the folder is found from a folder inside the project, and the environment names a server elsewhere", async () => {
    await ask(["status"]);
    const env = { LOCKSTEP_URL: server!.url, LOCKSTEP_TOKEN: "other" };
    expect((await run(["status"], { env })).code).toBe(0);
    expect(server?.asked.at(-1)?.authorization).toBe("Bearer other");
    expect((await run(["status"], { env: { LOCKSTEP_URL: server!.url } })).code).toBe(2);
  });
});

describe("errors", () => {
  const refusal = {
    status: 400,
    json: {
      error: {
        code: "Request_BadRequest",
        message: "It will not do.",
        details: [{ code: "x", target: "role", message: "No such role." }],
      },
    },
  };

  test("the server's sentence and details are for people, its error for programs", async () => {
    const routes = { "POST /lockstep/v1/apps/app-1/assignments": refusal };
    expect(await ask(["assign", "ada"], routes)).toEqual({
      code: 1,
      out: "",
      err: "It will not do.\n  role: No such role.\n",
    });
    const json = await ask(["assign", "ada", "--json"], routes);
    expect([json.code, json.out, JSON.parse(json.err)]).toEqual([1, "", refusal.json]);
  });

  test("an answer that is no JSON is told as such", async () => {
    const ran = await ask(["retry"], { "POST /lockstep/v1/jobs/job-1/retry": { status: 502 } });
    expect([ran.code, ran.err]).toEqual([1, `The server at ${server?.url} answered 502 without an explanation.\n`]);
  });

  test("wrong use is exit code 2, on standard error, as JSON if asked", async () => {
    const plain = await run(["pause", "--nope"]);
    expect([plain.code, plain.out, plain.err]).toEqual([2, "", "error: unknown option '--nope'\n"]);
    const json = await run(["import", "--json"]);
    expect([json.code, json.out]).toEqual([2, ""]);
    expect(JSON.parse(json.err)).toEqual({ error: { code: "WrongUse", message: "missing required argument 'file'" } });
  });

  test("an app that is not there, or not the only one, is told with the choices", async () => {
    expect((await ask(["pause", "Slack"])).err).toBe('There is no app "Slack". Apps: ThousandEyes (app-1)\n');
    const two = statusOf({
      apps: [...statusOf().apps, { id: "app-2", displayName: "Webex", templateId: "webex", jobs: [] }],
    });
    const ran = await ask(["pause"], { "GET /lockstep/v1/status": { json: two } });
    expect([ran.code, ran.err]).toEqual([
      2,
      "There are 2 apps; say which one with --app: ThousandEyes (app-1), Webex (app-2)\n",
    ]);
  });
});

describe("run", () => {
  const path = "POST /lockstep/v1/jobs/job-1/run";
  const lines = [{ progress: progressOf(0) }, { progress: progressOf(4) }];

  test("piped it writes plain progress and ends with the summary", async () => {
    const ran = await ask(["run", "thousandeyes"], { [path]: { lines: [...lines, { report: reportOf() }] } });
    expect(ran.code).toBe(0);
    expect(ran.out.split("\n").slice(0, 5)).toEqual([
      "Provisioning: 0/4 (0%), 0 in step, 0 failed, 2.0/s, 1.0 s left",
      "Provisioning: 4/4 (100%), 4 in step, 0 failed, 2.0/s, 1.0 s left",
      "Initial cycle succeeded, 12 s",
      "  handled    4 objects",
      "  created    3",
    ]);
  });

  test("on a terminal it draws a bar that is gone at the end", async () => {
    const stdout = openOutput({ columns: 80 });
    await ask(["run"], { [path]: { lines: [...lines, { report: reportOf() }] } }, { stdout });
    expect(stdout.written[0]).toContain("Provisioning [");
    expect(stdout.written.filter((text) => text.includes("\u001b[2K")).at(-1)).toBe("\r\u001b[2K");
  });

  test("--json prints the report alone; a failure is exit code 1", async () => {
    const report = reportOf({ state: "entryErrors" }, { failed: 2 });
    const ran = await ask(["run", "--json"], { [path]: { lines: [...lines, { report }] } });
    expect([ran.code, JSON.parse(ran.out), ran.err]).toEqual([1, report, ""]);
  });

  test("an error in the stream and an answer that breaks off are failures", async () => {
    const error = { error: { code: "JobPaused", message: "The job is paused." } };
    expect(await ask(["run", "--json"], { [path]: { lines: [...lines, error] } })).toEqual({
      code: 1,
      out: "",
      err: `${JSON.stringify(error)}\n`,
    });
    const cut = await ask(["run"], { [path]: { lines, cut: true } });
    expect(cut.code).toBe(1);
    expect(cut.err).toMatch(/^The connection to the server at .* was lost/);
  });
});

test("pause, resume and restart ask for it and tell the state", async () => {
  const state = { "GET /lockstep/v1/jobs/job-1/status": { json: jobOf({ state: "paused" }) } };
  const paused = await ask(["pause", "--json"], { "POST /lockstep/v1/jobs/job-1/pause": { status: 204 }, ...state });
  expect(JSON.parse(paused.out).state).toBe("paused");
  expect((await ask(["resume"], { "POST /lockstep/v1/jobs/job-1/start": { status: 204 }, ...state })).code).toBe(0);
  await ask(["restart", "--only", "failures"], { "POST /lockstep/v1/jobs/job-1/restart": { status: 204 }, ...state });
  expect(JSON.parse(sent()[0]!.body)).toEqual({
    watermark: false,
    escrows: true,
    quarantineState: false,
    connectorDataStore: false,
    forceDeletes: false,
  });
  expect((await ask(["restart", "--only", "everything"])).code).toBe(2);
});

const settings = {
  mode: "automatic",
  intervalSeconds: 60,
  guard: { enabled: true, absolute: 500, percent: 20, floor: 10 },
  extraMembers: "report",
  readBack: "sampled",
  profile: { pageSize: 50 },
};

test("settings are shown by the names that change them, and those that are named are changed", async () => {
  const routes = {
    "GET /lockstep/v1/apps/app-1/settings": { json: settings },
    "PUT /lockstep/v1/apps/app-1/settings": { json: { ...settings, readBack: "always" } },
  };
  expect((await ask(["settings", "show"], routes)).out.split("\n").map((line) => line.trim().split(/ +/))).toEqual([
    ["intervalSeconds", "60"],
    ["guard.enabled", "true"],
    ["guard.absolute", "500"],
    ["guard.percent", "20"],
    ["guard.floor", "10"],
    ["extraMembers", "report"],
    ["readBack", "sampled"],
    [""],
  ]);
  const set = await ask(["settings", "set", "readBack=always", "guard.percent=10", "guard.floor=5", "--json"], routes);
  expect(JSON.parse(sent().at(-1)!.body)).toEqual({ readBack: "always", guard: { percent: 10, floor: 5 } });
  expect(JSON.parse(set.out)).toMatchObject({ readBack: "always" });
  expect(await ask(["settings", "set", "readBack"], routes)).toMatchObject({
    code: 2,
    err: '"readBack" is not name=value.\n',
  });
});

test("members of the profile that were set are taken back by their names", async () => {
  const profile = { template: {}, found: null, own: { pageSize: 50, requestsPerSecond: 10 }, effective: {} };
  const routes = {
    "GET /lockstep/v1/apps/app-1/profile": { json: profile },
    "PUT /lockstep/v1/apps/app-1/profile": { json: { ...profile, own: { pageSize: 50 } } },
  };
  const ran = await ask(["profile", "unset", "requestsPerSecond"], routes);
  expect([ran.code, JSON.parse(sent().at(-1)!.body)]).toEqual([0, { own: { pageSize: 50 } }]);
  expect(await ask(["profile", "unset", "pageSise"], routes)).toMatchObject({
    code: 2,
    err: "You have not set pageSise. Set by you: pageSize, requestsPerSecond.\n",
  });
});

describe("held", () => {
  const object = (id: string, displayName: string) => ({
    objectId: id,
    objectType: "User",
    displayName,
    targetId: "t",
    action: "disable",
    reason: "NotAssigned",
    explanation: "No longer assigned.",
    heldAt: "2025-03-01T11:00:00.000Z",
  });
  const pages = (asked: Asked): Answer =>
    asked.url.includes("after=b")
      ? { json: { value: [object("b", "Bo Falk")], next: null } }
      : { json: { value: [object("a", "Ada Berg")], next: "b" } };
  const routes = {
    "GET /lockstep/v1/jobs/job-1/held": pages,
    "POST /lockstep/v1/jobs/job-1/held/allow": { json: { count: 2 } },
    "POST /lockstep/v1/jobs/job-1/held/reject": { json: { count: 1 } },
  };

  test("all pages are listed", async () => {
    const ran = await ask(["held", "list", "--json"], routes);
    expect(JSON.parse(ran.out).value.map((one: { objectId: string }) => one.objectId)).toEqual(["a", "b"]);
    expect((await ask(["held", "list"], routes)).out).toContain("2 removals held.");
  });

  test("names become ids; all need a word where nobody can be asked", async () => {
    expect((await ask(["held", "reject", "bo falk"], routes)).out).toBe("1 account will be kept, no longer managed.\n");
    expect(JSON.parse(sent().at(-1)!.body)).toEqual({ ids: ["b"] });
    const silent = await ask(["held", "allow"], routes);
    expect([silent.code, silent.err]).toEqual([
      2,
      "This would allow 2 removals of ThousandEyes. Say so with --all, or name those that you mean.\n",
    ]);
    expect((await ask(["held", "allow", "--all"], routes)).out).toBe("2 removals will go ahead now.\n");
    expect(JSON.parse(sent().at(-1)!.body)).toEqual({ ids: "all" });
  });

  test("at a terminal a person is asked", async () => {
    const questions: string[] = [];
    const answering = (reply: string) => ({
      ask: async (question: string) => {
        questions.push(question);
        return reply;
      },
    });
    expect((await ask(["held", "allow"], routes, answering("n"))).code).toBe(130);
    expect(sent().map((one) => one.method)).toEqual(["GET", "GET"]);
    expect((await ask(["held", "allow"], routes, answering("y"))).code).toBe(0);
    expect(questions).toEqual(Array(2).fill("Allow all 2 removals of ThousandEyes? [y/N] "));
  });
});

describe("credentials", () => {
  const test1 = {
    ok: false,
    code: "InvalidCredentials",
    message: "401.",
    advice: ["Make a new token."],
    exchange: null,
  };
  const secret = "s3cret";

  test("the token comes from file or environment and is never shown", async () => {
    const routes = {
      "POST /lockstep/v1/apps/app-1/credentials": { json: { saved: true, test: { ...test1, ok: true, code: null } } },
    };
    const ran = await ask(["credentials", "--base-address", "http://127.0.0.1:1/scim"], routes, {
      env: { LOCKSTEP_SECRET_TOKEN: secret },
    });
    expect([ran.code, JSON.parse(sent()[0]!.body)]).toEqual([
      0,
      { baseAddress: "http://127.0.0.1:1/scim", credentials: { kind: "bearer", token: secret } },
    ]);
    expect(ran.out + ran.err).not.toContain(secret);
    expect((await ask(["credentials"], routes)).code).toBe(2);
  });

  test.each([
    [["--user-name", "ada"], { kind: "basic", userName: "ada", password: secret }],
    [
      ["--client-id", "c", "--token-url", "https://login.example/token"],
      {
        kind: "clientCredentials",
        tokenUrl: "https://login.example/token",
        clientId: "c",
        clientSecret: secret,
        scope: null,
        sendAs: "header",
      },
    ],
    [
      ["--client-id", "c", "--token-url", "https://login.example/token", "--scope", "scim", "--client-auth", "body"],
      {
        kind: "clientCredentials",
        tokenUrl: "https://login.example/token",
        clientId: "c",
        clientSecret: secret,
        scope: "scim",
        sendAs: "body",
      },
    ],
    [
      ["--client-id", "c", "--token-url", "https://login.example/token", "--client-auth", "assertion"],
      {
        kind: "clientCredentials",
        tokenUrl: "https://login.example/token",
        clientId: "c",
        clientSecret: secret,
        scope: null,
        sendAs: "assertion",
      },
    ],
  ])("%j with a secret", async (flags, credentials) => {
    const routes = { "POST /lockstep/v1/apps/app-1/credentials": { json: { saved: true, test: null } } };
    const ran = await ask(["credentials", ...flags], routes, { env: { LOCKSTEP_SECRET_TOKEN: secret } });
    expect([ran.code, JSON.parse(sent()[0]!.body)]).toEqual([0, { credentials }]);
  });

  test.each([
    [
      ["--user-name", "ada"],
      {},
      "--user-name needs the password: give it with --secret-token-file or LOCKSTEP_SECRET_TOKEN.",
    ],
    [
      ["--client-id", "c"],
      {},
      "--client-id needs the client secret: give it with --secret-token-file or LOCKSTEP_SECRET_TOKEN.",
    ],
    [
      ["--client-id", "c"],
      { LOCKSTEP_SECRET_TOKEN: "s" },
      "--client-id needs the address of the token endpoint: --token-url.",
    ],
    [["--user-name", "ada", "--client-id", "c"], {}, "Give --user-name or --client-id, not both."],
    [["--scope", "scim"], {}, "--token-url, --scope and --client-auth belong to --client-id."],
    [
      ["--client-id", "c", "--client-auth", "cookie"],
      {},
      '--client-auth takes header, body or assertion, not "cookie".',
    ],
  ])("%j is wrong use", async (flags, env, sentence) => {
    expect(await ask(["credentials", ...flags], {}, { env })).toEqual({ code: 2, out: "", err: `${sentence}\n` });
  });

  test("a password in the address of a doctor is wrong use, and not repeated", async () => {
    const ran = await ask(["doctor", `https://ada:${secret}@scim.example.com/v2`, "--token", "t"], {});
    const says =
      "The address must not contain a user name or password. Give --user-name, and the password with --token-file.";
    expect(ran).toEqual({ code: 2, out: "", err: `${says}\n` });
  });

  test("a test that fails saves nothing and says how to save all the same", async () => {
    const error = {
      code: "CredentialsTestFailed",
      message: "The token was refused.",
      details: [
        { code: "InvalidCredentials", target: "credentials", message: "The token was refused. Make a new token." },
      ],
      test: test1,
    };
    const ran = await ask(["credentials", "--secret-token", secret], {
      "POST /lockstep/v1/apps/app-1/credentials": { status: 400, json: { error } },
    });
    expect([ran.code, ran.err]).toEqual([
      1,
      "The token was refused. Nothing was saved. To save them all the same, add --skip-test.\n  Make a new token.\n",
    ]);
  });

  test("test-connection ends with 0 only if it passed", async () => {
    const route = "POST /lockstep/v1/apps/app-1/test-connection";
    expect(await ask(["test-connection"], { [route]: { json: test1 } })).toEqual({
      code: 1,
      out: "The connection test failed (InvalidCredentials). 401.\n  - Make a new token.\n",
      err: "",
    });
    expect((await ask(["test-connection"], { [route]: { json: { ...test1, ok: true, code: null } } })).code).toBe(0);
  });
});

describe("logs and provision", () => {
  const entries = [entryOf("2", { provisioningAction: "disable" }), entryOf("1")];

  test("filters go to the server, pages are joined, the newest comes last for people", async () => {
    const pages = (asked: Asked): Answer =>
      asked.url.includes("after=")
        ? { json: { value: [entries[1]], next: null } }
        : { json: { value: [entries[0]], next: "2" } };
    const ran = await ask(
      ["logs", "--since", "1h", "--status", "failure", "--code", "Timeout", "--app", "ThousandEyes"],
      {
        "GET /lockstep/v1/logs": pages,
      },
    );
    const query = new URL(sent()[0]!.url, "http://x").searchParams;
    expect(Object.fromEntries(query)).toEqual({
      app: "app-1",
      status: "failure",
      code: "Timeout",
      since: "2025-03-01T11:00:00.000Z",
      limit: "50",
    });
    expect(ran.out.split("\n").map((line) => line.split(/\s{2,}/)[1])).toEqual([
      "ACTION",
      "create",
      "disable",
      undefined,
    ]);
    const json = await ask(["logs", "--json"], { "GET /lockstep/v1/logs": pages });
    expect(JSON.parse(json.out)).toEqual({ value: entries });
    expect((await ask(["logs", "--since", "soon"])).code).toBe(2);
  });

  test("on demand shows steps, values, changes and the outcome", async () => {
    const ran = await ask(["provision", "ada@contoso.example", "--dry-run"], {
      "POST /lockstep/v1/jobs/job-1/provision": { json: onDemandOf({ dry: true }) },
    });
    expect(JSON.parse(sent()[0]!.body)).toEqual({ user: "ada@contoso.example", dry: true });
    expect(ran.code).toBe(0);
    expect(ran.out.split("\n").slice(1)).toEqual([
      "  Assigned directly, and without an account so far.",
      "  1. Import from the directory  success",
      "     Read from the directory.",
      "       userPrincipalName  ada@contoso.example",
      "  ATTRIBUTE  BEFORE  AFTER",
      "  userName           ada@contoso.example",
      "An account would be created in ThousandEyes. (dry run: nothing was written)",
      "",
    ]);
    const failed = await ask(["provision", "ada"], {
      "POST /lockstep/v1/jobs/job-1/provision": { json: onDemandOf({ action: "fail" }) },
    });
    expect(failed.code).toBe(1);
    const errorInformation = {
      errorCode: "TargetIgnoredChange",
      reason: "title was changed, but it was not.",
      additionalDetails: null,
      errorCategory: "nonServiceFailure" as const,
      recommendedAction: null,
    };
    const ignoring = entryOf("3", { provisioningStatusInfo: { status: "warning", errorInformation } });
    const ignored = await ask(["provision", "ada"], {
      "POST /lockstep/v1/jobs/job-1/provision": { json: onDemandOf({ action: "update", entry: ignoring }) },
    });
    expect([ignored.code, ignored.out.trimEnd().split("\n").at(-1)]).toEqual([
      1,
      "Not all of it was done in ThousandEyes.",
    ]);
  });
});

describe("import", () => {
  const withFile = async (work: (file: string, folder: string) => Promise<void>) => {
    const folder = await mkdtemp(join(tmpdir(), "lockstep-import-"));
    try {
      await writeFile(join(folder, "people.csv"), "E-Mail,shoe\nada@contoso.example,38\n");
      await work(join(folder, "people.csv"), folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  };

  test("the file's bytes are sent; columns, problems and counts are told", () =>
    withFile(async (file, folder) => {
      const problem = importOf().problems[0];
      const lines = [{ progress: { bytes: 40, totalBytes: 80, rows: 1 } }, { problem }, { summary: importOf() }];
      const report = join(folder, "bad.csv");
      const ran = await ask(["import", file, "--anchor", "mail", "--problems", report], {
        "POST /lockstep/v1/imports": { lines },
      });
      const asked = sent()[0]!;
      expect(asked.body).toBe("E-Mail,shoe\nada@contoso.example,38\n");
      expect(Object.fromEntries(new URL(asked.url, "http://x").searchParams)).toEqual({
        name: "people.csv",
        anchor: "mail",
      });
      expect(ran.code).toBe(0);
      expect(ran.out).toContain("Columns: E-Mail → mail\nNot read: shoe\n");
      expect(ran.out).toContain("   3  mail   It is no address.  row\n");
      expect(await readFile(report, "utf8")).toBe(
        "line,field,reason,value,effect\r\n3,mail,It is no address.,'=x,row-skipped\r\n",
      );
      expect((await ask(["import", file, "--strict", "--json"], { "POST /lockstep/v1/imports": { lines } })).code).toBe(
        1,
      );
    }));

  test("people are removed only after the number was confirmed", () =>
    withFile(async (file) => {
      const route = (asked: Asked): Answer =>
        asked.url.includes("confirmRemovals=7")
          ? {
              lines: [
                {
                  summary: importOf({
                    users: { ...importOf().users, added: 0, removed: 7 },
                    removal: { outcome: "done", missing: 7, reason: null },
                  }),
                },
              ],
            }
          : { lines: [{ needsConfirmation: { remove: 7 }, summary: importOf() }] };
      const routes = { "POST /lockstep/v1/imports": route };
      const silent = await ask(["import", file, "--complete"], routes);
      expect([silent.code, sent().length]).toEqual([2, 1]);
      expect(silent.err).toMatch(
        /^7 objects of this source are missing in .* To remove them, run it again with --yes\.\n$/,
      );
      const questions: string[] = [];
      const answering = (reply: string) => ({
        ask: async (question: string) => {
          questions.push(question);
          return reply;
        },
      });
      expect([(await ask(["import", file, "--complete"], routes, answering(""))).code, sent().length]).toEqual([
        130, 1,
      ]);
      const yes = await ask(["import", file, "--complete", "--json"], routes, answering("yes"));
      expect([yes.code, JSON.parse(yes.out).users]).toEqual([0, { ...importOf().users, added: 2, removed: 7 }]);
      expect(questions[0]).toBe(
        "7 objects of this source are missing in the file and would be removed. Continue? [y/N] ",
      );
      expect((await ask(["import", file, "--complete", "--yes"], routes)).code).toBe(0);
    }));

  test("a file that is not there is told before the server is asked", async () => {
    const ran = await ask(["import", "/nowhere/people.csv"]);
    expect([ran.code, sent().length]).toEqual([1, 0]);
  });
});

describe("apps and people on Graph's paths", () => {
  test("app add makes the app and the job that the template proposes", async () => {
    const ran = await ask(["app", "add", "thousandeyes", "--name", "EU", "--json"], {
      "GET /v1.0/applicationTemplates": { json: { value: [{ id: "guid", displayName: "ThousandEyes" }] } },
      "POST /v1.0/applicationTemplates/guid/instantiate": {
        status: 201,
        json: { application: {}, servicePrincipal: { id: "sp" } },
      },
      "GET /v1.0/servicePrincipals/sp/synchronization/templates": {
        json: { value: [{ id: "a" }, { id: "b", default: true }] },
      },
      "POST /v1.0/servicePrincipals/sp/synchronization/jobs": { status: 201, json: { id: "job" } },
    });
    expect(JSON.parse(ran.out)).toEqual({ application: {}, servicePrincipal: { id: "sp" }, job: { id: "job" } });
    expect(sent().map((one) => one.body)).toEqual(["", '{"displayName":"EU"}', "", '{"templateId":"b"}']);
  });

  test("app delete needs a word", async () => {
    const routes = { "DELETE /v1.0/servicePrincipals/app-1": { status: 204 } };
    expect((await ask(["app", "delete", "ThousandEyes"], routes)).code).toBe(2);
    expect((await ask(["app", "delete", "ThousandEyes", "--yes"], routes)).out).toBe("ThousandEyes was deleted.\n");
    expect(sent()[0]?.url).toBe("/v1.0/servicePrincipals/app-1?accounts=leave");
  });

  test("lists follow their next links up to the limit", async () => {
    const pages = (asked: Asked): Answer =>
      asked.url.includes("$skiptoken=2") || asked.url.includes("%24skiptoken=2")
        ? { json: { value: [{ id: "2" }, { id: "3" }] } }
        : { json: { value: [{ id: "1" }], "@odata.nextLink": `${server!.url}/v1.0/users?$skiptoken=2` } };
    const ran = await ask(["user", "list", "--limit", "2", "--json"], { "GET /v1.0/users": pages });
    expect(JSON.parse(ran.out)).toEqual({ value: [{ id: "1" }, { id: "2" }], more: true });
    const columns = "id,displayName,userPrincipalName,accountEnabled,department";
    expect(new URL(sent()[0]!.url, server!.url).searchParams.get("$select")).toBe(columns);
  });

  test("user update patches Graph's names, extension attributes in their own object", async () => {
    await ask(
      ["user", "update", "ada@contoso.example", "--set", "extensionAttribute3=x", "--clear", "jobTitle", "--disable"],
      {
        "GET /v1.0/users/ada%40contoso.example": { json: { id: "u" } },
        "GET /v1.0/users/u": { json: { id: "u" } },
        "PATCH /v1.0/users/u": { status: 204 },
      },
    );
    expect(JSON.parse(sent()[1]!.body)).toEqual({
      jobTitle: null,
      onPremisesExtensionAttributes: { extensionAttribute3: "x" },
      accountEnabled: false,
    });
  });

  test("a deleted person is restored by the name that they had", async () => {
    const id = "0a1b2c3d-0000-4000-8000-000000000001";
    const ran = await ask(["user", "restore", "ada@contoso.example"], {
      "GET /v1.0/directory/deletedItems/microsoft.graph.user": {
        json: { value: [{ id, userPrincipalName: `${id.replaceAll("-", "")}ada@contoso.example` }] },
      },
      [`POST /v1.0/directory/deletedItems/${id}/restore`]: { json: { id } },
      [`GET /v1.0/users/${id}`]: { json: { id, displayName: "Ada\u001b[31m" } },
    });
    expect(ran).toEqual({ code: 0, out: `Restored.\nid           ${id}\ndisplayName  Ada\\u001b[31m\n`, err: "" });
  });
});

test("status shows the server, true counts and what needs a person", async () => {
  const ran = await ask(["status"]);
  const lines = ran.out.split("\n");
  expect(lines[0]).toBe("server     Lockstep 0.1.0 at http://127.0.0.1:8400, up 5 min 00 s");
  expect(lines[4]).toBe("APP           STATE   IN SCOPE  IN STEP  PENDING  FAILED  HELD  TIME LEFT");
  expect(lines[5]).toBe("ThousandEyes  active         4        3        0       0     1");
  expect(ran.out).toContain("Who is held and why: npx lockstep held");
  expect(JSON.parse((await ask(["status", "--json"])).out)).toEqual(statusOf());
});

test("every command has help with examples", async () => {
  const { createProgram } = await import("./program.ts");
  const names: string[] = [];
  const walk = (command: { commands: readonly unknown[]; name(): string }, path: readonly string[]) => {
    for (const child of command.commands as (typeof command)[]) {
      const here = [...path, child.name()];
      if (child.commands.length > 0) walk(child, here);
      else names.push(here.join(" "));
    }
  };
  walk(createProgram({ stdout: openOutput(), stderr: openOutput() } as never) as never, []);
  expect(names.length).toBeGreaterThan(35);
  for (const name of names) {
    const ran = await run([...name.split(" "), "--help"]);
    expect([name, ran.code, ran.err]).toEqual([name, 0, ""]);
    expect(ran.out).toContain(`Examples:\n  $ lockstep ${name}`);
    expect(ran.out).toContain("--json");
  }
});

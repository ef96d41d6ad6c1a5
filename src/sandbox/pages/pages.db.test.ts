import { afterAll, beforeAll, expect, test } from "vitest";
import { schemaUrns } from "#scim";
import { linkValue, openTestSandbox, rawRequest, type SandboxClient } from "#test/sandbox-client.ts";

let sandbox: SandboxClient;
beforeAll(async () => {
  sandbox = await openTestSandbox();
});
afterAll(() => sandbox.end());

interface Shown {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const sections = [
  "users",
  "users/new",
  "roles",
  "roles/new",
  "account-groups",
  "settings",
  "activity",
  "mail",
  "drill",
  "profile",
];

/** A browser as far as forms go: it keeps its cookie and says where it comes from. */
const openForms = () => {
  let cookie = "";
  const ask = async (path: string, init: RequestInit): Promise<Shown> => {
    const headers = { ...(cookie === "" ? {} : { cookie }), ...(init.headers as Record<string, string>) };
    const response = await fetch(sandbox.web + path, { redirect: "manual", ...init, headers });
    const given = response.headers.get("set-cookie")?.split(";")[0];
    if (given !== undefined) cookie = given;
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return {
    get: (path: string, headers: Record<string, string> = {}) => ask(path, { headers }),
    post: (path: string, fields: Record<string, string> | string, headers: Record<string, string> = {}) =>
      ask(path, {
        method: "POST",
        body: typeof fields === "string" ? fields : new URLSearchParams(fields).toString(),
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          origin: new URL(sandbox.web).origin,
          ...headers,
        },
      }),
  };
};

const signedIn = async () => {
  sandbox = await sandbox.reopen();
  const forms = openForms();
  expect((await forms.post(`links/${linkValue(sandbox.signInLink)}`, {})).headers.get("location")).toBe("/");
  return forms;
};

const sign = "Correct-Horse-1";

/** A user who has the default access only, signed in by a password chosen by mail. */
const regular = async () => {
  const admin = await signedIn();
  const email = `${crypto.randomUUID()}@x.example`;
  expect((await sandbox.call("POST", "/Users", { schemas: [schemaUrns.user], userName: email })).status).toBe(201);
  const forms = openForms();
  await forms.post("forgotten-password", { email });
  const mail = await admin.get(`mail?to=${email}`);
  const value = /links\/([\w-]{43})"/.exec(mail.text)?.[1];
  expect((await forms.post(`links/${value}`, { password: sign })).headers.get("location")).toBe("/?done=password-set");
  expect((await forms.post("sign-in", { email, password: sign })).headers.get("location")).toBe("/");
  return { forms, email, admin };
};

test("without a session there is a sign-in and nothing else: no names, no log, no settings", async () => {
  await sandbox.call("POST", "/Users", {
    schemas: [schemaUrns.user],
    userName: "secret@x.example",
    displayName: "Hidden",
  });
  const stranger = openForms();
  const front = await stranger.get("");
  expect([front.status, front.text.includes("Sign in")]).toEqual([200, true]);
  for (const path of sections) {
    const shown = await stranger.get(path);
    expect([path, shown.status]).toEqual([path, 401]);
    for (const text of ["Hidden", "secret@x.example", "Standard", sandbox.baseUrl])
      expect(front.text + shown.text).not.toContain(text);
    expect((await stranger.post(path, {})).status).toBe(401);
  }
  const withToken = await stranger.get("users", { authorization: `Bearer ${sandbox.token}` });
  expect([withToken.status, withToken.text.includes("Hidden")]).toEqual([403, false]);
});

test("a page takes nothing from elsewhere: a strict policy, names escaped, messages from a fixed list", async () => {
  const admin = await signedIn();
  const evil = `<script>alert("1")</script>`;
  await sandbox.call("POST", "/Users", { schemas: [schemaUrns.user], userName: "evil@x.example", displayName: evil });
  const shown = await admin.get(`users?search=${encodeURIComponent(`"><b>`)}&done=${encodeURIComponent(evil)}`);
  const users = await admin.get("users?done=constructor");
  expect(users.text).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;");
  for (const { text, headers } of [shown, users]) {
    expect(text).not.toContain(evil);
    expect(text).not.toContain('"><b>');
    expect(text).not.toMatch(/<style|style="| on\w+="|role="status"/);
    expect(text).not.toContain(sandbox.token);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect([headers.get("cache-control"), headers.get("x-content-type-options")]).toEqual(["no-store", "nosniff"]);
  }
});

test("a form of another site changes nothing, whoever is signed in; nor does a page under a foreign name", async () => {
  const admin = await signedIn();
  const wish = { name: "Forged", kind: "bearer" };
  for (const origin of ["http://evil.example", "null", "http://127.0.0.1:1"]) {
    expect([origin, (await admin.post("profile/tokens", wish, { origin })).status]).toEqual([origin, 403]);
    expect((await admin.post("sign-out", {}, { origin })).status).toBe(403);
  }
  expect((await admin.get("profile")).text).not.toContain("Forged");
  expect(await rawRequest(sandbox.port, "/", { headers: { host: "evil.example" } })).toBe(421);
  expect(await rawRequest(sandbox.port, "/users", { headers: { host: "evil.example" } })).toBe(421);
});

test("a link shows what it is good for and is not used up by looking", async () => {
  sandbox = await sandbox.reopen();
  const forms = openForms();
  const path = `links/${linkValue(sandbox.signInLink)}`;
  for (const _ of [1, 2]) expect((await forms.get(path)).text).toContain("admin@sandbox.example");
  expect((await forms.post(path, {}, { origin: "http://evil.example" })).status).toBe(403);
  expect((await forms.post(path, {})).status).toBe(303);
  expect([(await forms.post(path, {})).status, (await forms.get(path)).status]).toEqual([404, 404]);
});

test("a regular user sees and changes no more than the own profile, mail and logins", async () => {
  const { forms, email } = await regular();
  const front = await forms.get("");
  expect(front.headers.get("location")).toBe("/profile");
  const profile = await forms.get("profile");
  expect([...profile.text.matchAll(/<li><a href="([^"]+)"/g)].map(([, path]) => path)).toEqual([
    "/account-groups",
    "/activity",
    "/mail",
    "/profile",
  ]);
  const statuses = await Promise.all(sections.map(async (path) => [path, (await forms.get(path)).status]));
  expect(Object.fromEntries(statuses)).toMatchObject({
    users: 403,
    "users/new": 403,
    roles: 403,
    "roles/new": 403,
    settings: 403,
    drill: 403,
    "account-groups": 200,
    activity: 200,
    mail: 200,
    profile: 200,
  });
  const [log, mail] = [await forms.get("activity"), await forms.get("mail")];
  expect(log.text).toContain("Login successful");
  expect(log.text).not.toContain("admin@sandbox.example");
  expect(mail.text).toContain(email);
  expect(mail.text).not.toContain("admin@sandbox.example");
  const refused = await Promise.all([
    forms.post("users/new", { email: "a@x.example", role: crypto.randomUUID(), group: "all" }),
    forms.post("roles/new", { name: "Mine", permissions: "API access" }),
    forms.post("account-groups", { name: "Mine" }),
    forms.post("settings/switches", { disableAction: "remove" }),
    forms.post("drill/faults", { kind: "500", span: "next", times: "1" }),
    forms.post("drill/off", {}),
    forms.post("drill/rate-limit", { limit: "1" }),
  ]);
  expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403, 403]);
  expect(sandbox.drill.list()).toEqual([]);
});

test.each([
  ["not a form", '{"name":"x"}', { "content-type": "application/json" }, 415],
  ["half a character", "name=%00", {}, 400],
  ["too much", `name=${"x".repeat(1024 * 1024)}`, {}, 413],
  ["nothing", "", {}, 400],
])("a body that is %s is refused in words, and makes nothing", async (_, body, headers, status) => {
  const admin = await signedIn();
  const before = (await admin.get("profile")).text;
  const shown = await admin.post("profile/tokens", body, headers);
  expect([shown.status, shown.text.includes('role="alert"')]).toEqual([status, true]);
  expect((await admin.get("profile")).text).toBe(before);
});

test("what was typed is kept beside the reason, but for passwords", async () => {
  const forms = openForms();
  const refused = await forms.post("sign-in", { email: "who@x.example", password: sign });
  expect([refused.status, refused.text.includes('value="who@x.example"'), refused.text.includes(sign)]).toEqual([
    401,
    true,
    false,
  ]);
  expect(refused.text).toContain("This e-mail and password do not belong together.");
});

test("saving switches or a user as they are writes nothing into the log", async () => {
  const admin = await signedIn();
  const settings = await admin.get("settings");
  const form = settings.text.slice(settings.text.indexOf("/settings/switches"));
  const chosen = [...form.matchAll(/<select[^>]*name="(\w+)"[^>]*>.*?<option value="([^"]*)" selected/gs)].map(
    ([, name = "", value = ""]) => [name, value],
  );
  const numbers = [...form.matchAll(/<input class="short"[^>]*name="(\w+)"[^>]*value="(\d+)"/gs)].map(
    ([, name = "", value = ""]) => [name, value],
  );
  expect(chosen.length + numbers.length).toBeGreaterThan(15);
  const saved = await admin.post("settings/switches", Object.fromEntries([...chosen, ...numbers]));
  expect(saved.headers.get("location")).toBe("/settings?done=settings-same");
  expect((await admin.get("activity?event=Settings+changed")).text).toContain("Nothing matches.");

  const created = await sandbox.call("POST", "/Users", { schemas: [schemaUrns.user], userName: "same@x.example" });
  const path = `users/${created.body.id}`;
  const grant = /name="grant" value="([^"]+)" checked/.exec((await admin.get(path)).text)?.[1] ?? "";
  const same = await admin.post(path, {
    email: "same@x.example",
    name: "",
    grant,
    role: "",
    group: "all",
    active: "on",
  });
  expect(same.headers.get("location")).toBe(`/${path}?done=user-changed`);
  expect((await admin.get("activity?event=User+updated&user=same@x.example")).text).toContain("Nothing matches.");
});

test("faults of a drill meet no page", async () => {
  const admin = await signedIn();
  sandbox.drill.add({
    kind: "500",
    method: null,
    path: null,
    times: null,
    retryAfterSeconds: null,
    delayMilliseconds: null,
  });
  for (const path of sections) expect((await admin.get(path)).status).toBe(200);
  expect((await sandbox.call("GET", "/Users")).status).toBe(500);
  sandbox.drill.clear();
});

const secretIn = (text: string): string => /data-copy>([\w-]+)</.exec(text)?.[1] ?? "";
const rowsIn = (text: string): string => text.slice(text.indexOf("<tbody"));
const linkTo = (text: string, label: string): string => new RegExp(`href="/([^"]+)">${label}<`).exec(text)?.[1] ?? "";

test("a token is shown once; regenerating puts another in its place while it works on", async () => {
  const admin = await signedIn();
  const made = secretIn((await admin.post("profile/tokens", { name: "Rotated", kind: "bearer" })).text);
  const profile = await admin.get("profile");
  expect(profile.text).not.toContain(made);
  const path = /action="\/(profile\/tokens\/[^"]+\/regenerate)"><button[^>]*aria-label="Regenerate Rotated"/.exec(
    profile.text,
  )?.[1];
  const next = secretIn((await admin.post(path ?? "", {})).text);
  expect([next === made, next.length]).toEqual([false, 43]);
  for (const token of [made, next]) {
    expect((await sandbox.call("GET", "/Users", undefined, { authorization: `Bearer ${token}` })).status).toBe(200);
  }
  const again = await admin.post(path ?? "", {});
  expect([again.status, again.text.includes("Two tokens overlap already.")]).toEqual([409, true]);
  expect((await admin.get("profile")).text).toContain("Replaced, works on until it expires");
});

test("roles and account groups are made, changed, used by the SCIM settings, and deleted", async () => {
  const admin = await signedIn();
  const after = async (path: string, fields: Record<string, string>) =>
    (await admin.post(path, fields)).headers.get("location");
  expect(await after("roles/new", { name: "Clerk", permissions: "View roles" })).toBe("/roles?done=role-added");
  const role = linkTo((await admin.get("roles")).text, "Clerk");
  expect(await after(role, { name: "Scribe", permissions: "View all users" })).toBe(`/${role}?done=role-changed`);
  expect(await after("account-groups", { name: "West" })).toBe("/account-groups?done=group-added");
  const group = linkTo((await admin.get("account-groups")).text, "West");
  expect(await after(group, { name: "Far west" })).toBe("/account-groups?done=group-renamed");

  expect(await after("settings/access", { role: "Scribe", groups: "some", group: "Far west" })).toBe(
    "/settings?done=settings-saved",
  );
  const { body } = await sandbox.call("POST", "/Users", { schemas: [schemaUrns.user], userName: "west@x.example" });
  expect((await admin.get(`users/${body.id}`)).text).toContain("Scribe in Far west");
  const kept = await admin.post("settings/access", { role: "Scribe", groups: "some" });
  expect([kept.status, kept.text.includes('value="some" checked')]).toEqual([400, true]);
  expect((await admin.post(`${role}/delete`, {})).status).toBe(409);
  expect((await admin.post(`${group}/delete`, {})).status).toBe(409);

  expect(await after("settings/access", { role: "Regular User", groups: "all" })).toBe("/settings?done=settings-saved");
  expect(await after(`users/${body.id}/remove`, {})).toBe("/users?done=user-removed");
  expect(await after(`${role}/delete`, {})).toBe("/roles?done=role-deleted");
  const where = /value="([^" ]+ [^"]+)">Sandbox: Far west</.exec((await admin.get("profile")).text)?.[1] ?? "";
  expect(await after("session", { place: where })).toBe("/profile?done=moved");
  expect((await admin.get("profile")).text).toContain("admin@sandbox.example in Far west");
  expect(await after(`${group}/delete`, {})).toBe("/account-groups?done=group-deleted");
});

test("pages of users and of the log follow one another, with the filters kept", async () => {
  const admin = await signedIn();
  for (const index of [1, 2, 3]) {
    await sandbox.call("POST", "/Users", { schemas: [schemaUrns.user], userName: `turn${index}@x.example` });
  }
  const first = await admin.get("users?search=TURN&count=2");
  expect([first.text.includes("1 to 2 of 3"), first.text.includes("turn3@")]).toEqual([true, false]);
  const second = await admin.get(linkTo(first.text, "Next page").replaceAll("&amp;", "&"));
  expect([second.text.includes("3 to 3 of 3"), second.text.includes("turn3@")]).toEqual([true, true]);
  expect((await admin.get("users?page=0")).status).toBe(400);

  await admin.post("drill/rate-limit", { limit: "" });
  for (let index = 0; index < 55; index += 1) {
    await admin.post("settings/organization", { name: "Sandbox", plan: `Plan ${index}` });
  }
  const newest = await admin.get("activity?event=Organization+updated&user=admin%40sandbox.example");
  expect([rowsIn(newest.text).includes("Plan 54<"), rowsIn(newest.text).includes("Plan 4<")]).toEqual([true, false]);
  const older = await admin.get(linkTo(newest.text, "Older").replaceAll("&amp;", "&"));
  expect([
    rowsIn(older.text).includes("Plan 54<"),
    rowsIn(older.text).includes("Plan 4<"),
    rowsIn(older.text).includes("User created<"),
  ]).toEqual([false, true, false]);
  const wrong = await admin.get("activity?from=yesterday");
  expect([wrong.status, wrong.text.includes("must be a time such as")]).toEqual([400, true]);
});

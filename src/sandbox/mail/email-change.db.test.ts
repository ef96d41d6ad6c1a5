import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "#runtime";
import { messageUrns, schemaUrns } from "#scim";
import {
  linkValue,
  openSandboxPage,
  openTestSandbox,
  type SandboxClient,
  type SandboxPage,
  signInAtSandbox,
} from "#test/sandbox-client.ts";

let sandbox: SandboxClient;
let admin: SandboxPage;
beforeAll(async () => {
  sandbox = await openTestSandbox();
  admin = await signInAtSandbox(sandbox);
});
afterAll(() => sandbox.end());

interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  readonly link: string | null;
}

const name = () => `${newId().slice(0, 8)}@x.example`;
const mailsTo = async (to: string): Promise<readonly Mail[]> =>
  (await admin.ask("GET", `outbox?to=${encodeURIComponent(to)}`)).body.mails;
const newestLink = async (to: string): Promise<string> => linkValue((await mailsTo(to))[0]?.link ?? "");
const follow = (value: string) => openSandboxPage(sandbox).ask("POST", `links/${value}`, {});
const create = async (more: object = {}) => {
  const userName = name();
  const reply = await sandbox.call("POST", "/Users", { schemas: [schemaUrns.user], userName, ...more });
  expect(reply.status).toBe(201);
  return reply.body;
};
const patch = async (id: string, value: object) =>
  (
    await sandbox.call("PATCH", `/Users/${id}`, {
      schemas: [messageUrns.patchOp],
      Operations: [{ op: "replace", value }],
    })
  ).body;
const read = async (id: string) => (await sandbox.call("GET", `/Users/${id}`)).body;
const shown = async (id: string) => (await admin.ask("GET", `users/${id}`)).body;
/** The logins that nobody else may have now. */
const isFree = async (email: string) => {
  const reply = await sandbox.call("POST", "/Users", {
    schemas: [schemaUrns.user],
    userName: name(),
    emails: [{ value: email }],
  });
  if (reply.status === 201) await sandbox.call("DELETE", `/Users/${reply.body.id}`);
  return reply.status === 201;
};

test("a login that SCIM changes waits for both mailboxes; until then all reads as before", async () => {
  const [old, next] = [name(), name()];
  const user = await create({ emails: [{ type: "work", value: old, primary: true }], displayName: "Mira" });
  const changed = await patch(user.id, { emails: [{ type: "work", value: next, primary: true }], displayName: "M" });
  expect(changed).toMatchObject({ emails: [{ type: "work", value: old, primary: true }], displayName: "M" });
  expect(await read(user.id)).toEqual(changed);
  expect(await shown(user.id)).toMatchObject({ email: old, pendingEmail: next });
  for (const mail of [...(await mailsTo(old)), ...(await mailsTo(next))]) {
    expect(mail.subject).toBe("Confirm your new e-mail address");
    expect(mail.body).toContain(old);
    expect(mail.body).toContain(next);
    expect(mail.link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/links\/[\w-]{43}$/);
  }
  expect([(await mailsTo(old)).length, (await mailsTo(next)).length]).toEqual([1, 1]);

  const second = await follow(await newestLink(next));
  expect([second.status, second.body]).toEqual([200, { kind: "new-mailbox", email: next, waitsFor: old }]);
  expect(await read(user.id)).toEqual(changed);
  const first = await follow(await newestLink(old));
  expect([first.status, first.body]).toEqual([200, { kind: "old-mailbox", email: next, waitsFor: null }]);
  expect((await read(user.id)).emails).toEqual([{ type: "work", value: next, primary: true }]);
  expect(await shown(user.id)).toMatchObject({ email: next, pendingEmail: null, userName: user.userName });
  expect((await follow(await newestLink(old))).status).toBe(404);
  expect([await isFree(old), await isFree(next)]).toEqual([true, false]);
});

test("a cycle that finds the same difference again and again sends no more mails", async () => {
  const [old, next] = [name(), name()];
  const { id } = await create({ emails: [{ value: old }] });
  for (let cycle = 0; cycle < 3; cycle++) {
    await patch(id, { emails: [{ value: next }] });
    await patch(id, { displayName: `Cycle ${cycle}` });
    await sandbox.call("PUT", `/Users/${id}`, {
      schemas: [schemaUrns.user],
      userName: name(),
      emails: [{ value: next }],
    });
  }
  expect(await shown(id)).toMatchObject({ email: old, pendingEmail: next });
  expect([(await mailsTo(old)).length, (await mailsTo(next)).length]).toEqual([1, 1]);
  await follow(await newestLink(old));
  await patch(id, { displayName: "Between" });
  await follow(await newestLink(next));
  expect(await shown(id)).toMatchObject({ email: next, pendingEmail: null, name: "Between" });
});

test("a later change takes the place of the one that waits, whose links end", async () => {
  const [old, wrong, right] = [name(), name(), name()];
  const { id } = await create({ emails: [{ value: old }] });
  await patch(id, { emails: [{ value: wrong }] });
  const [oldLink, wrongLink] = [await newestLink(old), await newestLink(wrong)];
  expect((await follow(oldLink)).body.waitsFor).toBe(wrong);
  await patch(id, { emails: [{ value: right }] });
  expect((await follow(wrongLink)).status).toBe(404);
  // What the old mailbox confirmed was another change.
  expect((await follow(await newestLink(right))).body.waitsFor).toBe(old);
  expect((await follow(await newestLink(old))).body.waitsFor).toBeNull();
  expect(await shown(id)).toMatchObject({ email: right });
});

test("a change is cancelled by an administrator, or by asking for the old login again", async () => {
  const [old, next] = [name(), name()];
  const { id } = await create({ userName: old });
  await patch(id, { userName: next });
  expect(await shown(id)).toMatchObject({ userName: next, email: old, pendingEmail: next });
  expect((await admin.ask("DELETE", `users/${id}/pending-email`)).status).toBe(204);
  expect((await admin.ask("DELETE", `users/${id}/pending-email`)).status).toBe(409);
  expect((await follow(await newestLink(next))).status).toBe(404);

  await patch(id, { userName: old });
  await patch(id, { userName: next });
  expect((await shown(id)).pendingEmail).toBe(next);
  await patch(id, { userName: old });
  expect(await shown(id)).toMatchObject({ email: old, pendingEmail: null });
});

test("a login that somebody has is refused at once, and one that somebody takes meanwhile is refused at the end", async () => {
  const [old, next] = [name(), name()];
  const holder = await create({ userName: name() });
  const { id } = await create({ emails: [{ value: old }] });
  const taken = await sandbox.call("PUT", `/Users/${id}`, {
    schemas: [schemaUrns.user],
    userName: name(),
    emails: [{ value: holder.userName.toUpperCase() }],
  });
  expect([taken.status, taken.body.scimType]).toEqual([409, "uniqueness"]);
  expect((await shown(id)).pendingEmail).toBeNull();

  await patch(id, { emails: [{ value: next }] });
  await follow(await newestLink(old));
  const rival = await create({ userName: next });
  const refused = await follow(await newestLink(next));
  expect([refused.status, await shown(id)]).toEqual([409, expect.objectContaining({ email: old, pendingEmail: next })]);
  await sandbox.call("DELETE", `/Users/${rival.id}`);
  expect((await follow(await newestLink(next))).status).toBe(200);
  expect((await shown(id)).email).toBe(next);
});

test("userName goes with a confirmed login where it mirrors the login, and can be searched by it", async () => {
  const mirrored = await openTestSandbox({ settings: { userNameMirrorsLogin: true } });
  const page = await signInAtSandbox(mirrored);
  const made = await mirrored.call("POST", "/Users", {
    schemas: [schemaUrns.user],
    userName: "upn@x.example",
    emails: [{ value: "old@x.example" }],
  });
  const { id } = made.body;
  const count = async (userName: string) =>
    (await mirrored.call("GET", `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`)).body.totalResults;
  expect([made.body.userName, await count("old@x.example"), await count("upn@x.example")]).toEqual([
    "old@x.example",
    1,
    0,
  ]);
  await mirrored.call("PATCH", `/Users/${id}`, {
    schemas: [messageUrns.patchOp],
    Operations: [{ op: "replace", value: { emails: [{ value: "new@x.example" }] } }],
  });
  expect([await count("old@x.example"), await count("new@x.example")]).toEqual([1, 0]);
  for (const mailbox of ["old@x.example", "new@x.example"]) {
    const { mails } = (await page.ask("GET", `outbox?to=${mailbox}`)).body;
    expect((await page.ask("POST", `links/${linkValue(mails[0].link)}`, {})).status).toBe(200);
  }
  expect([await count("old@x.example"), await count("new@x.example")]).toEqual([0, 1]);
  expect((await mirrored.call("GET", `/Users/${id}`)).body).toMatchObject({
    userName: "new@x.example",
    emails: [{ value: "new@x.example" }],
  });
  await mirrored.end();
});

test("people change their own login in the same way; whom a page made takes userName along", async () => {
  const [old, next] = [name(), name()];
  const { roles } = (await admin.ask("GET", "roles")).body;
  const roleId = roles.find((role: { name: string }) => role.name === "Regular User").id;
  const { id } = (await admin.ask("POST", "users", { email: old, name: "Own", roles: [{ roleId }] })).body;
  const password = "Correct-Horse-1";
  await openSandboxPage(sandbox).ask("POST", `links/${await newestLink(old)}`, { password });
  const page = openSandboxPage(sandbox);
  await page.ask("POST", "sign-in", { email: old, password });

  const asked = await page.ask("PATCH", "profile", { email: next });
  expect([asked.status, asked.body]).toEqual([200, expect.objectContaining({ email: old, pendingEmail: next })]);
  // They see the mail to both of their mailboxes, and nobody else's.
  const seen = (await page.ask("GET", "outbox")).body.mails.map(({ to, subject }: Mail) => `${to} ${subject}`);
  expect(seen.sort()).toEqual(
    [
      `${old} Register with Sandbox`,
      `${old} Confirm your new e-mail address`,
      `${next} Confirm your new e-mail address`,
    ].sort(),
  );
  expect((await page.ask("DELETE", "profile/pending-email")).status).toBe(204);
  expect((await page.ask("GET", "profile")).body.pendingEmail).toBeNull();

  await page.ask("PATCH", "profile", { email: next });
  await follow(await newestLink(old));
  expect((await page.ask("POST", "sign-in", { email: next, password })).status).toBe(401);
  expect((await page.ask("POST", "sign-in", { email: old, password })).status).toBe(200);
  await follow(await newestLink(next));
  expect((await page.ask("POST", "sign-in", { email: old, password })).status).toBe(401);
  expect((await page.ask("POST", "sign-in", { email: next, password })).status).toBe(200);
  expect(await shown(id)).toMatchObject({ email: next, userName: next });
  expect((await read(id)).emails).toEqual([{ value: next, type: "work", primary: true }]);
});

test("switched off, a new login holds at once, and what waited is dropped", async () => {
  const [old, waiting, next] = [name(), name(), name()];
  const { id } = await create({ emails: [{ value: old }] });
  await patch(id, { emails: [{ value: waiting }] });
  await sandbox.changeSettings({ confirmEmailChanges: false });
  expect(await patch(id, { emails: [{ value: next }] })).toMatchObject({ emails: [{ value: next }] });
  expect(await shown(id)).toMatchObject({ email: next, pendingEmail: null });
  expect((await follow(await newestLink(waiting))).status).toBe(404);
  await sandbox.changeSettings({ confirmEmailChanges: true });
});

test("each step is in the activity log", async () => {
  const [old, next] = [name(), name()];
  const { id } = await create({ emails: [{ value: old }] });
  await patch(id, { emails: [{ value: next }] });
  await follow(await newestLink(old));
  await follow(await newestLink(next));
  const { activity } = (await admin.ask("GET", `activity?user=${old}`)).body;
  expect(activity.map((row: { event: string; source: string }) => `${row.source}: ${row.event}`)).toEqual([
    "Page: Email changed",
    "Page: Email confirmed",
    "SCIM: Email change requested",
    "SCIM: User created",
  ]);
});

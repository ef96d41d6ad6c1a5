import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject } from "#scim";
import { openTestSandbox, type SandboxClient } from "#test/sandbox-client.ts";

interface Fixture {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Record<string, string>;
    readonly body: JsonObject | null;
  };
  readonly response: { readonly status: number; readonly body: JsonObject | null };
}

const folder = new URL("../../test/fixtures/scim/requests-entra/", import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
const read = (file: string): Fixture => JSON.parse(readFileSync(new URL(file, folder), "utf8"));

const mira = "3f7c2a10-5d1e-4b8e-9a41-0c6d2f9b7e01";
const unknown = "00000000-aaaa-4bbb-8ccc-0000000000ff";

let sandbox: SandboxClient;
beforeAll(async () => {
  // The fixtures' server changes an e-mail address without asking anybody.
  sandbox = await openTestSandbox({ settings: { confirmEmailChanges: false } });
});
afterAll(() => sandbox.end());

const headersOf = ({ request }: Fixture): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers)
      .map(([name, value]) => [name.toLowerCase(), value])
      .filter(([name]) => name !== "authorization"),
  );

const send = (fixture: Fixture, id: string) => {
  const path = fixture.request.path.replace(/^\/scim\/v2/, "").replaceAll(mira, id);
  return sandbox.call(fixture.request.method, path, fixture.request.body ?? undefined, headersOf(fixture));
};

/** What the tenant keeps of a user; the fixtures' server keeps more. */
const kept = (user: JsonObject, without: readonly string[] = []) =>
  Object.fromEntries(
    ["userName", "externalId", "displayName", "active", "emails"]
      .filter((name) => Object.hasOwn(user, name) && !without.includes(name))
      .map((name) => [name, user[name]]),
  );

/** Everybody but the administrator leaves, then Mira and Jonas come. @returns Mira's id */
const populate = async (without: readonly string[] = []): Promise<string> => {
  const { body } = await sandbox.call("GET", "/Users");
  for (const { id, userName } of body.Resources) {
    if (userName !== "admin@sandbox.example") await sandbox.call("DELETE", `/Users/${id}`);
  }
  const start = kept(read("032-get-user.json").response.body ?? {}, without);
  const schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"];
  const made = await sandbox.call("POST", "/Users", { schemas, ...start });
  await sandbox.call("POST", "/Users", { schemas, userName: "jonas.weber@contoso.example.com" });
  return made.body.id;
};

const among = (from: number, to: number, except: readonly number[] = []) =>
  files.filter((file) => {
    const number = Number(file.slice(0, 3));
    return number >= from && number <= to && !except.includes(number);
  });

// 027 and 028 are refusals, 029 and 030 answers of a target in trouble; who is created without "active" is active.
test.each(among(19, 31, [27, 28, 29, 30]))("Entra creates: %s", async (file) => {
  const fixture = read(file);
  const { body } = await sandbox.call("GET", "/Users");
  for (const { id, userName } of body.Resources) {
    if (userName !== "admin@sandbox.example") await sandbox.call("DELETE", `/Users/${id}`);
  }
  const reply = await send(fixture, mira);
  expect([reply.status, kept(reply.body)]).toEqual([201, { active: true, ...kept(fixture.response.body ?? {}) }]);
});

test.each(among(27, 28))("Entra creates in vain: %s", async (file) => {
  const fixture = read(file);
  await populate();
  const reply = await send(fixture, mira);
  expect([reply.status, reply.body.status, reply.body.scimType]).toEqual([
    fixture.response.status,
    String(fixture.response.status),
    fixture.response.body?.scimType,
  ]);
});

test.each(["001", "003", "009", "011", "012", "032"])("Entra looks a user up: %s", async (number) => {
  const fixture = read(files.find((file) => file.startsWith(number)) ?? "");
  const reply = await send(fixture, await populate());
  const expected = fixture.response.body ?? {};
  expect(reply.status).toBe(200);
  const listed = expected.Resources as readonly JsonObject[] | undefined;
  if (listed === undefined) expect(kept(reply.body)).toEqual(kept(expected));
  else {
    expect(reply.body.totalResults).toBe(expected.totalResults);
    expect(reply.body.Resources.map((user: JsonObject) => kept(user))).toEqual(listed.map((user) => kept(user)));
  }
});

test.each(["013", "016", "066"])("Entra looks a user up by what cannot be searched: %s", async (number) => {
  const reply = await send(read(files.find((file) => file.startsWith(number)) ?? ""), await populate());
  expect([reply.status, reply.body.scimType]).toEqual([400, "invalidFilter"]);
});

// 051 and 053 are refusals, 052 a target that takes no text Booleans; 062 and 063 begin with a disabled user.
test.each(among(35, 63, [51, 52, 53]))("Entra changes: %s", async (file) => {
  const fixture = read(file);
  const id = await populate(file.startsWith("043") ? ["emails"] : []);
  if (/^06[23]/.test(file)) await send(read("060-disable-user-flag.json"), id);
  const reply = await send(fixture, id);
  expect(reply.status).toBe(200);
  const { body } = fixture.response;
  if (body !== null) expect(kept(reply.body)).toEqual(kept(body));
  expect((await sandbox.call("GET", `/Users/${id}`)).body).toEqual(reply.body);
});

test("Entra changes in vain: a user who is not there, and a userName that another has", async () => {
  const id = await populate();
  expect((await send(read("051-update-404.json"), unknown)).status).toBe(404);
  const taken = await send(read("053-update-uniqueness.json"), id);
  expect([taken.status, taken.body.scimType]).toEqual([409, "uniqueness"]);
});

test("Entra deletes, and deletes again", async () => {
  const id = await populate();
  expect((await send(read("064-delete-user.json"), id)).status).toBe(204);
  expect((await send(read("065-delete-user-again.json"), id)).status).toBe(404);
  expect((await send(read("034-get-user-404.json"), id)).status).toBe(404);
});

test.each(among(6, 8))("Entra discovers: %s", async (file) => {
  expect((await send(read(file), mira)).status).toBe(200);
});

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parsePath } from "#scim";
import { budgetKey, identityOf } from "../identity.ts";
import type { PageMark, TargetObject } from "../target.ts";
import { addressBuilder, idSegment } from "./address.ts";
import { exchangeOf } from "./exchange.ts";
import { onlyMatching } from "./found.ts";
import { openPageGuard } from "./pages.ts";
import { readList, readObject } from "./resources.ts";

const object = (id: string, resource: TargetObject["resource"] = {}): TargetObject => ({
  id,
  resource: { id, ...resource },
});

const found = (path: string, value: string, ...objects: TargetObject[]) => {
  const parsed = parsePath(path);
  if (!parsed.ok) throw new Error(parsed.error.detail);
  const { objects: kept, strangers } = onlyMatching(objects, parsed.value, value);
  return { kept: kept.map(({ id }) => id), strangers };
};

test("near matches and strangers are not taken; letter case does not matter", () => {
  expect(
    found(
      "userName",
      "ann@example.test",
      object("1", { userName: "Ann@Example.TEST" }),
      object("2", { UserName: "ann@example.test" }),
      object("3", { userName: "joann@example.test" }),
      object("4", {}),
    ),
  ).toEqual({ kept: ["1", "2", "4"], strangers: ["3"] });
});

test("values picked by a filter: any that fits, labelled or not", () => {
  const mail = (id: string, ...emails: unknown[]) => object(id, { emails });
  expect(
    found(
      'emails[type eq "work"].value',
      "a@x.test",
      mail("fits", { type: "work", value: "b@x.test" }, { type: "work", value: "A@x.test" }),
      mail("home only", { type: "home", value: "A@x.test" }),
      mail("unlabelled", { value: "a@x.test" }),
      mail("other", { type: "work", value: "b@x.test" }),
      mail("unlabelled other", { value: "b@x.test" }),
      object("silent"),
    ),
  ).toEqual({ kept: ["fits", "home only", "unlabelled", "silent"], strangers: ["other", "unlabelled other"] });
});

test("extension attributes", () => {
  const urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
  expect(
    found(
      `${urn}:employeeNumber`,
      "7",
      object("1", { [urn]: { employeeNumber: "7" } }),
      object("2", { [urn]: { employeeNumber: "70" } }),
    ),
  ).toEqual({ kept: ["1"], strangers: ["2"] });
});

const page = (ids: string[], from: PageMark, totalResults: number, nextCursor: string | null = null) => ({
  type: "User" as const,
  from,
  count: 2,
  objects: ids.map((id) => object(id)),
  totalResults,
  nextCursor,
});

test("a listing goes on after what really came", () => {
  const guard = openPageGuard();
  expect(guard.page(page(["a", "b"], 1, 3)).next).toBe(3);
  expect(guard.page(page(["c"], 3, 3)).next).toBeNull();
  expect(guard.page(page(["a"], 1, 3)).next).toBe(2);
});

test("totals that lie: too low with a full page goes on, too high ends with the first empty page", () => {
  const guard = openPageGuard();
  expect(guard.page(page(["a", "b"], 1, 2)).next).toBe(3);
  expect(guard.page(page(["c", "d"], 3, 1000)).next).toBe(5);
  expect(guard.page(page([], 5, 1000)).next).toBeNull();
});

test("a target that gives the same page for ever is noticed; the next listing starts afresh", () => {
  const guard = openPageGuard();
  expect(guard.page(page(["a", "b"], 1, 9)).next).toBe(3);
  expect(guard.page(page(["a", "b"], 3, 9))).toEqual({ objects: [], totalResults: 9, next: null });
  expect(guard.page(page(["a", "b"], 1, 9)).next).toBe(3);
});

test("a listing by cursor goes on as the target says, and ends when it says nothing, the same again, or nothing but empty pages", () => {
  const guard = openPageGuard();
  expect(guard.page(page(["a", "b"], 1, 0, "x")).next).toBe("x");
  expect(guard.page(page([], "x", 0, "y")).next).toBe("y");
  expect(guard.page(page(["c"], "y", 0)).next).toBeNull();
  expect(guard.page(page(["a", "b"], 1, 0, "x")).next).toBe("x");
  expect(guard.page(page(["c", "d"], "x", 0, "x")).next).toBeNull();
  const cursors = ["1", "2", "3", "4"].map(
    (cursor, at) => guard.page(page([], at === 0 ? 1 : String(at), 0, cursor)).next,
  );
  expect(cursors).toEqual(["1", "2", "3", null]);
});

test("every listing ends, whatever the target claims", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(50)), { maxLength: 20 }), (answers) => {
      const guard = openPageGuard();
      let start: PageMark | null = 1;
      let asked = 0;
      for (const [size, total] of [...answers, [0, 50] as const]) {
        if (start === null) break;
        const from: number = Number(start);
        const ids = Array.from({ length: size }, (_, index) => String(from + index));
        const next = guard.page(page(ids, from, total)).next;
        if (next !== null && Number(next) <= from) return false;
        start = next;
        asked += 1;
      }
      return start === null && asked <= answers.length + 1;
    }),
  );
});

test("ids become one segment or nothing", () => {
  expect(idSegment("a/../b?c#d e'%2F")).toBe("a%2F..%2Fb%3Fc%23d%20e%27%252F");
  expect(["", ".", "..", "\ud800"].map(idSegment)).toEqual([null, null, null, null]);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (id) => {
      const segment = idSegment(id);
      if (segment === null) return true;
      const url = new URL(`https://host.example/scim/Users/${segment}`);
      return url.pathname === `/scim/Users/${segment}` && url.search === "" && decodeURIComponent(segment) === id;
    }),
  );
});

test.each([
  ["https://h.example/scim", "https://h.example/scim/Users?filter=a%20eq%20%22b%22"],
  ["https://h.example/scim//", "https://h.example/scim/Users?filter=a%20eq%20%22b%22"],
  [
    "https://h.example/scim/?aadOptscim062020#x",
    "https://h.example/scim/Users?filter=a%20eq%20%22b%22&aadOptscim062020",
  ],
])("addresses below %s", (base, expected) => {
  expect(addressBuilder(base)("/Users", [["filter", 'a eq "b"']])).toBe(expected);
});

test("identities: spelling does not matter, path and organisation do", () => {
  const identity = "https://api.example.com/Scim";
  for (const same of [
    "HTTPS://API.Example.com:443/Scim/",
    "https://api.example.com./Scim?flag=1",
    " https://api.example.com/Scim ",
  ]) {
    expect(identityOf(same)).toBe(identity);
  }
  expect(identityOf("https://api.example.com/scim")).not.toBe(identity);
  expect(identityOf("https://api.example.com/Scim", "42")).toBe(`${identity}#42`);
  expect(budgetKey("https://API.example.com/v7", "42")).toBe(budgetKey("https://api.example.com/scim", "42"));
  expect(budgetKey("https://api.example.com/v7", "43")).not.toBe(budgetKey("https://api.example.com/scim", "42"));
});

test("objects need ids, lists need objects with ids", () => {
  expect(readObject({ ID: 7 })).toEqual({ id: "7", resource: { ID: 7 } });
  expect([readObject({ id: "" }), readObject({ id: null }), readObject(["id"])]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const schemas = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"];
  expect(readList({ schemas, totalResults: 1, Resources: [{ userName: "a" }] })).toEqual({
    ok: false,
    why: "it lists an object without an id",
  });
  expect(readList({ result: "fine" }).ok).toBe(false);
});

test("an exchange shows no secret and is cut", () => {
  const at = new Date("2026-03-01T08:00:00.000Z");
  const exchange = exchangeOf(
    {
      method: "POST",
      url: "https://h.example/Users",
      body: '{"userName":"a","password":"hunter","nested":[{"Token":"x"}]}',
    },
    { ok: true, response: { status: 201, headers: {}, body: `sesame ${"y".repeat(9000)}` } },
    at,
    new Date(at.getTime() + 12),
    ["sesame"],
  );
  expect(exchange).toEqual({
    method: "POST",
    url: "https://h.example/Users",
    requestBody: '{"userName":"a","password":"***","nested":[{"Token":"***"}]}',
    status: 201,
    responseBody: `*** ${"y".repeat(3996)}…`,
    milliseconds: 12,
    at: "2026-03-01T08:00:00.000Z",
  });
  const broken = exchangeOf({ method: "GET", url: "u", body: '{"password":"hunt' }, null, at, at, []);
  expect(broken.requestBody).not.toContain("hunt");
});

test("what is kept of a long answer does not keep all of it in memory", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const now = new Date("2026-03-01T08:00:00.000Z");
  const exchangeWith = (body: string) =>
    exchangeOf(
      { method: "PATCH", url: "https://t.example/Groups/1", body: null },
      { ok: true, response: { status: 200, headers: {}, body } },
      now,
      now,
      ["a-secret"],
    );
  collect();
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: 40 }, (_, index) => exchangeWith(`{"${index}":"${"member ".repeat(500_000)}"}`));
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(20 * 2 ** 20);
  expect(kept.map(({ responseBody }) => responseBody?.length)).toEqual(kept.map(() => 4_001));
});

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { endAll, openPlace, type Place, type Started, sampleFacts, start, until } from "./command-line.ts";

const sample = sampleFacts();
vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

let place: Place;
let server: Started;

const job = async () => (await server.ask("/lockstep/v1/status")).apps[0].jobs[0];

/** Waits for something that a save brings about, and then until nothing else is due. The sandbox is not asked meanwhile: its rate limit is for the cycle. */
const settled = async (what: string, look: () => Promise<boolean>) => {
  await until(what, look, 120);
  await until("nothing is due", async () => {
    const { running, counts } = await job();
    return running === null && counts.pending === 0 && counts.failed === 0;
  });
};

const activeNames = async (): Promise<ReadonlySet<string>> =>
  new Set((await server.sandbox.all()).filter(({ active }) => active).map(({ userName }) => userName));

const difference = (from: ReadonlySet<string>, without: ReadonlySet<string>) =>
  [...from].filter((name) => !without.has(name)).sort();

beforeAll(async () => {
  place = await openPlace();
  server = await start(place);
  await until("the first cycle is over", async () => (await job()).counts.inStep === sample.provisioned.length, 120);
});
afterAll(async () => {
  expect(await server.end("SIGTERM")).toMatchObject({ code: 0 });
  await endAll();
  await place.end();
});

interface Move {
  readonly userPrincipalName: string;
  readonly displayName: string;
  readonly because: string;
  readonly effect: string;
}
const namesOf = (moves: { readonly first: readonly Move[] }) =>
  moves.first.map((move) => move.userPrincipalName).sort();

describe("a filter", () => {
  const noSecurity = 'department NOT EQUALS "Security Operations"';
  const noPartners = 'department NOT EQUALS "Sales"';

  /** Counts, sets, waits, and compares what happened with what was told. */
  const follow = async (filter: string) => {
    const before = await activeNames();
    const [told] = (await server.json("filter", "count", "--filter", filter)).value;
    const refused = await server.run(["filter", "set", "--filter", filter]);
    if (told.leaving.count > 0) {
      expect(refused).toMatchObject({ code: 2, err: expect.stringContaining("Say so with --yes") });
      expect(await server.json("filter", "set", "--filter", filter, "--yes")).toMatchObject({ saved: true });
    } else expect(refused).toMatchObject({ code: 0, err: "" });
    const count = async () => (await job()).counts.inScope === told.inScopeThen;
    await settled(`${told.inScopeThen} accounts are managed`, count);
    const after = await activeNames();
    expect({ left: difference(before, after), entered: difference(after, before) }).toEqual({
      left: namesOf(told.leaving),
      entered: namesOf(told.entering),
    });
    return told;
  };

  test("names who leaves and who enters with the clause that decides, and the next cycle does exactly that", async () => {
    const first = await follow(noSecurity);
    expect(first.considered).toBeGreaterThanOrEqual(sample.provisioned.length);
    expect(first.inScopeNow).toBe(sample.provisioned.length);
    expect(first.leaving.count).toBeGreaterThan(10);
    expect(first.entering.count).toBe(0);
    for (const move of first.leaving.first) {
      expect(move).toMatchObject({ effect: "disable", because: expect.stringContaining("Security Operations") });
    }
    const second = await follow(noPartners);
    expect(namesOf(second.entering)).toEqual(
      namesOf(first.leaving).filter((name) => !namesOf(second.leaving).includes(name)),
    );
    for (const move of second.entering.first) expect(move.effect).toBe("enable");
    const text = await server.run(["filter", "count", "--filter", noSecurity]);
    expect(text).toMatchObject({ code: 0, err: "" });
    for (const move of first.leaving.first) expect(text.out).toContain(move.displayName);
    expect((await server.run(["filter", "list"])).out).toContain(noPartners);
  });

  test("that is cleared lets everybody back in", async () => {
    expect(await server.json("filter", "clear")).toMatchObject({ saved: true });
    await settled("everybody is back", async () => (await job()).counts.inScope === sample.provisioned.length);
    const active = await activeNames();
    expect(sample.provisioned.filter((name) => !active.has(name))).toEqual([]);
  });
});

test("a mapping is tried on one person, changed, seen in the account, and rolled back", async () => {
  const [user] = sample.provisioned as [string];
  // One account alone, so that the sandbox's rate limit is no matter.
  const expression = `Switch([userPrincipalName], [displayName], "${user}", Join(", ", [surname], [givenName]))`;
  const { version } = await server.json("mapping", "list");
  const before = await server.json("mapping", "test", "--user", user);
  const shown = ({ mappings }: { mappings: readonly { path: string }[] }) =>
    mappings.find(({ path }) => path === "displayName");
  expect(shown(before)).toMatchObject({ value: sample.nameOf(user), present: sample.nameOf(user), outcome: "same" });

  const change = ["mapping", "set", "displayname", "--expression", expression];
  expect(await server.json(...change, "--dry-run")).toMatchObject({ saved: false, version });
  const file = join(place.data, "draft.json");
  const document = JSON.parse((await server.run(["schema", "export"])).out);
  const mappings = document.synchronizationRules[0].objectMappings[0].attributeMappings;
  mappings.find((one: { targetAttributeName: string }) => one.targetAttributeName === "displayName").source = {
    type: "Function",
    expression,
  };
  writeFileSync(file, JSON.stringify(document));
  const tried = shown(await server.json("mapping", "test", "--user", user, "--schema", file)) as unknown as {
    value: string;
  };
  expect(tried).toMatchObject({ outcome: "change", present: sample.nameOf(user) });
  expect(tried.value).toContain(", ");

  const saved = await server.json(...change);
  expect(saved).toMatchObject({ saved: true, changes: { length: 1 } });
  const isLogged = async (name: string) => {
    const { value } = await server.ask(`/lockstep/v1/logs?limit=1&user=${encodeURIComponent(user)}`);
    return value[0].modifiedProperties.some((change: { newValue: string }) => change.newValue === name);
  };
  await settled(`the account is called ${tried.value}`, () => isLogged(tried.value));
  expect((await server.sandbox.find(user)).displayName).toBe(tried.value);
  expect(await server.json("schema", "rollback", version)).toMatchObject({ saved: true });
  await settled("the account has its name back", () => isLogged(sample.nameOf(user)));
  expect((await server.sandbox.find(user)).displayName).toBe(sample.nameOf(user));
});

test("a wrong mapping is refused with every problem, and nothing is saved", async () => {
  const { version } = await server.json("mapping", "list");
  const ran = await server.run(["mapping", "set", "displayName", "--expression", "Joins([surname])"]);
  expect(ran).toMatchObject({ code: 1, out: "" });
  expect(ran.err).toContain("Did you mean Join?");
  expect((await server.json("mapping", "list")).version).toBe(version);
});

test("what schema export writes, schema import takes back without a change", async () => {
  const { version } = await server.json("mapping", "list");
  const file = join(place.data, "schema.json");
  expect(await server.run(["schema", "export", "-o", file])).toMatchObject({ code: 0 });
  const fromFile = await server.run(["schema", "import", file]);
  expect(fromFile).toMatchObject({ code: 0, err: "", out: expect.stringContaining("Nothing would be different") });
  const piped = await server.run(["schema", "import", "-", "--json"], { input: readFileSync(file, "utf8") });
  expect(JSON.parse(piped.out)).toMatchObject({ saved: false, version, changes: [] });
  expect((await server.json("schema", "history")).value[0].version).toBe(version);
});

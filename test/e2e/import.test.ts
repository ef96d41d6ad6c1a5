import { readFileSync } from "node:fs";
import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { endAll, openPlace, type Place, type Started, start } from "./command-line.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 });

let place: Place;
let server: Started;
beforeAll(async () => {
  place = await openPlace();
  server = await start(place, ["--no-sample"]);
});
afterAll(async () => {
  await server.end();
  await endAll();
  await place.end();
});

const file = (name: string) => join(place.data, "..", name);
const save = async (name: string, rows: readonly string[]): Promise<string> => {
  const header = "employeeId,userPrincipalName,displayName,mail,department";
  await writeFile(file(name), [header, ...rows, ""].join("\n"));
  return file(name);
};
const row = (number: number, name = `person${number}`) =>
  `E${number},${name}@contoso.example,${name},${name}@contoso.example,Sales`;
const importOf = (...args: readonly string[]) => server.json("import", ...args);
const namesOf = async () =>
  (await server.json("user", "list")).value.map((user: { userPrincipalName: string }) => user.userPrincipalName).sort();

test("bad rows are told with line, field and reason; a dry run changes nothing; twice changes nothing; a rename is a rename", async () => {
  const staff = await save("staff.csv", [row(1), row(2), "E3,,,,", "E4,not an address,x,,", row(5), row(5)]);
  const dry = await importOf(staff, "--dry-run");
  expect(dry).toMatchObject({ dryRun: true, source: "staff", anchor: "employeeId", users: { added: 3 } });
  expect(await namesOf()).toEqual([]);

  const done = await importOf(staff);
  expect(done).toMatchObject({ dryRun: false, users: { added: 3, changed: 0, removed: 0 } });
  expect(done.problems.map(({ line, field }: { line: number; field: string }) => [line, field])).toEqual(
    dry.problems.map(({ line, field }: { line: number; field: string }) => [line, field]),
  );
  expect(new Set(done.problems.map(({ line }: { line: number }) => line))).toEqual(new Set([4, 5, 7]));
  for (const { reason } of done.problems) expect(reason).toMatch(/\w/);
  expect(await namesOf()).toEqual(["person1@contoso.example", "person2@contoso.example", "person5@contoso.example"]);
  expect(await importOf(staff)).toMatchObject({ users: { added: 0, changed: 0, removed: 0, unchanged: 3 } });
  expect(await server.run(["import", staff, "--strict"])).toMatchObject({ code: 1 });
  const text = await server.run(["import", staff]);
  expect(text.out).toContain('source "staff", people are recognised by employeeId');
  expect(text.out).toMatch(/LINE +FIELD +PROBLEM/);

  await save("staff.csv", [row(1, "renamed"), row(2), row(5)]);
  expect(await importOf(staff)).toMatchObject({ users: { added: 0, changed: 1, removed: 0, unchanged: 2 } });
  expect(await namesOf()).toEqual(["person2@contoso.example", "person5@contoso.example", "renamed@contoso.example"]);
});

test("a complete file removes only people of its own source, only when told, and says how many before", async () => {
  await importOf(await save("others.csv", [row(8)]));
  const staff = await save("staff.csv", [row(1, "renamed"), row(2)]);
  expect(await importOf(staff)).toMatchObject({ users: { removed: 0 } });
  const asked = await server.run(["import", staff, "--complete"]);
  expect(asked.code).toBe(2);
  expect(asked.err).toContain("1 object of this source");
  expect(asked.err).toContain("--yes");
  expect(await namesOf()).toHaveLength(4);
  expect(await importOf(staff, "--complete", "--yes")).toMatchObject({
    users: { removed: 1 },
    removal: { outcome: "done" },
  });
  expect(await namesOf()).toEqual(["person2@contoso.example", "person8@contoso.example", "renamed@contoso.example"]);
  expect(await server.json("user", "list", "--deleted")).toMatchObject({ value: { length: 1 } });
});

test("files that are none are refused with their reason", async () => {
  const absent = await server.run(["import", file("absent.csv")]);
  expect(absent).toMatchObject({ code: 1, out: "", err: expect.stringContaining("absent.csv cannot be read") });
  await writeFile(file("empty.csv"), "");
  const empty = await server.run(["import", file("empty.csv")]);
  expect(empty).toMatchObject({ code: 1, err: expect.stringContaining("empty.csv is empty") });
  const folder = await server.run(["import", place.data]);
  expect(folder).toMatchObject({ code: 1, err: expect.stringContaining("it is a folder") });
  await writeFile(
    file("noise.ldif"),
    Uint8Array.from({ length: 5000 }, (_unused, index) => (index * 7919) % 251),
  );
  const noise = await server.run(["import", file("noise.ldif")]);
  expect(noise).toMatchObject({ code: 1, err: expect.stringContaining("Nothing in") });
});

/** Resident memory of the server, in MB. */
const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

test("20,000 people stream through without being gathered in memory", async () => {
  const big = await open(file("big.csv"), "w");
  await big.write("employeeId,userPrincipalName,displayName,mail,department,extensionAttribute1\n");
  const filler = "x".repeat(900);
  for (let block = 0; block < 20; block++) {
    const rows = Array.from({ length: 1_000 }, (_, index) => {
      const number = 100_000 + block * 1_000 + index;
      return `${row(number)},${filler}\n`;
    });
    await big.write(rows.join(""));
  }
  await big.close();
  const before = memoryOf(server.pid);
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, memoryOf(server.pid));
  }, 50);
  try {
    const summary = await importOf(file("big.csv"));
    expect(summary.users).toMatchObject({ read: 20_000, added: 20_000 });
  } finally {
    clearInterval(watch);
  }
  expect(await server.ask("/lockstep/v1/status")).toMatchObject({ users: 20_003 });
  expect(most - before).toBeLessThan(250);
});

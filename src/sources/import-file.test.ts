import { expect, test } from "vitest";
import {
  defaultSourceName,
  type ImportInput,
  type ImportOptions,
  type ImportSummary,
  importFile,
  SourceError,
} from "#sources";
import { MemoryDirectory } from "#test/conformance/memory-import-port.ts";

function input(text: string, name = "people.csv"): ImportInput {
  const bytes = Buffer.from(text);
  return {
    name,
    size: bytes.length,
    async *open() {
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    },
  };
}

async function bring(
  directory: MemoryDirectory,
  text: string,
  options: Omit<ImportOptions, "file"> & { name?: string; source?: string } = {},
): Promise<ImportSummary> {
  const { name, source = "test", ...others } = options;
  return importFile(source, { ...others, file: input(text, name) }, directory.port(source));
}

const HEAD = "employeeId,userPrincipalName,displayName\n";
const yes = async () => true;

test("a rename is a rename: same anchor, new userPrincipalName", async () => {
  const directory = new MemoryDirectory();
  await bring(directory, `${HEAD}1,maiden@example.test,M\n`);
  const { id } = directory.user("maiden@example.test")!;
  const summary = await bring(directory, `${HEAD}1,married@example.test,M\n`);
  expect(summary.users).toEqual({ read: 1, added: 0, changed: 1, unchanged: 0, restored: 0, removed: 0 });
  expect(directory.user("married@example.test")!.id).toBe(id);
  expect(directory.attributes("married@example.test").mailNickname).toBe("maiden");
  expect(summary.sample).toEqual([
    {
      change: "change",
      kind: "user",
      line: 2,
      name: "married@example.test",
      attributes: [{ name: "userPrincipalName", old: "maiden@example.test", new: "married@example.test" }],
    },
  ]);
});

test("an empty cell takes a value away, a column that is not there leaves it", async () => {
  const directory = new MemoryDirectory();
  await bring(directory, "employeeId,userPrincipalName,displayName,city,jobTitle\n1,a@example.test,A,Bonn,Cook\n");
  await bring(directory, "employeeId,userPrincipalName,displayName,city\n1,a@example.test,A,\n");
  expect(directory.attributes("a@example.test")).toMatchObject({ jobTitle: "Cook" });
  expect(directory.attributes("a@example.test").city).toBeUndefined();
});

test("two people exchange their names in one file", async () => {
  const directory = new MemoryDirectory();
  await bring(directory, `${HEAD}1,a@example.test,One\n2,b@example.test,Two\n`);
  expect((await bring(directory, `${HEAD}1,b@example.test,One\n2,a@example.test,Two\n`)).problems).toEqual([]);
  expect(directory.attributes("b@example.test").displayName).toBe("One");
});

test("names that move on within a file arrive, however far apart the rows stand", async () => {
  const directory = new MemoryDirectory();
  const crowd = Array.from({ length: 2500 }, (_unused, at) => `c${at},c${at}@example.test,C`).join("\n");
  const file = (one: string, two: string) => `${HEAD}1,${one}@example.test,One\n${crowd}\n2,${two}@example.test,Two\n`;
  await bring(directory, file("a", "b"));
  const summary = await bring(directory, file("b", "a"));
  expect([summary.users.changed, summary.problemCount]).toEqual([2, 0]);
  expect(directory.attributes("b@example.test").displayName).toBe("One");
});

test("without complete nobody is removed; with it those who are missing, after the number was shown and confirmed", async () => {
  const directory = new MemoryDirectory();
  const all = `${HEAD}1,a@example.test,A\n2,b@example.test,B\n3,c@example.test,C\n`;
  const less = `${HEAD}1,a@example.test,A\n`;
  await bring(directory, all);
  await bring(directory, `${HEAD}1,other@example.test,O\n`, { source: "other" });
  expect((await bring(directory, less)).removal).toEqual({ outcome: "not-asked", missing: 0, reason: null });
  expect((await bring(directory, less, { complete: true })).removal.outcome).toBe("declined");
  const dry = await bring(directory, less, { complete: true, dryRun: true, confirmRemoval: yes });
  expect([dry.removal.outcome, dry.removal.missing, dry.users.removed]).toEqual(["would", 2, 2]);
  expect(dry.sample.map(({ change, name }) => [change, name])).toEqual([
    ["remove", "b@example.test"],
    ["remove", "c@example.test"],
  ]);
  expect(directory.userPrincipalNames()).toHaveLength(4);
  const asked: number[] = [];
  const done = await bring(directory, less, {
    complete: true,
    confirmRemoval: async (count) => {
      asked.push(count);
      expect(directory.userPrincipalNames()).toHaveLength(4);
      return true;
    },
  });
  expect([asked, done.users.removed, done.removal.outcome]).toEqual([[2], 2, "done"]);
  expect(directory.userPrincipalNames()).toEqual(["a@example.test", "other@example.test"]);

  const back = await bring(directory, all);
  expect(back.users).toMatchObject({ added: 0, restored: 2, unchanged: 1 });
  expect(directory.userPrincipalNames()).toHaveLength(4);
});

test("a bad row does not make its person missing, and a row that names nobody withholds every removal", async () => {
  const directory = new MemoryDirectory();
  await bring(directory, `${HEAD}1,a@example.test,A\n2,b@example.test,B\n3,c@example.test,C\n`);
  const bad = await bring(directory, `${HEAD}1,a@example.test,${"x".repeat(300)}\n2,b@example.test,B\n`, {
    complete: true,
    confirmRemoval: yes,
  });
  expect(bad.removal).toMatchObject({ outcome: "done", missing: 1 });
  expect(directory.userPrincipalNames()).toEqual(["a@example.test", "b@example.test"]);
  const unknown = await bring(directory, `${HEAD}1,a@example.test,A\n,b@example.test,B\n`, {
    complete: true,
    confirmRemoval: yes,
  });
  expect(unknown.removal).toMatchObject({ outcome: "withheld", reason: expect.stringContaining("line 3") });
  expect(directory.userPrincipalNames()).toEqual(["a@example.test", "b@example.test"]);
});

test("a header without rows removes nobody", async () => {
  const directory = new MemoryDirectory();
  await bring(directory, `${HEAD}1,a@example.test,A\n`);
  const summary = await bring(directory, HEAD, { complete: true, confirmRemoval: yes });
  expect(summary.removal.outcome).toBe("withheld");
  expect(directory.userPrincipalNames()).toEqual(["a@example.test"]);
});

test("userPrincipalName is the last resort as anchor, and that is said", async () => {
  const directory = new MemoryDirectory();
  const summary = await bring(directory, "UPN;Name\nA@example.test;A\n");
  expect(summary.anchor).toBe("userPrincipalName");
  expect(summary.warnings).toEqual([expect.stringContaining("recognised by userPrincipalName")]);
  expect((await bring(directory, "UPN;Name\na@example.test;A\n")).users).toMatchObject({ added: 0, changed: 1 });
});

test("a named column is the anchor, whether it is known or not, and is remembered for the source", async () => {
  const directory = new MemoryDirectory();
  const head = "Badge No,employeeId,E-Mail,displayName\n";
  const summary = await bring(directory, `${head}b1,1,a@example.test,A\n`, { anchor: "badge no" });
  expect(summary.columns[0]).toEqual({ column: "Badge No", attribute: "anchor", note: null });
  expect(directory.user("a@example.test")!.anchor).toBe("b1");
  const again = await bring(directory, `${head}b1,2,new@example.test,A\n`);
  expect([again.users.changed, again.warnings]).toEqual([1, []]);
  const lost = bring(directory, `${HEAD}1,a@example.test,A\n`);
  await expect(lost).rejects.toMatchObject({ code: "anchor-unknown" });
  await expect(bring(directory, `${HEAD}1,a@example.test,A\n`, { anchor: "Nope" })).rejects.toBeInstanceOf(SourceError);
});

test("mail as the named anchor follows the header that means it, in any case of letters", async () => {
  const directory = new MemoryDirectory();
  await bring(directory, "E-Mail,displayName\nA@example.test,A\n", { anchor: "mail" });
  const summary = await bring(directory, "E-Mail,displayName\na@EXAMPLE.test,A\n", { anchor: "E-Mail" });
  expect(summary.users.added).toBe(0);
});

test("somebody of another source holds the name: that row is refused, the rest goes on, and its manager link is not tried", async () => {
  const directory = new MemoryDirectory();
  await bring(directory, `${HEAD}x,taken@example.test,T\n`, { source: "other" });
  const head = "employeeId,userPrincipalName,displayName,manager\n";
  const summary = await bring(directory, `${head}1,taken@example.test,A,2\n2,b@example.test,B,\n`);
  expect(summary.users.added).toBe(1);
  expect(summary.problems).toEqual([
    { line: 2, field: "userPrincipalName", reason: "is held by somebody else", value: null, effect: "row-skipped" },
  ]);
  const dry = await bring(directory, `${head}1,taken@example.test,A,2\n2,b@example.test,B,\n`, { dryRun: true });
  expect(dry.users).toMatchObject({ added: 0, unchanged: 1 });
  expect(dry.problems).toMatchObject([{ line: 2, field: "userPrincipalName" }]);
});

test("groups that the column no longer names lose the person; a group nobody names goes only with complete", async () => {
  const directory = new MemoryDirectory();
  const head = "employeeId,userPrincipalName,displayName,memberOf\n";
  await bring(directory, `${head}1,a@example.test,A,Sales|ALL\n2,b@example.test,B,all\n`);
  expect(directory.groups()).toEqual({ Sales: ["a@example.test"], ALL: ["a@example.test", "b@example.test"] });
  const summary = await bring(directory, `${head}1,a@example.test,A,ALL\n2,b@example.test,B,\n`);
  expect(summary.links).toEqual({ managersChanged: 0, membersAdded: 0, membersRemoved: 2 });
  expect(directory.groups()).toEqual({ Sales: [], ALL: ["a@example.test"] });
  await bring(directory, `${head}1,a@example.test,A,ALL\n2,b@example.test,B,\n`, {
    complete: true,
    confirmRemoval: yes,
  });
  expect(directory.groups()).toEqual({ ALL: ["a@example.test"] });
});

test("progress goes up to all bytes of all passes", async () => {
  const seen: number[][] = [];
  const text = `${HEAD}1,a@example.test,A\n2,b@example.test,B\n`;
  await bring(new MemoryDirectory(), text, { onProgress: (...numbers) => seen.push(numbers) });
  expect(seen.every(([read], at) => at === 0 || read! >= seen[at - 1]![0]!)).toBe(true);
  expect(seen.at(-1)).toEqual([3 * text.length, 3 * text.length, 2]);
});

test("files that cannot be imported at all are refused as a whole", async () => {
  const directory = new MemoryDirectory();
  await expect(bring(directory, "")).rejects.toMatchObject({ code: "file-empty" });
  await expect(bring(directory, " \n\n")).rejects.toMatchObject({ code: "file-empty" });
  await expect(bring(directory, "Shoe,Hat\n1,2\n")).rejects.toMatchObject({ code: "header-unknown" });
  await expect(bring(directory, "hello", { name: "notes" })).rejects.toMatchObject({ code: "format-unknown" });
  const missing = importFile("x", { file: "/nonexistent/people.csv" }, directory.port("x"));
  await expect(missing).rejects.toMatchObject({ code: "file-unreadable" });
  expect(directory.objects).toEqual([]);
});

test.each([
  ['{"value": 5}', "no list in the object"],
  ['"text"', "a bare text"],
  ["[1, 2", "breaks off"],
  ["[]]", "text after the end"],
])("JSON %s is reported and imports nobody (%s)", async (text) => {
  const directory = new MemoryDirectory();
  const summary = await bring(directory, text, { name: "x.json", complete: true, confirmRemoval: yes });
  expect(summary.users.added).toBe(0);
  expect(summary.removal.outcome).toBe("withheld");
});

test("values in any script, and names that look like object internals, arrive as they are", async () => {
  const directory = new MemoryDirectory();
  const names = ["Ελένη", "Дмитро", "नेहा", "ഗീത", "정우", "عمر", "𝒳 🦊", "__proto__", "constructor"];
  const rows = names.map((name, at) => `${at},p${at}@example.test,${name}`).join("\n");
  await bring(directory, `employeeId,userPrincipalName,displayName,__proto__\n${rows.replaceAll("\n", ",x\n")},x\n`);
  expect(names.map((_name, at) => directory.attributes(`p${at}@example.test`).displayName)).toEqual(names);
});

test("a source is named after its file", () => {
  expect(["/a/b/staff.2026.csv", "staff", ".hidden", "C:\\x\\hr.ldif"].map(defaultSourceName)).toEqual([
    "staff.2026",
    "staff",
    ".hidden",
    "hr",
  ]);
});

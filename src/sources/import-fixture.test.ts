import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type ImportOptions, type ImportSummary, importFile } from "#sources";
import { MemoryDirectory } from "#test/conformance/memory-import-port.ts";

const folder = new URL("../../test/fixtures/import/", import.meta.url);

async function bring(
  directory: MemoryDirectory,
  name: string,
  options: Omit<ImportOptions, "file"> = {},
  source = "test",
): Promise<ImportSummary> {
  return importFile(source, { ...options, file: fileURLToPath(new URL(name, folder)) }, directory.port(source));
}

const places = (summary: ImportSummary) => summary.problems.map(({ line, field, effect }) => [line, field, effect]);

test("a German Excel file: byte order mark, semicolons, quoted line breaks, headers and yes and no in German", async () => {
  const directory = new MemoryDirectory();
  const summary = await bring(directory, "excel-german.csv");
  expect(summary.problems).toEqual([]);
  expect(summary.anchor).toBe("employeeId");
  expect(Object.fromEntries(summary.columns.map(({ column, attribute }) => [column, attribute]))).toEqual({
    Personalnummer: "employeeId",
    Vorname: "givenName",
    Nachname: "surname",
    "E-Mail-Adresse": "mail",
    UPN: "userPrincipalName",
    Abteilung: "department",
    Straße: "streetAddress",
    PLZ: "postalCode",
    Ort: "city",
    Telefon: "telephoneNumber",
    Vorgesetzter: "manager",
    Gruppen: "memberOf",
    Aktiv: "accountEnabled",
    Kostenstelle: null,
  });
  expect(summary.users).toEqual({ read: 3, added: 3, changed: 0, unchanged: 0, restored: 0, removed: 0 });
  expect(directory.attributes("joerg.muessig@example.test")).toEqual({
    employeeId: "1001",
    givenName: "Jörg",
    surname: "Müßig",
    displayName: "Jörg Müßig",
    mail: "joerg.muessig@example.test",
    userPrincipalName: "joerg.muessig@example.test",
    department: "Einkauf",
    streetAddress: "Lange Straße 1\r\nHinterhaus",
    postalCode: "01067",
    city: "Dresden",
    telephoneNumber: "+49 351 1",
    accountEnabled: true,
    mailNickname: "joerg.muessig",
    userType: "Member",
  });
  expect(directory.attributes("zoe@example.test")).toMatchObject({
    surname: 'van der "Zee"; Dr.',
    accountEnabled: false,
  });
  expect(directory.attributes("li@example.test")).toMatchObject({ displayName: "李 小龍", accountEnabled: true });
  expect(directory.managerOf("zoe@example.test")).toBe("joerg.muessig@example.test");
  expect(directory.managerOf("li@example.test")).toBe("joerg.muessig@example.test");
  expect(directory.groups()).toEqual({
    Einkauf: ["joerg.muessig@example.test"],
    Alle: ["joerg.muessig@example.test", "zoe@example.test"],
  });
});

test("every bad CSV row is reported with its line and field, and no other row suffers", async () => {
  const directory = new MemoryDirectory();
  const summary = await bring(directory, "nasty.csv");
  expect(directory.userPrincipalNames()).toEqual([
    "after9@example.test",
    "ann@example.test",
    "bob@example.test",
    "mail.only@example.test",
    "مريم@example.test",
  ]);
  expect(places(summary)).toEqual([
    [5, "employeeId", "row-skipped"],
    [6, "userPrincipalName", "row-skipped"],
    [8, "jobTitle", "row-skipped"],
    [9, null, "row-skipped"],
    [10, "accountEnabled", "row-skipped"],
    [11, "manager", "value-skipped"],
    [12, null, "row-skipped"],
    [13, null, "row-skipped"],
    [14, "employeeId", "row-skipped"],
    [15, "userPrincipalName", "row-skipped"],
    [16, "userPrincipalName", "row-skipped"],
  ]);
  expect(summary.problems[0]).toMatchObject({ value: "2", reason: expect.stringContaining("line 4") });
  expect(summary.problems[2]!.value!.length).toBeLessThan(110);
  expect(directory.attributes("ann@example.test")).toEqual({
    employeeId: "1",
    userPrincipalName: "ann@example.test",
    displayName: 'Ann\n"Q" Example',
    mail: "ann@example.test",
    jobTitle: "Chef",
    accountEnabled: true,
    extensionAttribute7: "x7",
    extension_0123456789abcdef0123456789abcdef_badge: "b1",
    mailNickname: "ann",
    userType: "Member",
  });
  expect(directory.managerOf("ann@example.test")).toBe("bob@example.test");
  expect(directory.groups()).toEqual({
    Sales: ["ann@example.test"],
    Everyone: ["ann@example.test", "مريم@example.test"],
  });
  const ignored = summary.columns.filter((column) => column.attribute === null);
  expect(ignored.map(({ column, note }) => [column, note])).toEqual([
    ["E-mail", "another column already fills mail"],
    ["Shoe size", null],
  ]);
});

test("running an import twice changes nothing and writes nothing", async () => {
  for (const name of ["excel-german.csv", "nasty.csv", "nasty.ldif", "graph.json", "nasty.json", "people.jsonl"]) {
    const directory = new MemoryDirectory();
    const first = await bring(directory, name);
    const { writes } = directory;
    const before = JSON.stringify([directory.groups(), directory.objects.map((object) => [...object.attributes])]);
    const second = await bring(directory, name);
    expect(first.users.added).toBeGreaterThan(0);
    expect([second.users.added, second.users.changed, second.groups.added, second.groups.changed]).toEqual([
      0, 0, 0, 0,
    ]);
    expect(second.users.unchanged).toBe(first.users.added);
    expect(second.links).toEqual({ managersChanged: 0, membersAdded: 0, membersRemoved: 0 });
    expect(directory.writes).toBe(writes);
    expect(JSON.stringify([directory.groups(), directory.objects.map((object) => [...object.attributes])])).toBe(
      before,
    );
  }
});

test("a dry run tells exactly what the import then does", async () => {
  for (const name of ["excel-german.csv", "nasty.csv", "nasty.ldif", "graph.json", "nasty.json", "people.jsonl"]) {
    const directory = new MemoryDirectory();
    const told = await bring(directory, name, { dryRun: true });
    expect([directory.objects, directory.writes, directory.anchorFields.size]).toEqual([[], 0, 0]);
    const done = await bring(directory, name);
    expect(told).toEqual({ ...done, dryRun: true });
  }
});

test("bytes that are not UTF-8 cost their row only", async () => {
  const directory = new MemoryDirectory();
  const summary = await bring(directory, "latin1.csv");
  expect(places(summary)).toEqual([[2, "displayName", "row-skipped"]]);
  expect(summary.problems[0]!.reason).toContain("UTF-8");
  expect(directory.userPrincipalNames()).toEqual(["b@example.test"]);
});

test.each(["utf16le.csv", "utf16be.csv"])("%s is decoded", async (name) => {
  const directory = new MemoryDirectory();
  expect((await bring(directory, name)).problems).toEqual([]);
  expect(directory.attributes("a@example.test")).toMatchObject({ displayName: "Žofie 🦊" });
});

test("LDIF: folding, base64, language tags, binary values, members before people, URLs refused", async () => {
  const directory = new MemoryDirectory();
  const summary = await bring(directory, "nasty.ldif");
  expect(directory.userPrincipalNames()).toEqual(["ann@example.test", "photo@example.test", "yuki@example.test"]);
  expect(summary.anchor).toBe("objectGUID");
  expect(directory.user("ann@example.test")!.anchor).toBe("03020100-0504-0706-0809-0a0b0c0d0e0f");
  expect(directory.attributes("ann@example.test")).toEqual({
    userPrincipalName: "ann@example.test",
    displayName: "Ann Example",
    surname: "Example",
    givenName: "Ann",
    mail: "ann@example.test",
    otherMails: ["ann.second@example.test"],
    onPremisesSecurityIdentifier: "S-1-5-32-544",
    accountEnabled: false,
    jobTitle: "Head of things",
    mailNickname: "ann",
    userType: "Member",
  });
  expect(directory.attributes("yuki@example.test")).toMatchObject({
    displayName: "山田 雪",
    surname: "山田",
    accountEnabled: true,
    onPremisesSamAccountName: "yuki",
  });
  expect(directory.managerOf("ann@example.test")).toBe("yuki@example.test");
  expect(directory.groups()).toEqual({ All: ["ann@example.test", "yuki@example.test"] });
  const shown = summary.problems.map(({ field, effect, value }) => [field, effect, value?.slice(0, 22)]);
  expect(shown).toEqual([
    ["members", "value-skipped", "cn=ghost,ou=people,dc="],
    ["title", "row-skipped", "file:///etc/hostname"],
    ["jpegPhoto", "value-skipped", "file:///tmp/photo.jpg"],
    ["cn", "row-skipped", "%%%notbase64"],
    ["cn", "row-skipped", "//76"],
    [null, "row-skipped", "objectClass"],
    [null, "row-skipped", "this line is no pair"],
  ]);
  expect(summary.problems[0]!.line).toBe(4);
  expect(summary.columns.find(({ column }) => column === "jpegPhoto")!.attribute).toBeNull();
});

test("LDIF change records: modify, modrdn, add; a removal only with complete, and only those named", async () => {
  const directory = new MemoryDirectory();
  await bring(directory, "nasty.ldif");
  const summary = await bring(directory, "changes.ldif");
  expect(directory.attributes("ann@example.test")).toMatchObject({
    jobTitle: "Director",
    givenName: "Ann",
    proxyAddresses: ["smtp:ann@alias.example.test"],
  });
  expect(directory.managerOf("ann@example.test")).toBeNull();
  expect(directory.user("yuki@example.test")!.locator).toBe("uid=yuki2,ou=people,dc=example,dc=test");
  expect(directory.groups()).toEqual({ All: ["yuki@example.test"] });
  expect(directory.userPrincipalNames()).toContain("new@example.test");
  expect(directory.userPrincipalNames()).toContain("photo@example.test");
  expect(summary.users).toMatchObject({ added: 1, changed: 2, removed: 0 });
  expect(summary.problems.map(({ field }) => field)).toEqual(["changetype", "dn", "changetype"]);

  const asked: number[] = [];
  const confirmRemoval = async (count: number) => {
    asked.push(count);
    return true;
  };
  const complete = await bring(directory, "changes.ldif", { complete: true, confirmRemoval });
  expect(asked).toEqual([1]);
  expect(complete.removal).toMatchObject({ outcome: "done", missing: 1 });
  expect(directory.userPrincipalNames()).toEqual(["ann@example.test", "new@example.test", "yuki@example.test"]);
});

test("Graph's JSON: its own names, ids as anchors and references", async () => {
  const directory = new MemoryDirectory();
  const summary = await bring(directory, "graph.json");
  expect(summary.problems).toEqual([]);
  expect(summary.anchor).toBe("id");
  expect(directory.attributes("ann@example.test")).toEqual({
    userPrincipalName: "ann@example.test",
    displayName: 'Ann ["{x\\',
    telephoneNumber: "+1 1",
    mobile: "+1 3",
    physicalDeliveryOfficeName: "B 7",
    accountEnabled: true,
    extensionAttribute1: "e1",
    mailNickname: "ann",
    userType: "Member",
  });
  expect(directory.attributes("bo@example.test")).toMatchObject({ accountEnabled: false, userType: "Guest" });
  expect(directory.managerOf("ann@example.test")).toBe("bo@example.test");
  expect(directory.groups()).toEqual({ Everyone: ["ann@example.test", "bo@example.test"] });
});

test("JSON: a broken element costs itself; a file that breaks off keeps what came before and removes nobody", async () => {
  const directory = new MemoryDirectory();
  const summary = await bring(directory, "nasty.json", { complete: true });
  expect(directory.userPrincipalNames()).toEqual(["a@example.test", "b@example.test"]);
  expect(directory.attributes("b@example.test")).toMatchObject({
    displayName: '🦊 "]}',
    otherMails: ["o@example.test"],
  });
  expect(places(summary)).toEqual([
    [2, "members", "value-skipped"],
    [6, null, "row-skipped"],
    [7, null, "row-skipped"],
    [8, "displayName", "row-skipped"],
    [10, null, "row-skipped"],
  ]);
  expect(directory.groups()).toEqual({ Sales: ["a@example.test", "b@example.test"] });
  expect(summary.removal.outcome).toBe("withheld");
});

test("JSON lines: one bad line, groups that are only mentioned", async () => {
  const directory = new MemoryDirectory();
  const summary = await bring(directory, "people.jsonl");
  expect(places(summary)).toEqual([[3, null, "row-skipped"]]);
  expect(directory.managerOf("c@example.test")).toBe("a@example.test");
  expect(directory.groups()).toEqual({ Sales: ["a@example.test"], All: ["a@example.test"] });
});

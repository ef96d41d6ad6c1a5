import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { importFile } from "#sources";
import { makeGroups, makePeople, makeSample } from "../examples/make-sample.ts";
import { MemoryDirectory } from "./conformance/memory-import-port.ts";

const imported = async (name: string) => {
  const directory = new MemoryDirectory();
  const file = fileURLToPath(new URL(`../examples/${name}`, import.meta.url));
  return { directory, summary: await importFile("example", { file }, directory.port("example")) };
};

test("the sample files are what their generator writes", () => {
  expect({
    organisation: readFileSync(new URL("../examples/sample-organisation.json", import.meta.url), "utf8"),
    assignments: readFileSync(new URL("../examples/sample-assignments.json", import.meta.url), "utf8"),
  }).toEqual(makeSample());
});

test("the sample organisation has 300 people whose addresses are ASCII and unique, and 12 groups", () => {
  const people = makePeople();
  const groups = makeGroups(people);
  const count = (holds: (person: (typeof people)[number]) => boolean) => people.filter(holds).length;
  expect({
    people: people.length,
    groups: groups.length,
    disabled: count((person) => !person.accountEnabled),
    guests: count((person) => person.userType === "Guest"),
    withoutMail: count((person) => person.mail === null),
    withoutSurname: count((person) => person.surname === null),
    otherMail: count((person) => person.mail !== null && person.mail !== person.userPrincipalName),
    withoutManager: count((person) => person.manager === null),
  }).toEqual({
    people: 300,
    groups: 12,
    disabled: 12,
    guests: 18,
    withoutMail: 10,
    withoutSurname: 2,
    otherMail: 33,
    withoutManager: 1,
  });
  for (const field of ["userPrincipalName", "mailNickname", "mail", "employeeId"] as const) {
    const values = people.flatMap((person) => person[field]?.toLowerCase() ?? []);
    expect(new Set(values).size, field).toBe(values.length);
    expect(values.filter((value) => !/^[\x21-\x7e]+$/.test(value))).toEqual([]);
  }
});

test("the sample organisation is imported without a single problem", async () => {
  const { summary, directory } = await imported("sample-organisation.json");
  expect(summary).toMatchObject({ anchor: "employeeId", problems: [], users: { added: 300 }, groups: { added: 12 } });
  expect(summary.links).toEqual({ managersChanged: 299, membersAdded: 434, membersRemoved: 0 });
  const { assignments } = JSON.parse(makeSample().assignments) as {
    assignments: { group?: string; user?: string; role: string }[];
  };
  const groups = directory.groups();
  const behind = (role: string) =>
    new Set(
      assignments
        .filter((assignment) => assignment.role === role)
        .flatMap(({ group, user }) => (group === undefined ? [user!] : groups[group]!)),
    );
  const users = behind("User");
  expect([...users].filter((upn) => directory.user(upn) === undefined)).toEqual([]);
  expect(users.size).toBe(175);
  expect([...users].filter((upn) => directory.attributes(upn).accountEnabled === true).length).toBe(166);
  expect([...behind("Default Access")].filter((upn) => !users.has(upn)).length).toBe(27);
});

test("the other examples are imported but for the rows that are meant to be refused", async () => {
  const csv = await imported("people.csv");
  expect(csv.summary.problems.map(({ line, field }) => [line, field])).toEqual([
    [9, "userPrincipalName"],
    [10, "manager"],
    [11, "employeeId"],
    [12, "Konto aktiv"],
  ]);
  const ldif = await imported("people.ldif");
  expect(ldif.summary.problems.map(({ line, field }) => [line, field])).toEqual([
    [5, "members"],
    [91, "userPrincipalName"],
    [109, "title"],
  ]);
  expect([csv.summary.users.added, ldif.summary.users.added]).toEqual([7, 8]);
});

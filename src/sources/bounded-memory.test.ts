import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { type ImportInput, type ImportPort, importFile, type LinkBatch } from "#sources";

const PEOPLE: Readonly<Record<string, number>> = { "p.csv": 100_000, "p.ldif": 40_000, "p.json": 40_000 };

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes that are really held, now that garbage is gone. */
function held(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** How many rows the file that is being read has given so far. */
let given = 0;

/** A file that exists only while it is read. */
function generated(name: string, head: string, row: (at: number) => string, tail = ""): ImportInput {
  return {
    name,
    size: 0,
    async *open() {
      given = 0;
      yield Buffer.from(head);
      for (let at = 0; at < PEOPLE[name]!; at += 500) {
        let text = "";
        given = at + 500;
        for (let inner = at; inner < at + 500; inner += 1) text += row(inner);
        yield Buffer.from(text);
      }
      yield Buffer.from(tail);
    },
  };
}

/** Counts what it is given and keeps none of it. */
function countingPort() {
  const seen = { users: 0, managers: 0, largest: 0, ahead: 0, heap: 0 };
  let calls = 0;
  const measure = (size: number) => {
    seen.largest = Math.max(seen.largest, size);
    calls += 1;
    if (calls % 50 === 0) seen.heap = Math.max(seen.heap, held());
  };
  const port: ImportPort = {
    anchorField: async () => null,
    rememberAnchorField: async () => undefined,
    lookup: async (_kind, anchors) => {
      measure(anchors.length);
      return new Map();
    },
    find: async (references) => references.map(() => null),
    write: async ({ users, groups }) => {
      measure(users.length + groups.length);
      seen.users += users.length;
      seen.ahead = Math.max(seen.ahead, given - seen.users);
      return { refused: [] };
    },
    writeLinks: async ({ managers, members, memberships }: LinkBatch) => {
      measure(managers.length + members.length + memberships.length);
      seen.managers += managers.length;
      seen.ahead = Math.max(seen.ahead, given - seen.managers);
      return { managersChanged: managers.length, membersAdded: 0, membersRemoved: 0, unresolved: [] };
    },
    list: async () => [],
    remove: async () => 0,
  };
  return { port, seen };
}

const dn = (at: number) => `uid=u${at},ou=people,dc=example,dc=test`;
const filler = "A line of text that makes the row as long as a real one is. ".repeat(4);

test.each([
  generated(
    "p.csv",
    "employeeId,userPrincipalName,displayName,streetAddress,manager\n",
    (at) => `${at},u${at}@example.test,"User ${at}","${filler}",${at >> 3}\n`,
  ),
  generated(
    "p.ldif",
    "version: 1\n\n",
    (at) =>
      `dn: ${dn(at)}\nobjectClass: person\nemployeeNumber: ${at}\ncn: User ${at}\nmail: u${at}@example.test\nstreet: ${filler}\nmanager: ${dn(at >> 3)}\n\n`,
  ),
  generated(
    "p.json",
    '{"users":[{"employeeId":"x","userPrincipalName":"x@example.test","displayName":"X"}',
    (at) =>
      `,{"employeeId":"${at}","userPrincipalName":"u${at}@example.test","displayName":"User ${at}","streetAddress":"${filler}","manager":"${at >> 3}"}\n`,
    "]}",
  ),
])("tens of thousands of people of $name pass in batches of at most 1,000 and bounded memory", async (file) => {
  const before = held();
  const { port, seen } = countingPort();
  const summary = await importFile("big", { file }, port);
  expect(summary.problemCount).toBe(0);
  expect(seen.users).toBeGreaterThanOrEqual(PEOPLE[file.name]!);
  expect(seen.managers).toBeGreaterThanOrEqual(PEOPLE[file.name]!);
  expect(seen.largest).toBeLessThanOrEqual(1000);
  // Nothing is read ahead beyond the batch and the piece of the file in hand.
  expect(seen.ahead).toBeLessThanOrEqual(2000);
  // The rows themselves are up to 35 MB of text, and several times that as objects.
  expect(seen.heap - before).toBeLessThan(30 * 2 ** 20);
});

// node bench/sandbox.ts [--users N] [--only pglite|postgresql] [--json]
// Measures the generic sandbox over HTTP, with a thousandth part of its users and with all of them.
import { type ChildProcess, execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { Pool } from "undici";
import { quantile } from "./figures.ts";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "100000" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const few = 1000;
const users = Math.max(few, Number(values.users));
const groupSize = Math.min(10_000, users);
const concurrency = 16;
const searches = 200;
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const urns = {
  user: "urn:ietf:params:scim:schemas:core:2.0:User",
  group: "urn:ietf:params:scim:schemas:core:2.0:Group",
  patch: "urn:ietf:params:scim:api:messages:2.0:PatchOp",
};

/** Milliseconds, or amounts, of one database. */
interface Figures {
  readonly database: "PGlite" | "PostgreSQL";
  readonly createsPerSecond: number;
  /** Median of each search with few users, and with all. */
  readonly searches: Readonly<Record<string, { readonly few: number; readonly all: number }>>;
  readonly memberPatch: number;
  readonly memberPatchFew: number;
  readonly listByIndexPerSecond: number;
  readonly listByCursorPerSecond: number;
  readonly scan: number;
  /** What the process grew by while it listed everything. */
  readonly listMebibytes: number;
  readonly peakMebibytes: number;
}

type Body = Readonly<Record<string, never>> & {
  readonly id: string;
  readonly Resources: readonly { id: string }[];
  readonly nextCursor?: string;
};

const clientOf = (baseUrl: string, token: string) => {
  const { origin, pathname } = new URL(baseUrl);
  const pool = new Pool(origin, { connections: concurrency });
  const send = async (method: "GET" | "POST" | "PATCH", path: string, body?: object): Promise<Body> => {
    const answer = await pool.request({
      method,
      path: pathname + path,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
    return JSON.parse(text === "" ? "{}" : text);
  };
  return { send, end: () => pool.close() };
};

const milliseconds = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

const median = async (times: number, work: (index: number) => Promise<unknown>): Promise<number> => {
  const taken: number[] = [];
  for (let index = 0; index < times; index++) taken.push(await milliseconds(() => work(index)));
  return quantile(taken, 0.5) ?? 0;
};

const personOf = (index: number) => ({
  schemas: [urns.user],
  userName: `person${index}@contoso.example`,
  externalId: `external-${index}`,
  displayName: `Person ${index}`,
  name: { givenName: "Person", familyName: String(index), formatted: `Person ${index}` },
  active: true,
  emails: [{ value: `mail${index}@contoso.example`, type: "work", primary: true }],
});

const measure = async (database: Figures["database"]): Promise<Figures> => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-bench-"));
  const url = process.env.TEST_DATABASE_URL;
  const where = database === "PGlite" ? ["--folder", folder] : ["--database", url ?? ""];
  const child: ChildProcess = fork(here("sandbox-process.ts"), where);
  const said = async (): Promise<Record<string, never>> => (await once(child, "message"))[0];
  const memory = async (): Promise<number> => {
    const answer = said();
    child.send("memory");
    return Number((await answer).bytes) / 2 ** 20;
  };
  const { baseUrl, token } = await said();
  const { send, end } = clientOf(String(baseUrl), String(token));
  const ids: string[] = [];
  const create = async (until: number): Promise<number> => {
    const from = ids.length;
    let next = from;
    const taken = await milliseconds(() =>
      Promise.all(
        Array.from({ length: concurrency }, async () => {
          while (next < until) {
            const index = next++;
            ids[index] = (await send("POST", "/Users", personOf(index))).id;
          }
        }),
      ),
    );
    return (1000 * (until - from)) / taken;
  };
  const find = (endpoint: string, filter: string) => send("GET", `/${endpoint}?filter=${encodeURIComponent(filter)}`);
  const one = (index: number) => Math.floor((index * 7919) % ids.length);
  const kinds: Readonly<Record<string, (index: number) => Promise<unknown>>> = {
    "userName eq": (index) => find("Users", `userName eq "person${one(index)}@contoso.example"`),
    "externalId eq": (index) => find("Users", `externalId eq "external-${one(index)}"`),
    "emails.value eq": (index) => find("Users", `emails.value eq "mail${one(index)}@contoso.example"`),
    'emails[type eq "work"].value eq': (index) =>
      find("Users", `emails[type eq "work"].value eq "mail${one(index)}@contoso.example"`),
    "id eq": (index) => find("Users", `id eq "${ids[one(index)]}"`),
    "GET by id": (index) => send("GET", `/Users/${ids[one(index)]}`),
    "displayName eq (groups)": (index) => find("Groups", `displayName eq "Group ${index % 100}"`),
    "members eq": (index) => find("Groups", `members eq "${ids[one(index) % few]}"`),
  };
  const searchAll = async (): Promise<Record<string, number>> => {
    const found: Record<string, number> = {};
    for (const [name, work] of Object.entries(kinds)) found[name] = await median(searches, work);
    return found;
  };
  const makeGroup = (displayName: string, members: readonly string[]) =>
    send("POST", "/Groups", { schemas: [urns.group], displayName, members: members.map((value) => ({ value })) });
  const patchMember = (group: string) =>
    median(100, (index) => {
      const value = ids[one(Math.floor(index / 2))] ?? "";
      const operation =
        index % 2 === 0
          ? { op: "remove", path: `members[value eq "${value}"]` }
          : { op: "add", path: "members", value: [{ value }] };
      return send("PATCH", `/Groups/${group}`, { schemas: [urns.patch], Operations: [operation] });
    });
  try {
    await create(few);
    for (let index = 0; index < 100; index++) await makeGroup(`Group ${index}`, ids.slice(10 * index, 10 * index + 10));
    const small = await makeGroup("Small", ids.slice(0, 10));
    await searchAll();
    const early = await searchAll();
    const memberPatchFew = await patchMember(small.id);
    const createsPerSecond = await create(users);
    const late = await searchAll();
    const large = await makeGroup("Large", ids.slice(0, groupSize));
    const memberPatch = await patchMember(large.id);
    const before = await memory();
    let highest = before;
    let listed = 0;
    const byIndex = await milliseconds(async () => {
      while (listed < ids.length) {
        listed += (await send("GET", `/Users?startIndex=${listed + 1}&count=1000`)).Resources.length;
        highest = Math.max(highest, await memory());
      }
    });
    let cursor: string | undefined = "";
    const byCursor = await milliseconds(async () => {
      while (cursor !== undefined) {
        cursor = (await send("GET", `/Users?cursor=${cursor}&count=1000`)).nextCursor;
        highest = Math.max(highest, await memory());
      }
    });
    const scan = await milliseconds(() => find("Users", 'title eq "nobody has one"'));
    return {
      database,
      createsPerSecond,
      searches: Object.fromEntries(
        Object.keys(kinds).map((name) => [name, { few: early[name] ?? 0, all: late[name] ?? 0 }]),
      ),
      memberPatch,
      memberPatchFew,
      listByIndexPerSecond: (1000 * ids.length) / byIndex,
      listByCursorPerSecond: (1000 * ids.length) / byCursor,
      scan,
      listMebibytes: highest - before,
      peakMebibytes: Math.max(highest, await memory()),
    };
  } finally {
    await end();
    child.disconnect();
    await once(child, "exit");
    rmSync(folder, { recursive: true, force: true });
  }
};

/** On a PostgreSQL server that lives as long as the measurement. */
const measureWithServer = async (): Promise<Figures> => {
  if (process.env.TEST_DATABASE_URL) return measure("PostgreSQL");
  const again = [here("sandbox.ts"), "--users", String(users), "--only", "postgresql", "--json"];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [here("../test/with-postgres.ts"), "--", process.execPath, ...again],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  const [figures] = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as Figures[];
  if (figures === undefined) throw new Error("PostgreSQL was not measured");
  return figures;
};

const tableOf = (all: readonly Figures[]): string => {
  const line = (label: string, cells: readonly string[]) =>
    `${label.padEnd(56)}${cells.map((cell) => cell.padStart(22)).join("")}`;
  const ratio = (from: number, to: number) => `${to.toFixed(1)}  (x ${(to / from).toFixed(2)})`;
  const names = Object.keys(all[0]?.searches ?? {});
  return [
    line(
      `${users} users`,
      all.map(({ database }) => database),
    ),
    line(
      "creates/s (aim 1000 on PGlite)",
      all.map((figures) => figures.createsPerSecond.toFixed(0)),
    ),
    ...names.map((name) =>
      line(
        `${name}, median ms (x against ${few} users)`,
        all.map(({ searches: found }) => ratio(found[name]?.few ?? 0, found[name]?.all ?? 0)),
      ),
    ),
    line(
      `PATCH of one member in ${groupSize}, median ms (x against 10)`,
      all.map(({ memberPatchFew, memberPatch }) => ratio(memberPatchFew, memberPatch)),
    ),
    line(
      "list all by index, users/s",
      all.map((figures) => figures.listByIndexPerSecond.toFixed(0)),
    ),
    line(
      "list all by cursor, users/s",
      all.map((figures) => figures.listByCursorPerSecond.toFixed(0)),
    ),
    line(
      "a filter without index looks at all, ms",
      all.map((figures) => figures.scan.toFixed(0)),
    ),
    line(
      "growth while listing all, MiB",
      all.map((figures) => figures.listMebibytes.toFixed(0)),
    ),
    line(
      "peak memory of the sandbox, database included, MiB",
      all.map((figures) => figures.peakMebibytes.toFixed(0)),
    ),
  ].join("\n");
};

const all: Figures[] = [];
if (values.only !== "postgresql") all.push(await measure("PGlite"));
if (values.only !== "pglite") all.push(await measureWithServer());
process.stdout.write(values.json ? `${JSON.stringify(all)}\n` : `${tableOf(all)}\n`);

import { sql } from "kysely";
import { afterEach, expect, test } from "vitest";
import { foldCase } from "#scim";
import type { Store } from "#store";
import { type CrashRig, openCrashRig } from "./crash-rig.ts";
import { accountsOf, wantedOf } from "./oracle.ts";

const users = 2000;
const kills = 20;
/** Creates that may still be carried out after the moment of a kill. */
const late = 20;
/** Blocked from the beginning: they get no account. */
const isEnabled = (number: number): boolean => number % 20 !== 7;
const enabled = Array.from({ length: users }, (_, number) => number).filter(isEnabled);
const faults = { "502AfterCommit": 0.02, dropAfterCommit: 0.02, truncate201: 0.02 };

let rig: CrashRig | null = null;
afterEach(async () => {
  await rig?.close();
  rig = null;
});

/** Compares the target, by its own record, with what the directory says; `blocked` were blocked on the way. */
const compare = async (rig: CrashRig, blocked: ReadonlySet<string>): Promise<void> => {
  const state = await rig.target.state();
  const accounts = accountsOf(state.users);
  const people = [...(await rig.people()).values()];
  expect(people).toHaveLength(rig.userIds.length);
  const stay = people.filter(({ attributes }) => attributes.accountEnabled);
  const nameOf = ({ attributes }: { readonly attributes: Readonly<Record<string, unknown>> }) =>
    foldCase(String(attributes.userPrincipalName));
  const wanted = new Map(stay.map((person) => [nameOf(person), wantedOf(person)]));
  const found = new Map([...accounts].filter(([name]) => wanted.has(name)));
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
  // Nobody else is there but those who were blocked after their account had been made, and theirs are inactive.
  const others = [...accounts].filter(([name]) => !wanted.has(name));
  const leavers = new Set(people.filter(({ id }) => blocked.has(id)).map(nameOf));
  expect(others.filter(([name, { active }]) => !leavers.has(name) || active !== false)).toEqual([]);
  // Each account was made once; no create was ever sent for somebody who had one already; nothing was deleted.
  const names = state.accepted.map(({ name }) => foldCase(name));
  expect(names).toHaveLength(new Set(names).size);
  expect(new Set(names)).toEqual(new Set(accounts.keys()));
  expect(state.removed).toEqual([]);
  const requests = await rig.target.requests();
  expect(requests.filter(({ status }) => status === 409).map(({ method, path }) => `${method} ${path}`)).toEqual([]);
};

/** Which accounts the engine has linked, and whose create it knows to have begun without an end. */
const memoryOf = async ({ db }: Store) => {
  const links = await sql<{ id: string }>`select target_id as id from provisioning.link`.execute(db);
  const intents = await sql<{ name: string }>`
    select o.attributes ->> 'userPrincipalName' as name from provisioning.intent i join directory.object o on o.id = i.source_id`.execute(
    db,
  );
  return {
    linked: new Set(links.rows.map(({ id }) => id)),
    intended: new Set(intents.rows.map(({ name }) => name)),
  };
};

test("a server that is killed twenty times in a cycle makes nobody twice and forgets no change", {
  timeout: 300_000,
}, async () => {
  rig = await openCrashRig(users, isEnabled);
  const { target, userIds } = rig;
  await target.mix(20260302, faults);
  const blocked = new Set<string>();
  const renamed = new Map<string, string>();
  let creates = 0;
  for (let kill = 1; kill <= kills; kill++) {
    // Spread over what is left, so that the last kill too comes well before the last write.
    const next = creates + Math.floor((enabled.length - creates) / (kills - kill + 3));
    // A busy machine may be late with the signal; the target makes sure that it is not too late.
    await target.limit(next + late);
    const life = await rig.start();
    await target.reached(Math.floor((creates + next) / 2));
    const early = userIds[enabled[kill * 3]!]!;
    const lateComer = userIds[enabled[enabled.length - kill * 5]!]!;
    const whom = kill % 2 === 0 ? early : lateComer;
    await life.change({ id: whom, attributes: { displayName: `Renamed in life ${kill}` } });
    renamed.set(whom, `Renamed in life ${kill}`);
    if (kill % 2 === 1) {
      const leaver = userIds[enabled[kill * 3 + 1]!]!;
      await life.change({ id: leaver, attributes: { accountEnabled: false } });
      blocked.add(leaver);
    }
    await target.reached(next);
    await life.signal("SIGKILL");
    const reached = await target.creates();
    expect(reached).toBeGreaterThan(creates);
    expect(reached).toBeLessThan(enabled.length - blocked.size);
    creates = reached;
  }
  await target.mix(1, {});
  await target.limit(null);
  const last = await rig.start({ retry: true });
  const { report, counts } = await last.end();
  expect(report).toMatchObject({ state: "succeeded", error: null });
  expect(counts).toMatchObject({ pending: 0, failed: 0, held: 0, givenUp: 0 });
  expect(counts.inStep).toBe(counts.inScope);
  expect(Object.keys((await target.state()).faults).sort()).toEqual(Object.keys(faults).sort());
  await compare(rig, blocked);
  // What was acknowledged before a kill is in the directory, so the comparison above was about it.
  const people = await rig.people();
  for (const [id, displayName] of renamed) expect(people.get(id)?.attributes.displayName).toBe(displayName);
  for (const id of blocked) expect(people.get(id)?.attributes.accountEnabled).toBe(false);
});

test("a server that is stopped in the middle of a cycle knows of every account it made, and the next one goes on", {
  timeout: 120_000,
}, async () => {
  rig = await openCrashRig(400, isEnabled);
  const { target, userIds } = rig;
  await target.mix(20260303, faults);
  const created = userIds.filter((_, number) => isEnabled(number)).length;
  await target.limit(280);
  const life = await rig.start();
  await target.reached(150);
  await life.signal("SIGTERM");
  const stopped = await life.end();
  expect(stopped.report).toMatchObject({ state: "interrupted", error: null });
  const creates = await target.creates();
  // It did not work off what it had claimed already, let alone the rest.
  expect(creates).toBeLessThan(300);
  const { accepted, requests } = await target.state();
  const memory = await rig.look(memoryOf);
  const unknown = accepted.filter(({ id }) => !memory.linked.has(id)).map(({ name }) => name);
  expect(unknown.filter((name) => !memory.intended.has(name))).toEqual([]);
  // Nothing is sent once it is gone.
  expect((await target.state()).requests).toBe(requests);

  await target.mix(1, {});
  await target.limit(null);
  const last = await (await rig.start({ retry: true })).end();
  expect(last.report).toMatchObject({ state: "succeeded", error: null });
  expect(last.counts).toMatchObject({ inStep: created, inScope: created, pending: 0, failed: 0 });
  await compare(rig, new Set());
  expect((await rig.look(memoryOf)).intended).toEqual(new Set());
});

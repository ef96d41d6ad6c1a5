import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { day, type EngineRig, hour, openEngineRig } from "#test/engine-rig.ts";

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

const crowd = 6;
const faults = [
  "429",
  "500BeforeCommit",
  "502AfterCommit",
  "dropBeforeCommit",
  "dropAfterCommit",
  "truncate201",
  "noId",
  "403",
  "html",
] as const;

type Command =
  | { readonly kind: "add" | "rename" | "block" | "unblock" | "delete" | "restore" | "purge"; readonly who: number }
  | { readonly kind: "assign" | "unassign" | "join" | "leave" | "relogin"; readonly who: number }
  | { readonly kind: "assignGroup" | "unassignGroup" | "cycle" | "begin" | "wait" }
  | { readonly kind: "fault"; readonly fault: (typeof faults)[number] }
  | { readonly kind: "die"; readonly after: number; readonly sent: boolean };

const who = fc.nat(crowd - 1);
const commandOf: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constantFrom("add", "rename", "block", "unblock", "delete", "restore", "purge", "relogin" as const),
      who,
    }) as fc.Arbitrary<Command>,
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom("assign", "assign", "unassign", "join", "leave"),
      who,
    }) as fc.Arbitrary<Command>,
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom("assignGroup", "unassignGroup", "cycle", "cycle", "begin", "begin", "wait"),
    }) as fc.Arbitrary<Command>,
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("fault" as const), fault: fc.constantFrom(...faults) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("die" as const), after: fc.nat(6), sent: fc.boolean() }),
  },
);

/** One person as the oracle knows them. */
interface Person {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly state: "present" | "deleted";
  readonly enabled: boolean;
  readonly assigned: boolean;
  readonly member: boolean;
}

let deaths = 0;
let met = 0;

/** Plays a history against directory, target and engine. */
const play = async (commands: readonly Command[]): Promise<void> => {
  const scene = await rig.openScene({ readBack: "always" });
  await scene.settings({ guard: { enabled: false, absolute: 500, percent: 20, floor: 10 } });
  const group = await scene.group("Team");
  let groupAssigned = false;
  const people = new Map<number, Person>();
  const history: string[] = [];
  let count = 0;
  // A cycle that runs while the directory goes on changing.
  let running: Promise<unknown> = Promise.resolve();

  const edit = (number: number, change: Partial<Person>): void => {
    const person = people.get(number);
    if (person !== undefined) people.set(number, { ...person, ...change });
  };

  const change = async (command: Command & { readonly who: number }): Promise<void> => {
    const person = people.get(command.who);
    count += 1;
    if (person === undefined) {
      if (command.kind !== "add") return;
      const login = `p${command.who}-${count}`;
      const name = `Person ${count}`;
      const id = await scene.person(login, { displayName: name });
      people.set(command.who, { id, login, name, state: "present", enabled: true, assigned: false, member: false });
      return;
    }
    const { id, state } = person;
    if (state === "deleted") {
      if (command.kind === "restore") {
        await scene.restore(id);
        edit(command.who, { state: "present" });
      } else if (command.kind === "purge") {
        await scene.purge(id);
        people.delete(command.who);
      }
      return;
    }
    switch (command.kind) {
      case "rename":
        await scene.change(id, { displayName: `Renamed ${count}` });
        return edit(command.who, { name: `Renamed ${count}` });
      case "relogin":
        await scene.change(id, { userPrincipalName: scene.upn(`q${command.who}-${count}`) });
        return edit(command.who, { login: `q${command.who}-${count}` });
      case "block":
      case "unblock":
        await scene.change(id, { accountEnabled: command.kind === "unblock" });
        return edit(command.who, { enabled: command.kind === "unblock" });
      case "delete":
        await scene.softDelete(id);
        return edit(command.who, { state: "deleted" });
      case "assign":
        if (!person.assigned) await scene.assign(id);
        return edit(command.who, { assigned: true });
      case "unassign":
        await scene.unassign(id);
        return edit(command.who, { assigned: false });
      case "join":
        if (!person.member) await scene.join(group, id);
        return edit(command.who, { member: true });
      case "leave":
        if (person.member) await scene.leave(group, id);
        return edit(command.who, { member: false });
    }
  };

  for (const command of commands) {
    history.push(JSON.stringify(command));
    if ("who" in command) await change(command);
    else if (command.kind === "cycle") await scene.cycle();
    else if (command.kind === "begin") {
      await running;
      running = scene.cycle();
    } else if (command.kind === "wait") rig.clock.advance(hour);
    else if (command.kind === "fault") {
      const method = command.fault === "truncate201" || command.fault === "noId" ? { method: "POST" } : {};
      rig.server.faults.add({ kind: command.fault, ...method });
    } else if (command.kind === "die") {
      await running;
      const died = rig.life.dieAt(command.after, command.sent);
      const done = await Promise.race([scene.cycle().then(() => "ended"), died.then(() => "died")]);
      if (done === "ended") await rig.life.end();
      else deaths += 1;
      rig.begin();
    } else if (command.kind === "assignGroup") {
      if (!groupAssigned) await scene.assign(group, "Group");
      groupAssigned = true;
    } else {
      if (groupAssigned) await scene.unassign(group);
      groupAssigned = false;
    }
  }

  await running;
  met += Object.keys(rig.server.state.faults).length;
  // The weather clears: everything that waits is tried again.
  rig.server.faults.clear();
  for (let i = 0; i < 3; i++) {
    rig.clock.advance(2 * day);
    await scene.cycle();
  }

  const accounts = rig.server.users.all();
  const wanted = [...people.values()]
    .filter(({ state, enabled }) => state === "present" && enabled)
    .filter(({ assigned, member }) => assigned || (member && groupAssigned))
    .map(({ login, name }) => `${scene.upn(login)} ${name}`)
    .sort();
  const active = accounts.filter((account) => account.active === true);
  const told = active.map((account) => `${account.userName} ${account.displayName}`).sort();
  expect(told, history.join("\n")).toEqual(wanted);
  // Nobody has two accounts: each account stands for another person, and none was made that no person explains.
  expect(new Set(accounts.map(({ userName }) => String(userName).toLowerCase())).size).toBe(accounts.length);
  const status = await rig.life.engine.status(scene.jobId);
  expect(status.counts, history.join("\n")).toEqual({
    inScope: expect.any(Number),
    inStep: expect.any(Number),
    pending: 0,
    failed: 0,
    held: 0,
    givenUp: 0,
    ignored: 0,
  });
  expect(status.quarantine).toBeNull();
  // At rest: another pass over everything asks for nobody.
  expect(await scene.asked(() => scene.cycle())).toEqual([]);
};

test("whatever happens to directory, target and engine, in the end the accounts are those that the directory calls for", async () => {
  await fc.assert(fc.asyncProperty(fc.array(commandOf, { minLength: 10, maxLength: 40 }), play), {
    numRuns: 15,
    seed: 20_260_302,
    endOnFailure: true,
  });
  expect([deaths > 0, met > 10]).toEqual([true, true]);
}, 120_000);

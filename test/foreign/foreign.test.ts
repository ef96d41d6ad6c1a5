import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProfileChanges } from "#core";
import { type DirectoryUser, getUsers, importObjects } from "#directory";
import { foldCase, isJsonArray, isJsonObject, type JsonObject, readPath } from "#scim";
import { type EngineRig, hour, openEngineRig, type Scene } from "#test/engine-rig.ts";
import { startBetterAuth } from "./better-auth.ts";
import type { ForeignServer } from "./foreign-server.ts";
import { messyPerson } from "./messy-people.ts";
import { startScimmy } from "./scimmy.ts";

const people = 500;
const teams = 20;
const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/** Somebody whose account a server cannot have, and what the log says of it. */
interface Difficult {
  readonly mailNickname: string;
  readonly attributes: Readonly<Record<string, string | null>>;
  readonly says: string;
}

/** Better Auth wants addresses of letters that it knows, and a text where there is a name; SCIMMY takes all that we could think of. */
const difficult: readonly Difficult[] = [
  {
    mailNickname: "umlaut",
    attributes: { mail: "jörg@messy.example" },
    says: 'POST /Users was answered with 400: "[body.emails.0.value] Invalid email address".',
  },
  {
    mailNickname: "nowhere",
    attributes: { mail: "root@localhost" },
    says: 'POST /Users was answered with 400: "[body.emails.0.value] Invalid email address".',
  },
  {
    mailNickname: "nameless",
    attributes: { givenName: null, surname: null },
    says: 'POST /Users was answered with 400: "[body.name.formatted] Too small',
  },
];

interface Server {
  readonly start: () => Promise<ForeignServer>;
  readonly refused: readonly Difficult[];
  /** How it is spoken to, where that is told. */
  readonly profile?: ProfileChanges;
  /** What it makes of a text that it keeps at this path. */
  readonly kept: (text: string, path: string) => string;
}

/** Better Auth trims texts, and folds the case of addresses. */
const trimmed = (text: string, path: string): string =>
  path.startsWith("emails") ? text.trim().toLowerCase() : text.trim();

const servers: readonly (readonly [name: string, server: Server])[] = [
  ["SCIMMY", { start: startScimmy, refused: [], kept: (text) => text }],
  [
    "SCIMMY by bulk requests",
    {
      start: startScimmy,
      refused: [],
      profile: { bulk: { operations: 100, payloadBytes: 100_000 } },
      kept: (text) => text,
    },
  ],
  ["Better Auth", { start: startBetterAuth, refused: difficult, kept: trimmed }],
];

/** The paths of an account that the mappings fill. */
const paths = [
  "userName",
  "displayName",
  "active",
  "title",
  'emails[type eq "work"].value',
  "name.givenName",
  "name.familyName",
  "name.formatted",
  'addresses[type eq "work"].streetAddress',
  'addresses[type eq "work"].locality',
  'addresses[type eq "work"].country',
  'phoneNumbers[type eq "work"].value',
  'phoneNumbers[type eq "mobile"].value',
  "externalId",
  `${enterprise}:employeeNumber`,
  `${enterprise}:department`,
];

const accountOf = (user: JsonObject) => ({
  ...Object.fromEntries(paths.map((path) => [path, readPath(user, path) ?? null])),
  manager: readPath(user, `${enterprise}:manager.value`) ?? null,
});

/** What the directory calls for, by the oracle's own reading of it. */
const wantedOf = ({ attributes: of }: DirectoryUser, manager: string | null): { readonly [path: string]: unknown } => ({
  userName: of.userPrincipalName,
  displayName: of.displayName,
  active: of.accountEnabled,
  title: of.jobTitle ?? null,
  'emails[type eq "work"].value': of.mail,
  "name.givenName": of.givenName ?? null,
  "name.familyName": of.surname ?? null,
  "name.formatted": [of.givenName, of.surname].filter(Boolean).join(" "),
  'addresses[type eq "work"].streetAddress': of.streetAddress ?? null,
  'addresses[type eq "work"].locality': of.city ?? null,
  'addresses[type eq "work"].country': of.country ?? null,
  'phoneNumbers[type eq "work"].value': of.telephoneNumber ?? null,
  'phoneNumbers[type eq "mobile"].value': of.mobile ?? null,
  externalId: of.mailNickname,
  [`${enterprise}:employeeNumber`]: of.employeeId,
  [`${enterprise}:department`]: of.department ?? null,
  manager,
});

let rig: EngineRig;
beforeAll(async () => {
  rig = await openEngineRig();
});
afterAll(() => rig.close());

/** Who is there and how they belong together, as the test itself has set it up. */
interface Crowd {
  /** Everybody by number. */
  readonly ids: string[];
  readonly managers: Map<string, string>;
  readonly teams: Map<string, { displayName: string; readonly members: Set<string> }>;
  /** Those who had an account and are deleted for good by now. */
  readonly purged: Set<string>;
  /** Those who were deleted, and may be restored. */
  readonly deleted: Set<string>;
}

const domainOf = (scene: Scene): string => scene.upn("").slice(1);

const gather = async (scene: Scene): Promise<Crowd> => {
  const domain = domainOf(scene);
  const rows = Array.from({ length: people }, (_, number) => ({
    anchor: String(number),
    locator: null,
    attributes: messyPerson(number, domain),
  }));
  const extra = difficult.map(({ mailNickname, attributes }, at) => ({
    anchor: mailNickname,
    locator: null,
    attributes: { ...messyPerson(people + at, domain), mailNickname, ...attributes },
  }));
  const outcomes = await rig.store.transaction((tx) =>
    importObjects(tx, "user", scene.jobId, [...rows, ...extra], rig.clock.now()),
  );
  const ids = outcomes.map((outcome) => {
    if (outcome.kind !== "added") throw new TypeError(`a person was ${JSON.stringify(outcome)}`);
    return outcome.id;
  });
  const crowd: Crowd = { ids, managers: new Map(), teams: new Map(), purged: new Set(), deleted: new Set() };
  for (let number = 10; number < 60; number += 1) {
    const [id, manager] = [ids[number]!, ids[number % 10]!];
    await scene.manager(id, manager);
    crowd.managers.set(id, manager);
  }
  for (let team = 0; team < teams; team += 1) {
    const members = ids.filter((_, number) => number % teams === team || number % 33 === team);
    const id = await scene.group(`Team ${team} – "Ünit" & <Co>`, members);
    await scene.assign(id, "Group");
    crowd.teams.set(id, {
      displayName: `Team ${team} – "Ünit" & <Co> ${domain}`,
      members: new Set(members),
    });
  }
  return crowd;
};

/** A year in the life of a company, as it were. */
const live = async (scene: Scene, { ids, managers, teams, purged, deleted }: Crowd): Promise<void> => {
  const domain = domainOf(scene);
  const [first, second, third, fourth] = [...teams.keys()] as [string, string, string, string];
  for (let number = 100; number < 130; number += 1) {
    await scene.change(ids[number]!, {
      displayName: `Renamed “${number}”`,
      surname: `Çelik-${number}`,
      jobTitle: null,
    });
  }
  for (let number = 130; number < 140; number += 1) {
    await scene.change(ids[number]!, {
      userPrincipalName: `moved.${number}@${domain}`,
      mail: `moved.${number}@${domain}`,
    });
  }
  for (let number = 10; number < 30; number += 1) {
    const manager = number % 2 === 0 ? null : ids[50]!;
    await scene.manager(ids[number]!, manager);
    if (manager === null) managers.delete(ids[number]!);
    else managers.set(ids[number]!, manager);
  }
  const firstMembers = teams.get(first)!.members;
  for (const id of [...firstMembers].slice(0, 7)) {
    await scene.leave(first, id);
    firstMembers.delete(id);
  }
  for (const id of [...teams.get(second)!.members].slice(0, 9)) {
    if (firstMembers.has(id)) continue;
    await scene.join(first, id);
    firstMembers.add(id);
  }
  await scene.changeGroup(second, { displayName: "Crew “Å” of Messy" });
  teams.get(second)!.displayName = "Crew “Å” of Messy";
  await scene.deleteGroup(third);
  await scene.purgeGroup(third);
  teams.delete(third);
  for (const id of [...teams.get(fourth)!.members]) {
    await scene.leave(fourth, id);
    teams.get(fourth)!.members.delete(id);
  }
  for (let number = 200; number < 215; number += 1) await scene.change(ids[number]!, { accountEnabled: false });
  for (let number = 220; number < 225; number += 1) {
    await scene.softDelete(ids[number]!);
    deleted.add(ids[number]!);
  }
  for (let number = 230; number < 235; number += 1) {
    await scene.purge(ids[number]!);
    purged.add(ids[number]!);
    for (const { members } of teams.values()) members.delete(ids[number]!);
  }
};

/**
 * Compares the server's own record with what the test has done to the directory.
 * @returns how many accounts it keeps otherwise than they are told: each look at everything tells them again
 */
const compare = async (server: ForeignServer, crowd: Crowd, { refused, kept }: Server): Promise<number> => {
  const { ids, managers, teams, purged, deleted } = crowd;
  const users = await server.users();
  const byName = new Map(users.map((user) => [foldCase(String(user.userName)), user]));
  expect(byName.size, "nobody is there twice").toBe(users.length);

  const nicknames = new Set(refused.map(({ mailNickname }) => mailNickname));
  const directory = new Map(
    [...(await getUsers(rig.store.db, ids))].filter(
      ([id, { attributes }]) => !purged.has(id) && !nicknames.has(String(attributes.mailNickname)),
    ),
  );
  const nameOf = (id: string): string => foldCase(String(directory.get(id)?.attributes.userPrincipalName));
  const idOf = (id: string): string => String(byName.get(nameOf(id))?.id);
  const inTeams = new Set([...teams.values()].flatMap(({ members }) => [...members]));
  const isInScope = (id: string): boolean =>
    directory.get(id)?.attributes.accountEnabled === true && !deleted.has(id) && inTeams.has(id);

  const found = new Map([...byName].map(([name, user]) => [name, accountOf(user)]));
  const wanted = [...directory.keys()].map((id) => {
    const manager = managers.get(id);
    const called = Object.entries(wantedOf(directory.get(id)!, manager === undefined ? null : idOf(manager)));
    const whole = Object.fromEntries(
      called.map(([path, value]) => [path, typeof value === "string" ? kept(value, path) : value]),
    );
    // Whoever has left keeps an account as it was, which is inactive.
    return [nameOf(id), isInScope(id) ? whole : { ...found.get(nameOf(id)), active: false }] as const;
  });
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));

  const shown = (await server.groups()).map((group) => [
    group.displayName,
    isJsonArray(group.members)
      ? group.members.map((member) => (isJsonObject(member) ? member.value : member)).sort()
      : [],
  ]);
  const wantedTeams = [...teams.values()].map(({ displayName, members }) => [
    displayName,
    [...members].filter(isInScope).map(idOf).sort(),
  ]);
  expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(wantedTeams));
  expect(shown).toHaveLength(wantedTeams.length);

  return [...directory].filter(([id, person]) =>
    Object.entries(wantedOf(person, null)).some(
      ([path, value]) => isInScope(id) && typeof value === "string" && foldCase(kept(value, path)) !== foldCase(value),
    ),
  ).length;
};

/** A restart that forgets what it may and looks at everybody again. */
const everything = {
  watermark: true,
  escrows: false,
  quarantineState: false,
  connectorDataStore: true,
  forceDeletes: false,
};

const settle = async (scene: Scene): Promise<void> => {
  for (let time = 0; time < 2; time += 1) {
    await scene.cycle();
    rig.clock.advance(hour);
  }
};

describe.each(servers)("%s, which we did not write", (_name, about) => {
  test("500 people with messy names and 20 groups end up right in it, and whom it cannot have is named in the log", {
    timeout: 300_000,
  }, async () => {
    const { refused, profile = {} } = about;
    const server = await about.start();
    const scene = await rig.openScene({
      template: "scim",
      baseUrl: server.baseUrl,
      token: server.token,
      readBack: "always",
    });
    await scene.settings({ profile, guard: { enabled: false, absolute: 500, percent: 20, floor: 10 } });
    // As usual, what is emptied in the directory stays in the target; a title is taken away here.
    await scene.mapUsers((mapping) => ({
      ...mapping,
      attributeMappings: mapping.attributeMappings.map((row) =>
        row.targetAttributeName === "title" ? { ...row, nullBehaviour: "clear" } : row,
      ),
    }));
    const crowd = await gather(scene);
    await settle(scene);
    await compare(server, crowd, about);
    for (const [at, { mailNickname }] of difficult.entries()) {
      const [entry] = await scene.logs(crowd.ids[people + at]!);
      const says = refused.find((one) => one.mailNickname === mailNickname)?.says;
      expect(entry?.provisioningStatusInfo.status).toBe(says === undefined ? "success" : "failure");
      expect(entry?.explanation).toContain(says ?? "it was created");
    }

    await live(scene, crowd);
    await settle(scene);
    const bent = await compare(server, crowd, about);
    const { counts, quarantine } = await rig.life.engine.status(scene.jobId);
    expect({ ...counts, quarantine }).toMatchObject({
      failed: refused.length,
      held: 0,
      givenUp: 0,
      // Everything was read back, and what a server keeps in its own form accuses it of nothing.
      ignored: 0,
      quarantine: null,
    });

    // At rest; and a look at everything writes nothing but what the server does not keep.
    await rig.life.engine.restartJob(scene.jobId, everything);
    const report = await scene.cycle();
    expect(report.counts).toMatchObject({ created: 0, updated: bent, enabled: 0, disabled: 0, deleted: 0 });
    await compare(server, crowd, about);
    await server.close();
  });
});

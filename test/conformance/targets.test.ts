import { afterAll, beforeAll, describe } from "vitest";
import { getTemplate } from "#apps";
import { type ProfileChanges, profileOf } from "#core";
import { type HttpClient, openHttpClient } from "#http";
import { newId, openLog, systemClock } from "#runtime";
import { openGenericSandbox, openSandbox, type Sandbox } from "#sandbox";
import type { Mode } from "#scim";
import type { Store } from "#store";
import { openScimTarget, type Target, type TargetPage } from "#targets";
import { openTestStore } from "#test/database.ts";
import { startBetterAuth } from "#test/foreign/better-auth.ts";
import { startScimmy } from "#test/foreign/scimmy.ts";
import { startScimTestServer } from "#test/wire/scim-test-server.ts";
import { type Ability, type TargetFactory, targetSuite } from "./target.ts";

let http: HttpClient;
beforeAll(() => {
  http = openHttpClient({ clock: systemClock, allowedHosts: [] });
});
afterAll(() => http.close());

const open = (baseUrl: string, token: string, own: ProfileChanges): Target =>
  openScimTarget({
    baseUrl,
    credentials: { kind: "bearer", token },
    profile: profileOf({ template: { pageSize: 3 }, found: {}, baseUrl, own }),
    clock: systemClock,
    http,
    random: Math.random,
  });

interface Serving {
  readonly baseUrl: string;
  readonly token: string;
  close(): Promise<void>;
}

const against =
  (serve: () => Promise<Serving>, own: ProfileChanges, lacks: readonly Ability[] = []): TargetFactory =>
  async () => {
    const { baseUrl, token, close } = await serve();
    return { target: open(baseUrl, token, own), close, lacks };
  };

const testServer = async (): Promise<Serving> => {
  const token = "opaque";
  const server = await startScimTestServer({ token });
  return { baseUrl: server.baseUrl, token, close: () => server.close() };
};

/** Ways of speaking that a target may want, each by itself. */
const dialects: readonly (readonly [name: string, own: ProfileChanges])[] = [
  ["as the RFC has it", {}],
  ["one operation at a time", { patchOperations: 1 }],
  ["nothing but PUT", { updateUsers: "put", updateGroups: "put" }],
  ["PATCH for users, PUT for groups", { updateGroups: "put" }],
  ["PUT for users, PATCH for groups", { updateUsers: "put" }],
  ["everything in one page", { paging: "none" }],
  ["no filters", { filterable: [], filterableGroups: [] }],
  ["no excludedAttributes", { excludesMembers: false }],
  ["a few members at a time", { membersPerRequest: 5 }],
  ["values taken away by null", { clearing: "null" }],
  ["application/json", { mediaType: "application/json" }],
  ["creates that are looked up", { createShows: "nothing" }],
  ["bulk requests", { bulk: { operations: 50, payloadBytes: 1_000_000 } }],
];

describe.each(dialects)("our test server, spoken to with %s", (_name, own) => targetSuite(against(testServer, own)));

describe.each<[mode: Mode]>([["strict"], ["compat"]])("the generic sandbox, %s", (mode) => {
  let store: Store;
  let sandbox: Awaited<ReturnType<typeof openGenericSandbox>>;
  beforeAll(async () => {
    store = await openTestStore();
    sandbox = await openGenericSandbox({ store, clock: systemClock, mode, log: openLog("error"), port: 0 });
  });
  afterAll(async () => {
    await sandbox.close();
    await store.close();
  });

  /** A tenant of its own, which is empty. */
  const tenant = async (): Promise<Serving> => ({
    baseUrl: sandbox.baseUrl,
    token: await sandbox.issueToken({ tenant: newId(), mode }),
    close: async () => undefined,
  });

  const own: readonly (readonly [string, ProfileChanges])[] = [
    ...dialects,
    ["pages by cursor", { paging: "cursor" }],
    ["a version with every write", { ifMatch: true }],
  ];
  const entra: readonly (readonly [string, ProfileChanges])[] = [
    ["as Entra speaks with its flag", { patchStyle: "entraCompliant" }],
    ["as Entra speaks without it", { patchStyle: "entraLegacy" }],
    ["texts for Booleans", { booleans: "text" }],
    ["a manager as a list of one", { references: "list", referenceRemoval: "filter" }],
    ["members taken away by value", { memberRemoval: "value" }],
    ["values taken away by an empty text", { patchStyle: "entraCompliant", clearing: "emptyText" }],
  ];
  describe.each(mode === "compat" ? [...own, ...entra] : own)("spoken to with %s", (_name, own) =>
    targetSuite(against(tenant, own)),
  );
});

/** As the gallery has it, the pace aside: the tests would wait for it. */
const thousandEyes: ProfileChanges = { ...getTemplate("thousandeyes")?.profile, requestsPerMinute: null, pageSize: 3 };

describe.each<[name: string, mode: Mode, own: ProfileChanges]>([
  ["spoken to as its template has it", "compat", thousandEyes],
  ["strict, spoken to as the RFC has it", "strict", { ...thousandEyes, patchStyle: "rfc" }],
])("the ThousandEyes sandbox, %s", (_name, mode, own) => {
  let store: Store;
  let sandbox: Sandbox;
  beforeAll(async () => {
    store = await openTestStore();
    sandbox = await openSandbox({
      store,
      clock: systemClock,
      log: openLog("error"),
      port: 0,
      rateLimit: "off",
      settings: { mode },
    });
  });
  afterAll(async () => {
    await sandbox.close();
    await store.close();
  });

  /** The one tenant, with nobody in it but its administrator again afterwards. */
  const tenant = async (): Promise<Serving> => {
    const { baseUrl, token } = sandbox;
    const target = open(baseUrl, token, own);
    const everybody = async () => (await target.list("User", 1, { lane: "bulk" })) as { value: TargetPage };
    const before = new Set((await everybody()).value.objects.map(({ id }) => id));
    const close = async () => {
      for (let left = true; left; ) {
        const others = (await everybody()).value.objects.filter(({ id }) => !before.has(id));
        for (const { id } of others) await target.remove("User", id, { lane: "bulk" });
        left = others.length > 0;
      }
      await target.close();
    };
    return { baseUrl, token, close };
  };
  targetSuite(against(tenant, own, ["enterprise", "clears", "valuePaths"]));
});

/** How servers are spoken to that we did not write, and what SCIMMY lacks when it is. */
const foreign: readonly (readonly [name: string, own: ProfileChanges, scimmyLacks: readonly Ability[]])[] = [
  ["as the RFC has it", {}, ["foldsCase", "checks", "repeats"]],
  ["one operation at a time", { patchOperations: 1 }, ["foldsCase", "checks", "repeats"]],
  ["nothing but PUT", { updateUsers: "put", updateGroups: "put" }, ["foldsCase", "checks"]],
  ["no filters", { filterable: [], filterableGroups: [] }, ["checks", "repeats"]],
  ["bulk requests", { bulk: { operations: 50, payloadBytes: 1_000_000 } }, ["foldsCase", "checks", "repeats"]],
];

describe.each(foreign)("SCIMMY, which we did not write, spoken to with %s", (_name, own, lacks) =>
  targetSuite(against(startScimmy, own, lacks)),
);

describe.each(foreign)("Better Auth, which we did not write, spoken to with %s", (_name, own) =>
  targetSuite(against(startBetterAuth, own, ["checks", "forgets"])),
);

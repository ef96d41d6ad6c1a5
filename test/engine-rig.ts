import { pino } from "pino";
import {
  type App,
  addApp,
  assign,
  createJob,
  listAssignments,
  type OwnJobSettings,
  readSchema,
  saveJobSettings,
  saveSchema,
  saveSecrets,
  unassign,
} from "#apps";
import { type ObjectMapping, profileOf, type SynchronizationSchema } from "#core";
import {
  type AttributeChanges,
  addMembers,
  createGroup,
  createUser,
  deleteGroup,
  deleteUser,
  getObject,
  purgeGroup,
  purgeUser,
  removeMembers,
  restoreGroup,
  restoreUser,
  setManager,
  updateGroup,
  updateUser,
} from "#directory";
import { type CycleReport, type Engine, openEngine } from "#engine";
import { type HttpClient, type HttpOutcome, type HttpRequest, openHttpClient } from "#http";
import { listProvisioning, type ProvisioningEntry } from "#journal";
import { type Clock, type Logger, systemClock } from "#runtime";
import { foldCase, type JsonObject } from "#scim";
import type { Queue, Store, Tx } from "#store";
import { openBudgetRegistry, openScimTarget } from "#targets";
import { openTestStore } from "#test/database.ts";
import { settledFeed } from "#test/feed.ts";
import { type ScimTestServer, type ScimTestServerOptions, startScimTestServer } from "#test/wire/scim-test-server.ts";

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** Sleeps of the engine's code that only looks again whether something is done. */
const polls: ReadonlySet<number> = new Set([20, 250]);

/** Time that moves only when a test moves it, or when somebody waits for something: then it jumps there at once. */
export interface RigClock extends Clock {
  advance(milliseconds: number): void;
  /**
   * For the engine: while it only looks again, no time goes by. Not for a target, whose pauses may happen to be as long as a poll;
   * they would never be over.
   */
  readonly forEngine: Clock;
  /** For the client of HTTP: its sleeps are deadlines, which nothing but `timeOut` ends. */
  readonly forRequests: Clock;
  /** Lets every request that is under way run into its deadline. */
  timeOut(): void;
}

export const openRigClock = (start: string): RigClock => {
  let time = Date.parse(start);
  let deadlines: (() => void)[] = [];
  const now = () => new Date(time);
  const sleep: Clock["sleep"] = (milliseconds, signal) => {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      signal?.addEventListener("abort", () => resolve(), { once: true });
      const until = time + milliseconds;
      setImmediate(() => {
        if (signal?.aborted) return;
        time = Math.max(time, until);
        resolve();
      });
    });
  };
  return {
    now,
    sleep,
    advance: (milliseconds) => {
      time += milliseconds;
    },
    forEngine: {
      now,
      sleep: (milliseconds, signal) =>
        polls.has(milliseconds) ? systemClock.sleep(2, signal) : sleep(milliseconds, signal),
    },
    forRequests: {
      now,
      sleep: (_milliseconds, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted) return resolve();
          signal?.addEventListener("abort", () => resolve(), { once: true });
          deadlines.push(resolve);
        }),
    },
    timeOut: () => {
      const expired = deadlines;
      deadlines = [];
      for (const expire of expired) expire();
    },
  };
};

/** One engine on the rig's store: a process, as it were. */
export interface Life {
  readonly engine: Engine;
  /**
   * Lets the process die at its next request but `after`; the promise resolves then. `sent`: the request still reaches the target.
   * Nothing that it waits for ever comes back.
   */
  dieAt(after: number, sent: boolean): Promise<void>;
  /** Ends it in good order. */
  end(): Promise<void>;
}

/** A wake-up is only a hint; these tests say themselves when a cycle runs. */
const noQueue: Queue = {
  send: async () => undefined,
  work: async () => undefined,
  everyMinute: async () => undefined,
  stop: async () => undefined,
};

const never = <Value>(): Promise<Value> => new Promise<Value>(() => undefined);

const startLife = (store: Store, clock: RigClock, http: HttpClient, log: Logger): Life => {
  let dead = false;
  let countdown: { left: number; readonly sent: boolean; readonly tell: () => void } | null = null;
  const mortal = (living: Clock): Clock => ({
    now: () => living.now(),
    sleep: (milliseconds, signal) => (dead ? never() : living.sleep(milliseconds, signal)),
  });
  const targetClock = mortal(clock);
  const request = async (asked: HttpRequest): Promise<HttpOutcome> => {
    if (dead) return never();
    if (countdown !== null && countdown.left-- <= 0) {
      dead = true;
      if (countdown.sent) await http.request({ ...asked, signal: undefined });
      countdown.tell();
      return never();
    }
    const outcome = await http.request(asked);
    return dead ? never() : outcome;
  };
  const budgets = openBudgetRegistry(targetClock, () => 0.6);
  const engine = openEngine({
    store,
    queue: noQueue,
    clock: mortal(clock.forEngine),
    log,
    retentionDays: 30,
    draw: () => 0.6,
    openTarget: ({ baseUrl, credentials, layers }) =>
      openScimTarget({
        baseUrl,
        credentials,
        // What a template publishes of its pace is nothing to the tests: the time of the clock would go by.
        profile: profileOf({ ...layers, template: { ...layers.template, requestsPerMinute: null } }),
        own: layers.own,
        clock: targetClock,
        http: { request, close: async () => undefined },
        random: () => 0.6,
        budgets,
      }),
  });
  return {
    engine,
    dieAt: (after, sent) =>
      new Promise((tell) => {
        countdown = { left: after, sent, tell };
      }),
    end: () => engine.stop(),
  };
};

export const token = "rig-token-8472";

/** Database, directory, engine and target of one test file; every test takes a scene of its own from it. */
export interface EngineRig {
  readonly store: Store;
  readonly clock: RigClock;
  readonly server: ScimTestServer;
  /** The engine that runs now. */
  readonly life: Life;
  /** What the engines have written into the process log, a line each. */
  readonly logged: readonly string[];
  /** Resolves when one request more than before is held by the target, which never answers it. */
  holding(): Promise<void>;
  /** Begins another process on the same store; the one before is left as it is. */
  begin(): Life;
  openScene(options?: SceneOptions): Promise<Scene>;
  close(): Promise<void>;
}

export interface SceneOptions {
  /** `thousandeyes` unless told. */
  readonly template?: string;
  /** The rig's test server unless told; null: no credentials are saved. */
  readonly baseUrl?: string | null;
  readonly token?: string;
  /** `off` unless told: what is asked is counted, and reading back is the subject of few tests. */
  readonly readBack?: OwnJobSettings["readBack"];
}

/** @param options what the target knows of users, where it is not RFC 7643's own */
export const openEngineRig = async (options: Pick<ScimTestServerOptions, "userType"> = {}): Promise<EngineRig> => {
  const store = await openTestStore();
  const clock = openRigClock("2026-03-02T08:00:00.000Z");
  const server = await startScimTestServer({ token, ...options });
  const http = openHttpClient({ clock: clock.forRequests, allowedHosts: [] });
  const logged: string[] = [];
  const log = pino({ level: "debug" }, { write: (line) => void logged.push(line) });
  let life = startLife(store, clock, http, log);
  let scenes = 0;
  let holds = 0;
  const rig: EngineRig = {
    store,
    clock,
    server,
    get life() {
      return life;
    },
    logged,
    holding: () => {
      holds += 1;
      return server.held(holds);
    },
    begin: () => {
      life = startLife(store, clock, http, log);
      return life;
    },
    openScene: async (options = {}) => {
      scenes += 1;
      server.reset();
      return openScene(rig, `s${scenes}.example`, options);
    },
    close: async () => {
      await life.end();
      await http.close();
      await server.close();
      await store.close();
    },
  };
  return rig;
};

/** One app with its job, and people who exist for one test only. */
export interface Scene {
  readonly app: App;
  readonly jobId: string;
  /** `ada` → the userPrincipalName that she has in this scene. */
  upn(name: string): string;
  /** Adds a user, enabled, with mail and display name; @returns the id */
  person(name: string, attributes?: AttributeChanges): Promise<string>;
  /** Adds a user and assigns the app directly. */
  assigned(name: string, attributes?: AttributeChanges): Promise<string>;
  change(id: string, attributes: AttributeChanges): Promise<void>;
  softDelete(id: string): Promise<void>;
  restore(id: string): Promise<void>;
  /** Soft-deletes when that was not done before. */
  purge(id: string): Promise<void>;
  manager(id: string, managerId: string | null): Promise<void>;
  group(name: string, members?: readonly string[]): Promise<string>;
  changeGroup(id: string, attributes: AttributeChanges): Promise<void>;
  deleteGroup(id: string): Promise<void>;
  restoreGroup(id: string): Promise<void>;
  purgeGroup(id: string): Promise<void>;
  join(groupId: string, memberId: string): Promise<void>;
  leave(groupId: string, memberId: string): Promise<void>;
  assign(principalId: string, type?: "User" | "Group", role?: string): Promise<void>;
  unassign(principalId: string): Promise<void>;
  credentials(baseUrl: string, secret?: string): Promise<void>;
  settings(changes: Partial<OwnJobSettings>): Promise<void>;
  secret(key: string, value: string): Promise<void>;
  /** The saved schema with the mapping of users, or of groups, changed; saves nothing. */
  draft(change: (mapping: ObjectMapping) => ObjectMapping, object?: "User" | "Group"): Promise<SynchronizationSchema>;
  save(schema: SynchronizationSchema): Promise<void>;
  /** Saves the schema with its user mapping changed. */
  mapUsers(change: (mapping: ObjectMapping) => ObjectMapping): Promise<void>;
  cycle(): Promise<CycleReport>;
  /** What the target was asked while `work` ran, probes left out: `GET /Users/{id}`, `POST /Users`, … */
  asked(work: () => Promise<unknown>): Promise<readonly string[]>;
  /** The target's account with this userPrincipalName's userName. */
  account(name: string): JsonObject | undefined;
  /** Newest first. */
  logs(id: string): Promise<readonly ProvisioningEntry[]>;
  /** Action, status and reason of the newest log entry. */
  lastLog(id: string): Promise<string>;
}

const openScene = async (rig: EngineRig, domain: string, options: SceneOptions): Promise<Scene> => {
  const { store, clock, server } = rig;
  const now = () => clock.now();
  const within = <Value>(work: (tx: Tx) => Promise<Value>): Promise<Value> => store.transaction(work);
  const app = await within((tx) => addApp(tx, options.template ?? "thousandeyes", { now: now() }));
  const { id: jobId } = await within(async (tx) => {
    const job = await createJob(tx, app.id, now());
    await saveJobSettings(tx, job.id, { readBack: options.readBack ?? "off" }, now());
    return job;
  });
  const secrets = new Map<string, string>();
  const save = () =>
    within((tx) =>
      saveSecrets(
        tx,
        store.sealer,
        app.id,
        [...secrets].map(([key, value]) => ({ key, value })),
        now(),
      ),
    );
  const credentials = async (baseUrl: string, secret = token) => {
    secrets.set("BaseAddress", baseUrl).set("SecretToken", secret);
    await save();
  };
  if (options.baseUrl !== null) await credentials(options.baseUrl ?? server.baseUrl, options.token);

  const upn = (name: string) => `${name}@${domain}`;
  const person: Scene["person"] = async (name, attributes = {}) => {
    const given = {
      userPrincipalName: upn(name),
      mail: upn(name),
      displayName: `${name[0]?.toUpperCase()}${name.slice(1)} Example`,
      givenName: name,
      surname: "Example",
      accountEnabled: true,
      ...attributes,
    };
    return (await within((tx) => createUser(tx, { attributes: given }, now()))).id;
  };
  const assignTo: Scene["assign"] = async (id, type = "User", role = "User") => {
    await within((tx) => assign(tx, app.id, { id, type }, role, { now: now() }));
  };
  const draft: Scene["draft"] = async (change, object = "User") =>
    withMapping(await readSchema(store.db, jobId), object, change);
  const saveSchemaOf: Scene["save"] = async (schema) =>
    void (await within((tx) => saveSchema(tx, jobId, schema, now())));
  const logs: Scene["logs"] = async (id) =>
    (await listProvisioning(store.db, { jobId, sourceId: id }, { limit: 100 })).items;

  return {
    app,
    jobId,
    upn,
    person,
    assigned: async (name, attributes) => {
      const id = await person(name, attributes);
      await assignTo(id);
      return id;
    },
    change: async (id, attributes) => void (await within((tx) => updateUser(tx, id, attributes, now()))),
    softDelete: (id) => within((tx) => deleteUser(tx, id, now())),
    restore: async (id) => void (await within((tx) => restoreUser(tx, id, {}, now()))),
    purge: (id) =>
      within(async (tx) => {
        if ((await getObject(tx, id))?.deletedAt === null) await deleteUser(tx, id, now());
        await purgeUser(tx, id, now());
      }),
    manager: (id, managerId) => within((tx) => setManager(tx, id, managerId, now())),
    group: (name, members = []) =>
      within(async (tx) => {
        const group = await createGroup(tx, { attributes: { displayName: `${name} ${domain}` } }, now());
        if (members.length > 0) await addMembers(tx, group.id, members, now());
        return group.id;
      }),
    changeGroup: async (id, attributes) => void (await within((tx) => updateGroup(tx, id, attributes, now()))),
    deleteGroup: (id) => within((tx) => deleteGroup(tx, id, now())),
    restoreGroup: async (id) => void (await within((tx) => restoreGroup(tx, id, now()))),
    purgeGroup: (id) => within((tx) => purgeGroup(tx, id, now())),
    join: async (groupId, memberId) => void (await within((tx) => addMembers(tx, groupId, [memberId], now()))),
    leave: async (groupId, memberId) => void (await within((tx) => removeMembers(tx, groupId, [memberId], now()))),
    assign: assignTo,
    unassign: (principalId) =>
      within(async (tx) => {
        const { items } = await listAssignments(tx, { appId: app.id, principalId });
        for (const { id } of items) await unassign(tx, id, now());
      }),
    credentials,
    settings: async (changes) => void (await within((tx) => saveJobSettings(tx, jobId, changes, now()))),
    secret: async (key, value) => {
      secrets.set(key, value);
      await save();
    },
    draft,
    save: saveSchemaOf,
    mapUsers: async (change) => saveSchemaOf(await draft(change)),
    cycle: async () => {
      await settledFeed(store.db, "directory.change");
      await settledFeed(store.db, "apps.change");
      return rig.life.engine.run(jobId);
    },
    asked: async (work) => {
      const before = server.requests.length;
      await work();
      return server.requests
        .slice(before)
        .filter(({ path }) => !isProbe(path))
        .map(({ method, path }) => `${method} ${decodeURIComponent(path).replaceAll("+", " ")}`);
    },
    account: (name) => server.users.all().find((user) => foldCase(String(user.userName)) === foldCase(upn(name))),
    logs,
    lastLog: async (id) => {
      const [entry] = await logs(id);
      if (entry === undefined) return "nothing";
      const { status, errorInformation } = entry.provisioningStatusInfo;
      return [entry.provisioningAction, status, errorInformation?.errorCode].filter(Boolean).join(" ");
    },
  };
};

const withMapping = (
  schema: SynchronizationSchema,
  object: "User" | "Group",
  change: (mapping: ObjectMapping) => ObjectMapping,
): SynchronizationSchema => ({
  ...schema,
  synchronizationRules: schema.synchronizationRules.map((rule) => ({
    ...rule,
    objectMappings: rule.objectMappings.map((mapping) =>
      mapping.sourceObjectName === object ? change(mapping) : mapping,
    ),
  })),
});

/** The connection test asks for a name that is a GUID. */
const isProbe = (path: string): boolean =>
  /filter=[^&]*(%22|")[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(%22|")/i.test(path);

import { tmpdir } from "node:os";
import { join } from "node:path";
import { addApp, assign, createJob, saveSecrets, setJobState } from "#apps";
import { profileOf } from "#core";
import { addMembers, createGroup, importObjects } from "#directory";
import { type Engine, openEngine } from "#engine";
import { openHttpClient } from "#http";
import { type Logger, silentLog, systemClock } from "#runtime";
import { openQueue, openStore, type Store, type StoreOptions } from "#store";
import { type Exchange, openBudgetRegistry, openDoctor, openScimTarget } from "#targets";

export interface WholeEngineOptions extends Pick<StoreOptions, "folder" | "databaseUrl" | "template"> {
  readonly log?: Logger;
  readonly onExchange?: (exchange: Exchange) => void;
}

/** Everything that a server opens for its engine, on the system's clock and real sockets, without API and sandbox. */
export interface WholeEngine {
  readonly store: Store;
  readonly engine: Engine;
  /** Ends everything in good order. */
  close(): Promise<void>;
}

export const openWholeEngine = async (options: WholeEngineOptions): Promise<WholeEngine> => {
  const { log = silentLog, onExchange } = options;
  const store = await openStore({ ...options, log });
  const queue = await openQueue(store, options.databaseUrl, log);
  const http = openHttpClient({ clock: systemClock, allowedHosts: [] });
  const budgets = openBudgetRegistry(systemClock, Math.random);
  const engine = openEngine({
    store,
    queue,
    clock: systemClock,
    log,
    retentionDays: 30,
    doctor: openDoctor({
      http,
      clock: systemClock,
      random: Math.random,
      folder: join(tmpdir(), `lockstep-journals-${process.pid}`),
    }),
    openTarget: ({ baseUrl, credentials, layers }) =>
      openScimTarget({
        baseUrl,
        credentials,
        profile: { ...profileOf(layers), requestsPerMinute: null },
        own: layers.own,
        clock: systemClock,
        http,
        budgets,
        random: Math.random,
        ...(onExchange === undefined ? {} : { onExchange }),
      }),
  });
  return {
    store,
    engine,
    close: async () => {
      await engine.stop();
      await queue.stop();
      await http.close();
      await store.close();
    },
  };
};

export interface Crowd {
  readonly jobId: string;
  /** Object ids in the order of their numbers. */
  readonly userIds: readonly string[];
}

const givenNames = ["Anke", "Björn", "Chloé", "Dan", "Élodie", "Fatma", "Goran", "Hanako", "İpek", "Jürgen", "Kwame"];
const surnames = ["Almeida", "Brandt", "Çelik", "Dubois", "Eriksson", "Fischer", "García", "Horváth", "Ito", "Jansen"];

/** The attributes of the person with this number. */
export const personOf = (number: number, accountEnabled: boolean) => {
  const givenName = givenNames[number % givenNames.length]!;
  const surname = surnames[number % surnames.length]!;
  const name = `person${String(number).padStart(6, "0")}`;
  return {
    userPrincipalName: `${name}@example.test`,
    mail: `${name}@example.test`,
    mailNickname: name,
    displayName: `${givenName} ${surname} ${number}`,
    givenName,
    surname,
    accountEnabled,
    department: `Department ${number % 40}`,
    employeeId: String(number),
  };
};

/** Fills a fresh directory with people who are all assigned through one group, and connects ThousandEyes to `baseUrl`. */
export const makeCrowd = async (
  store: Store,
  input: {
    readonly users: number;
    readonly baseUrl: string;
    readonly token?: string;
    readonly isEnabled?: (number: number) => boolean;
    /** What differs from `personOf`. */
    readonly more?: (number: number) => Readonly<Record<string, string>>;
  },
): Promise<Crowd> => {
  const { users, baseUrl, token = "crowd-token-5190", isEnabled = () => true, more = () => ({}) } = input;
  const now = systemClock.now();
  const group = await store.transaction((tx) =>
    createGroup(tx, { attributes: { displayName: "Everybody in the crowd" } }, now),
  );
  const userIds: string[] = [];
  while (userIds.length < users) {
    const first = userIds.length;
    const rows = Array.from({ length: Math.min(1000, users - first) }, (_, at) => ({
      anchor: String(first + at),
      locator: null,
      attributes: { ...personOf(first + at, isEnabled(first + at)), ...more(first + at) },
    }));
    await store.transaction(async (tx) => {
      const outcomes = await importObjects(tx, "user", "crowd", rows, now);
      const ids = outcomes.map((outcome) => {
        if (outcome.kind !== "added") throw new TypeError(`a person was ${outcome.kind}`);
        return outcome.id;
      });
      await addMembers(tx, group.id, ids, now);
      userIds.push(...ids);
    });
  }
  const jobId = await store.transaction(async (tx) => {
    const app = await addApp(tx, "thousandeyes", { now });
    const job = await createJob(tx, app.id, now);
    const secrets = [
      { key: "BaseAddress", value: baseUrl },
      { key: "SecretToken", value: token },
    ];
    await saveSecrets(tx, store.sealer, app.id, secrets, now);
    await assign(tx, app.id, { id: group.id, type: "Group" }, "User", { now });
    await setJobState(tx, job.id, "Active", now);
    return job.id;
  });
  return { jobId, userIds };
};

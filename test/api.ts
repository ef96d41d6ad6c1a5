import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OpenedApi, openApi } from "#api";
import { getJob, setJobState } from "#apps";
import { type AttributeValue, usualProfile } from "#core";
import type {
  AppProfile,
  ConnectionTest,
  CycleReport,
  Engine,
  Examination,
  JobStatus,
  Leftovers,
  MappingTest,
  OnDemandResult,
  Progress,
  RestartScope,
  ScopePreview,
} from "#engine";
import { type Clock, LockstepError, silentLog, systemClock } from "#runtime";
import type { Store } from "#store";
import { openTestStore } from "./database.ts";

/** Something that the API asked of the engine. */
export type EngineCall = readonly [name: keyof Engine, ...details: readonly unknown[]];

/** Stands behind the engine's door: keeps what it was asked, answers what it was given, and moves jobs' states as the engine does. */
export class EngineRecorder implements Engine {
  readonly calls: EngineCall[] = [];
  readonly #store: Store;
  readonly #listeners = new Map<string, Set<(progress: Progress) => void>>();
  test: ConnectionTest = { ok: true, code: null, message: "The connection works.", advice: [], exchange: null };
  onDemand: ((objectId: string, dry: boolean) => OnDemandResult) | null = null;
  cycle: ((jobId: string, tell: (progress: Progress) => void) => Promise<CycleReport>) | null = null;
  examination: Examination | null = null;
  statusOf: Partial<JobStatus> = {};
  mappingTest: MappingTest | null = null;
  scope: readonly ScopePreview[] = [];
  attributes: Readonly<Record<string, AttributeValue>> = {};

  constructor(store: Store) {
    this.#store = store;
  }

  async start(): Promise<void> {}
  async stop(): Promise<void> {}
  wake(jobId?: string): void {
    this.calls.push(["wake", jobId]);
  }
  async run(jobId: string): Promise<CycleReport> {
    this.calls.push(["run", jobId]);
    if (this.cycle === null) throw new TypeError("no cycle was prepared");
    return this.cycle(jobId, (progress) => this.tell(jobId, progress));
  }
  tell(jobId: string, progress: Progress): void {
    for (const listener of this.#listeners.get(jobId) ?? []) listener(progress);
  }
  listeners(jobId: string): number {
    return this.#listeners.get(jobId)?.size ?? 0;
  }
  async status(jobId: string): Promise<JobStatus> {
    const job = await getJob(this.#store.db, jobId);
    if (job === null) throw new LockstepError("JobNotFound", `There is no job ${jobId}.`, { facts: { jobId } });
    return {
      jobId,
      appId: job.appId,
      state: job.state === "Active" ? "notRun" : job.state === "Paused" ? "paused" : "notConfigured",
      counts: { inScope: 0, inStep: 0, pending: 0, failed: 0, held: 0, givenUp: 0, ignored: 0 },
      running: null,
      lastCycle: null,
      quarantine: null,
      notices: [],
      nextRun: null,
      ...this.statusOf,
    };
  }
  watch(jobId: string, listener: (progress: Progress) => void): () => void {
    const listeners = this.#listeners.get(jobId) ?? new Set();
    this.#listeners.set(jobId, listeners.add(listener));
    return () => void listeners.delete(listener);
  }
  async testConnection(appId: string, credentials?: Parameters<Engine["testConnection"]>[1]): Promise<ConnectionTest> {
    this.calls.push(["testConnection", appId, credentials]);
    return this.test;
  }
  async examine(appId: string, ...more: unknown[]): Promise<Examination> {
    this.calls.push(["examine", appId, ...more.slice(0, 2)]);
    if (this.examination === null) throw new TypeError("no examination was prepared");
    return this.examination;
  }
  async removeLeftovers(appId: string, given: unknown): Promise<Leftovers> {
    this.calls.push(["removeLeftovers", appId, given]);
    return { removed: 0, left: [], requests: 2 };
  }
  async profileOf(appId: string): Promise<AppProfile> {
    this.calls.push(["profileOf", appId]);
    return { template: {}, found: null, foundCounts: false, own: {}, effective: usualProfile };
  }
  async provision(jobId: string, objectId: string, { dry }: { readonly dry: boolean }): Promise<OnDemandResult> {
    this.calls.push(["provision", jobId, objectId, dry]);
    if (this.onDemand === null) throw new TypeError("no result was prepared");
    return this.onDemand(objectId, dry);
  }
  async testMapping(
    jobId: string,
    objectId: string,
    options?: Parameters<Engine["testMapping"]>[2],
  ): Promise<MappingTest> {
    this.calls.push(["testMapping", jobId, objectId, options]);
    if (this.mappingTest === null) throw new TypeError("no test was prepared");
    return this.mappingTest;
  }
  async previewScope(jobId: string, options?: Parameters<Engine["previewScope"]>[1]): Promise<readonly ScopePreview[]> {
    this.calls.push(["previewScope", jobId, options]);
    return this.scope;
  }
  async sourceAttributes(jobId: string, objectId: string): Promise<Readonly<Record<string, AttributeValue>>> {
    this.calls.push(["sourceAttributes", jobId, objectId]);
    return this.attributes;
  }
  async startJob(jobId: string): Promise<void> {
    this.calls.push(["startJob", jobId]);
    await this.#store.transaction((tx) => setJobState(tx, jobId, "Active", systemClock.now()));
  }
  async pauseJob(jobId: string): Promise<void> {
    this.calls.push(["pauseJob", jobId]);
    await this.#store.transaction((tx) => setJobState(tx, jobId, "Paused", systemClock.now()));
  }
  async restartJob(jobId: string, scope: RestartScope): Promise<void> {
    this.calls.push(["restartJob", jobId, scope]);
  }
  async retry(jobId: string, ids: readonly string[] | "all"): Promise<number> {
    this.calls.push(["retry", jobId, ids]);
    return ids === "all" ? 7 : ids.length;
  }
  async listFailed(jobId: string, page: Parameters<Engine["listFailed"]>[1]) {
    this.calls.push(["listFailed", jobId, page]);
    return [];
  }
  async listHeld(jobId: string, page: Parameters<Engine["listHeld"]>[1]) {
    this.calls.push(["listHeld", jobId, page]);
    return [];
  }
  async allowHeld(jobId: string, ids: readonly string[] | "all"): Promise<number> {
    this.calls.push(["allowHeld", jobId, ids]);
    return ids === "all" ? 7 : ids.length;
  }
  async rejectHeld(jobId: string, ids: readonly string[] | "all"): Promise<number> {
    this.calls.push(["rejectHeld", jobId, ids]);
    return ids === "all" ? 7 : ids.length;
  }
  async guardLimits() {
    return { enabled: true, absolute: 500, percent: 20, floor: 10 };
  }
  async moveTarget(appId: string, from: string, to: string): Promise<void> {
    this.calls.push(["moveTarget", appId, from, to]);
  }
  async forgetJob(jobId: string): Promise<void> {
    this.calls.push(["forgetJob", jobId]);
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every form
  readonly body: any;
}

export interface TestApi {
  readonly store: Store;
  readonly engine: EngineRecorder;
  readonly api: OpenedApi;
  readonly data: string;
  readonly token: string;
  /** Sends a request with the token; `body` becomes JSON unless it is text. */
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  close(): Promise<void>;
}

/** The API over real HTTP on a port of its own, on a real store. */
export const openTestApi = async (clock: Clock = systemClock): Promise<TestApi> => {
  const store = await openTestStore();
  const engine = new EngineRecorder(store);
  const data = mkdtempSync(join(tmpdir(), "lockstep-api-"));
  const token = "test-token-of-the-administrator";
  const api = await openApi({
    store,
    engine,
    clock,
    log: silentLog,
    token,
    host: "127.0.0.1",
    port: 0,
    version: "0.0.0-test",
    info: { data, sandbox: () => null },
  });
  return {
    store,
    engine,
    api,
    data,
    token,
    ask: async (method, path, body, headers = {}) => {
      const response = await fetch(`${api.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...headers },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
      return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
    },
    close: async () => {
      await api.close();
      await store.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
};

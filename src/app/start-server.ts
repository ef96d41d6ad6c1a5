import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { openApi } from "#api";
import { listApps, listJobs, listSecretsMasked, readSecrets, saveSecrets } from "#apps";
import { profileOf } from "#core";
import { type Engine, type OpenTarget, openEngine } from "#engine";
import { openHttpClient } from "#http";
import { type Clock, openLog, readConfiguration, systemClock } from "#runtime";
import { openSandbox, type Sandbox } from "#sandbox";
import { openQueue, openStore, type Store } from "#store";
import { identityOf, openBudgetRegistry, openDoctor, openScimTarget } from "#targets";
import type { RunningServer, StartOptions, StartReporter } from "./contract.ts";
import { runFirstCycles } from "./first-cycle.ts";
import { outgoingRules } from "./outgoing-rules.ts";
import { openServerFiles, type ServerFiles } from "./server-files.ts";
import { setUp } from "./set-up.ts";

/** ThousandEyes' published limit, which the sandbox tenant keeps as well. */
const sandboxLimit = 240;

/**
 * Opens the database, the sandbox tenant, the engine and the API; sets up the first run; runs the first cycle; then watches. Nothing else creates anything that lives long.
 * What was opened is closed again in the opposite order, whether the start fails or the server is stopped.
 */
export const startServer = async (options: StartOptions, report: StartReporter): Promise<RunningServer> => {
  const configuration = readConfiguration(process.env);
  const clock = systemClock;
  const log = openLog(options.logLevel);
  const data = resolve(options.data);
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const closer of closers.reverse()) await closer();
    closers.length = 0;
  };
  const unlessStopped = () => options.signal.throwIfAborted();
  try {
    report.say(configuration.DATABASE_URL ? "Opening the database …" : `Opening the embedded database in ${data} …`);
    const store = await openStore({
      folder: data,
      databaseUrl: configuration.DATABASE_URL,
      key: configuration.LOCKSTEP_KEY,
      log,
    });
    closers.push(() => store.close());
    unlessStopped();
    const files = openServerFiles(data);
    const sandbox = await openSandbox({ store, clock, log, port: options.sandboxPort, rateLimit: sandboxLimit });
    closers.push(() => sandbox.close());
    sayPort(report, "sandbox tenant", options.sandboxPort, sandbox.port, sandbox.baseUrl);
    const queue = await openQueue(store, configuration.DATABASE_URL, log);
    closers.push(() => queue.stop());
    const http = openHttpClient({ clock, log, ...outgoingRules(configuration, report.say) });
    closers.push(() => http.close());
    const budgets = openBudgetRegistry(clock, Math.random);
    const openTarget: OpenTarget = ({ baseUrl, credentials, layers }) =>
      openScimTarget({
        baseUrl,
        credentials,
        clock,
        http,
        budgets,
        random: Math.random,
        own: layers.own,
        // The sandbox tells its own limit, which may be lifted; a published one must not slow it down then.
        profile: profileOf(
          baseUrl === sandbox.baseUrl
            ? { ...layers, template: { ...layers.template, requestsPerMinute: null } }
            : layers,
        ),
      });
    const engine = openEngine({
      store,
      queue,
      clock,
      log,
      openTarget,
      doctor: openDoctor({ http, clock, random: Math.random, folder: join(data, "doctor") }),
      retentionDays: configuration.LOCKSTEP_RETENTION_DAYS,
    });
    closers.push(() => engine.stop());
    await followSandbox(store, engine, files, sandbox, clock);
    unlessStopped();
    const api = await openApi({
      store,
      engine,
      clock,
      log,
      token: files.token,
      host: "127.0.0.1",
      port: options.port,
      version: versionOfPackage(),
      info: { data, sandbox: () => ({ baseUrl: sandbox.baseUrl, web: sandbox.web }) },
    });
    closers.push(() => api.close());
    sayPort(report, "server", options.port, api.port, api.url);
    files.announce(api.url);
    closers.push(() => files.withdraw());

    const stopping = new AbortController();
    closers.push(() => stopping.abort());
    const signal = AbortSignal.any([stopping.signal, options.signal]);
    await setUp({ store, clock, files, sandbox, openTarget, options: { ...options, signal }, say: report.say });
    const firstCycle = (async () => {
      if (signal.aborted) return null;
      if ((await listJobs(store.db, { state: "Active" })).length > 0) {
        report.say("Running the first cycle; the sandbox's limit of 240 requests a minute is lifted for it.");
      }
      sandbox.setRateLimit("off");
      try {
        return await runFirstCycles(store, engine, report, signal);
      } finally {
        sandbox.setRateLimit(sandboxLimit);
        if (!options.once && !signal.aborted) await engine.start();
      }
    })();
    firstCycle.catch(() => undefined);
    closers.push(async () => {
      await firstCycle.catch(() => undefined);
    });
    // The order of closing: stop what runs, wait for it, then the doors, then the database.
    closers.push(() => stopping.abort());
    return {
      url: api.url,
      tokenFile: files.tokenFile,
      data,
      sandbox: {
        baseUrl: sandbox.baseUrl,
        token: sandbox.token,
        web: sandbox.web,
        signInLink: sandbox.signInLink,
      },
      firstCycle,
      stop: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};

const sayPort = (report: StartReporter, what: string, wished: number, got: number, address: string): void => {
  const moved = wished !== 0 && got !== wished ? ` (port ${wished} is taken)` : "";
  report.say(`The ${what} is at ${address}${moved}.`);
};

/**
 * When the sandbox tenant has moved to another port, it is still the same tenant: whoever was provisioned to it follows, links and all.
 * The address is kept first, and credentials follow last, so that a start that was cut short is made good by the next one.
 */
const followSandbox = async (
  store: Store,
  engine: Engine,
  files: ServerFiles,
  sandbox: Sandbox,
  clock: Clock,
): Promise<void> => {
  const addresses = files.sandboxAddresses();
  files.rememberSandboxAddress(sandbox.baseUrl);
  for (const app of await listApps(store.db)) {
    const saved = await readSecrets(store.db, store.sealer, app.id);
    const [address, token] = [saved.get("BaseAddress") ?? "", saved.get("SecretToken")];
    if (address === sandbox.baseUrl && token === sandbox.token) continue;
    // Another program may have an older address by now; it does not have the tenant's token.
    const ours = address === addresses.at(-1) || (addresses.includes(address) && token === sandbox.token);
    if (!ours) continue;
    const now = clock.now();
    const masked = await listSecretsMasked(store.db, app.id);
    const pairs = masked.map(({ key, value }) =>
      key === "BaseAddress"
        ? { key, value: sandbox.baseUrl }
        : key === "SecretToken"
          ? { key, value: sandbox.token }
          : { key, value: saved.get(key) ?? value },
    );
    await engine.moveTarget(app.id, identityOf(address), identityOf(sandbox.baseUrl));
    await store.transaction((tx) => saveSecrets(tx, store.sealer, app.id, pairs, now));
  }
};

const versionOfPackage = (): string => {
  const file: { version?: string } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return file.version ?? "0";
};

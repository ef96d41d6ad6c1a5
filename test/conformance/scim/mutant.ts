import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { openLog, silentLog, systemClock } from "#runtime";
import { openStore } from "#store";
import type { Mutation } from "./mutations.ts";
import { discover } from "./provider.ts";
import { allRequirements } from "./requirements/index.ts";
import { failureText, judge, type Outcome } from "./run.ts";
import { openWire } from "./wire.ts";

/**
 * Runs requirements against the generic sandbox with one wrong rule after the other. Reads {template, mutations} from its
 * input and writes one line for each: {clean, mutated}, or {problem}. Every mutation gets the rooms `scim` and `sandbox`
 * loaded anew, told apart by a query in their addresses; the database is one for all, with a tenant for each.
 */
interface Task {
  readonly template: string;
  readonly mutations: readonly Mutation[];
}

const root = new URL("../../../", import.meta.url);
const task: Task = JSON.parse(readFileSync(0, "utf8"));

const isMutable = (url: string): boolean =>
  ["src/scim/", "src/sandbox/"].some((room) => url.startsWith(new URL(room, root).href));

const generationOf = (url: string | undefined): string | null =>
  url === undefined || !URL.canParse(url) ? null : new URL(url).searchParams.get("mutant");

registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context);
    const generation = generationOf(context.parentURL);
    if (generation === null || !isMutable(resolved.url)) return resolved;
    return { ...resolved, url: `${resolved.url}?mutant=${generation}` };
  },
  load: (url, context, next) => {
    const loaded = next(url, context);
    const mutation = task.mutations[Number(generationOf(url) ?? -1)];
    const [address] = url.split("?");
    if (mutation === undefined || address !== new URL(mutation.file, root).href) return loaded;
    return { ...loaded, source: String(loaded.source).replace(mutation.find, () => mutation.replace) };
  },
});

/** Why a mutation cannot be made; null when it can. */
const problemOf = ({ file, find, fails }: Mutation): string | null => {
  if (!allRequirements.some(({ id }) => id === fails)) return `There is no requirement ${fails}.`;
  const count = readFileSync(new URL(file, root), "utf8").split(find).length - 1;
  return count === 1 ? null : `${file} has the text to replace ${count} times, not once: ${find}`;
};

const store = await openStore({
  folder: null,
  log: silentLog,
  ...(task.template === "" ? {} : { template: task.template }),
});

/** What comes of a requirement when the rooms are loaded under a generation; `clean` ones are mutated by none. */
const outcomeOf = async (generation: string, id: string): Promise<Outcome> => {
  const door = new URL("src/sandbox/index.ts", root).href;
  const { openGenericSandbox }: typeof import("#sandbox") = await import(`${door}?mutant=${generation}`);
  const sandbox = await openGenericSandbox({
    store,
    clock: systemClock,
    log: openLog("fatal"),
    port: 0,
    mode: "strict",
    tenant: `${generation} ${id}`,
  });
  try {
    const wire = openWire({ baseUrl: sandbox.baseUrl, token: sandbox.token, mostRequests: 2000 });
    const requirement = allRequirements.find((candidate) => candidate.id === id)!;
    const verdict = await judge(requirement, wire, await discover(wire));
    return verdict.outcome.kind === "failed"
      ? { ...verdict.outcome, got: failureText(verdict), answer: null }
      : verdict.outcome;
  } finally {
    await sandbox.close();
  }
};

const clean = new Map<string, Outcome>();
for (const [index, mutation] of task.mutations.entries()) {
  const problem = problemOf(mutation);
  if (problem === null) {
    const before = clean.get(mutation.fails) ?? (await outcomeOf("clean", mutation.fails));
    clean.set(mutation.fails, before);
    const mutated = await outcomeOf(String(index), mutation.fails);
    process.stdout.write(`${JSON.stringify({ clean: before, mutated })}\n`);
  } else process.stdout.write(`${JSON.stringify({ problem })}\n`);
}
await store.close();

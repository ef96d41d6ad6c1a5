import { isDeepStrictEqual } from "node:util";
import { type ObjectType, type ProfileChanges, type ProfileLayers, profileOf } from "#core";
import type { HttpClient } from "#http";
import { type Clock, sentenceOf } from "#runtime";
import { identityOf } from "../identity.ts";
import type { TargetCredentials } from "../scim/credentials.ts";
import { openBench } from "./bench.ts";
import { type CleanedUp, isListed, openCleanUp } from "./clean-up.ts";
import { type Finding, type ReportedFinding, reported, taughtBy } from "./findings.ts";
import { leftRuns, openJournal } from "./journal.ts";
import { measurePace } from "./pace.ts";
import { probesFor } from "./probes/index.ts";
import { bornAt, idOf, runNameOf } from "./throw-away.ts";
import { openWire, stopped, type Wire } from "./wire.ts";

interface CommonOptions {
  readonly baseUrl: string;
  readonly credentials: TargetCredentials;
  /** What is known of how the target wants to be spoken to; what was found before does not count. */
  readonly layers: ProfileLayers;
  readonly http: HttpClient;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Keeps the journals of runs. */
  readonly folder: string;
  /** Aborted, the examination ends after the request that is under way, and removes what it made. */
  readonly signal: AbortSignal;
}

interface ExaminationOptions extends CommonOptions {
  /** Domain of the throw-away users' names and addresses. */
  readonly domain: string;
  /** Throw-away users that join a group, at most. */
  readonly members: number;
  readonly measuresPace: boolean;
  readonly onProgress: (progress: ExaminationProgress) => void;
}

export interface ExaminationProgress {
  readonly step: number;
  readonly steps: number;
  /** What is examined now. */
  readonly name: string;
  readonly requests: number;
  /** File that notes what is made. */
  readonly journal: string;
}

/** What became of the doctor's throw-away objects. */
interface CleanUpReport extends CleanedUp {
  /** Kept only where something is left. */
  readonly journal: string | null;
}

export interface Examination {
  readonly baseUrl: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly run: string;
  /** `cannot`: the target cannot be provisioned. */
  readonly verdict: "fine" | "deviates" | "cannot";
  /** True where it was stopped before its end: then nothing is concluded. */
  readonly interrupted: boolean;
  readonly findings: readonly ReportedFinding[];
  /** What the findings teach, beside what was known. */
  readonly profile: ProfileChanges;
  readonly requests: number;
  readonly cleanUp: CleanUpReport;
}

/** A run that began less than so long ago (milliseconds) and has no journal here may be somebody else's, and still under way. */
const youth = 3600_000;

/** Removes what earlier runs left: by their journals, and by name. */
const openSweep = (options: CommonOptions, wire: Wire) => {
  const { clock, folder, baseUrl } = options;
  const identity = identityOf(baseUrl);
  const cleanUp = openCleanUp(wire, clock);

  /** @param onAlive hears of the journal of an examination that is still under way, whose objects are left alone */
  const byJournal = async (onAlive: (file: string) => void): Promise<CleanedUp> => {
    let removed = 0;
    const left: string[] = [];
    for (const { run, file, isAlive, noted } of leftRuns(folder, identity)) {
      if (isAlive) {
        onAlive(file);
        continue;
      }
      const done = await cleanUp.removeAll(noted.map((one) => ({ ...one, run })));
      removed += done.removed;
      left.push(...done.left);
      if (done.left.length === 0) openJournal(folder, identity, run).close();
    }
    return { removed, left };
  };

  /** @param isThorough reads all pages where a search does not tell, and takes young runs too */
  const byName = async (isThorough: boolean): Promise<CleanedUp> => {
    let removed = 0;
    const left: string[] = [];
    const alive = new Set(
      leftRuns(folder, identity)
        .filter(({ isAlive }) => isAlive)
        .map(({ run }) => run),
    );
    for (const type of ["Group", "User"] as const satisfies readonly ObjectType[]) {
      const found = await cleanUp.findAll(type, isThorough);
      if (!isListed(found)) {
        left.push(
          `The ${type === "User" ? "users" : "groups"} of the target cannot be looked through, so nobody knows whether some are left. ${found.why}`,
        );
        continue;
      }
      const old = found.filter((resource) => {
        const born = bornAt(type, resource)?.getTime() ?? 0;
        return isThorough || clock.now().getTime() - born > youth;
      });
      for (const resource of old) {
        const name = String(resource[type === "User" ? "userName" : "displayName"]);
        const id = idOf(resource);
        const run = name.split("-")[2] ?? "";
        if (id === null || alive.has(run)) continue;
        const done = await cleanUp.removeAll([{ type, name, id, run }]);
        removed += done.removed;
        left.push(...done.left);
      }
    }
    return { removed, left };
  };

  return { byJournal, byName };
};

const sum = (...parts: readonly CleanedUp[]): CleanedUp => ({
  removed: parts.reduce((total, { removed }) => total + removed, 0),
  left: [...new Set(parts.flatMap(({ left }) => left))],
});

/** Removes what examinations of this target have left, whoever began them. */
export const cleanUpTarget = async (options: CommonOptions): Promise<CleanedUp & { readonly requests: number }> => {
  const { baseUrl, credentials, http, clock, layers, signal } = options;
  const profile = profileOf(layers);
  const quiet = {
    baseUrl,
    credentials,
    http,
    clock,
    profile: () => profile,
    learn: () => false,
    onRequest: () => undefined,
  };
  const wire = openWire({ ...quiet, signal });
  const sweep = openSweep(options, wire);
  try {
    const alive: string[] = [];
    const done = sum(await sweep.byJournal((file) => alive.push(file)), await sweep.byName(true));
    const busy = alive.map((file) => `Another examination of this target is under way; its journal is ${file}.`);
    return { removed: done.removed, left: [...busy, ...done.left], requests: wire.requests };
  } catch (error) {
    if (error !== stopped) throw error;
    return { removed: 0, left: ["The clean-up was stopped before its end; try again."], requests: wire.requests };
  }
};

/** What the findings teach beyond what was known. */
const news = (taught: ProfileChanges, known: object): ProfileChanges =>
  Object.fromEntries(
    Object.entries(taught).filter(
      ([name, value]) => !isDeepStrictEqual((known as Record<string, unknown>)[name], value),
    ),
  );

/**
 * Examines a target with throw-away objects and removes them again, whatever happens: when it is stopped, when the target fails, when
 * something is thrown. Never writes to an object that it did not make.
 */
export const examineTarget = async (options: ExaminationOptions): Promise<Examination> => {
  const { baseUrl, credentials, layers, http, clock, random, folder, signal, onProgress } = options;
  const run = runNameOf(clock.now(), random);
  const at = clock.now().toISOString();
  const findings: Finding[] = [];
  const base = profileOf({ ...layers, found: {} });
  const profile = () => ({ ...base, ...taughtBy(findings) });
  const journal = openJournal(folder, identityOf(baseUrl), run);
  const probes = probesFor(credentials.kind);
  const steps = probes.length + (options.measuresPace ? 2 : 1);
  let step = 0;
  let name = "";
  const count = (): number => wire.requests + last.requests;
  const progress = (): void => onProgress({ step, steps, name, requests: count(), journal: journal.file });
  const learn = (status: number): boolean => {
    const { mediaType, ifMatch } = profile();
    if ((status === 415 || status === 406) && mediaType === "application/scim+json") {
      findings.push({ code: "wantsPlainJson", facts: {} });
      return true;
    }
    if (status !== 428 || ifMatch) return false;
    findings.push({ code: "wantsVersion", facts: {} });
    return true;
  };
  const common = { baseUrl, credentials, http, clock, profile, learn, onRequest: progress };
  const wire = openWire({ ...common, signal });
  // What was made is removed also after the run was stopped.
  const last = openWire({ ...common, signal: null });
  const bench = openBench({ ...options, wire, run, journal, findings });
  const sweep = openSweep(options, wire);
  let interrupted = false;
  let before: CleanedUp = { removed: 0, left: [] };

  const unlessStopped = async (work: () => Promise<void>): Promise<void> => {
    if (interrupted) return;
    try {
      await work();
    } catch (error) {
      if (error === stopped) interrupted = true;
      else bench.tell("notExamined", { name, said: sentenceOf(error) });
    }
  };

  const begin = (what: string): void => {
    step += 1;
    name = what;
    progress();
  };

  for (const [index, probe] of probes.entries()) {
    begin(probe.name);
    if (probe.isNeedless?.(bench) === true) continue;
    const lacking = interrupted ? null : probe.lacks(bench);
    if (lacking !== null) bench.tell("notExamined", { name: probe.name, said: lacking });
    else await unlessStopped(() => probe.examine(bench));
    if (index === 0 && bench.known.reachable)
      await unlessStopped(async () => {
        const others = await sweep.byJournal((file) =>
          bench.tell("notExamined", {
            name: "What another examination has made",
            said: `it is under way, and its journal is ${file}.`,
          }),
        );
        before = sum(others, await sweep.byName(false));
      });
  }
  begin("Removing what was made");
  const after = await openCleanUp(last, clock).removeAll(bench.suspects);
  if (after.left.length === 0) journal.close();
  if (options.measuresPace && bench.known.reachable) {
    begin("Its pace");
    await unlessStopped(() => measurePace(bench));
  }
  const all = reported(findings);
  const has = (verdict: ReportedFinding["verdict"]): boolean => all.some((finding) => finding.verdict === verdict);
  const done = sum(before, after);
  return {
    baseUrl,
    at,
    run,
    verdict: has("cannot") ? "cannot" : has("deviates") ? "deviates" : "fine",
    interrupted,
    findings: all,
    profile: interrupted ? {} : news(taughtBy(findings), base),
    requests: count(),
    cleanUp: { ...done, journal: after.left.length === 0 ? null : journal.file },
  };
};

/** The domain of throw-away users unless another is named. */
export const usualDomain = "lockstep-doctor.example";

/** Throw-away users that join a group, unless told. */
export const usualMembers = 10;

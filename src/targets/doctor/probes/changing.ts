import { isConfirmedLater, type ProfileChanges, type TargetProfile } from "#core";
import type { JsonObject } from "#scim";
import type { AttributeChange } from "../../target.ts";
import type { Bench, Thing, Written } from "../bench.ts";
import { has } from "../compare.ts";
import { enterprise, shortPath } from "../people.ts";
import { anybody, type Probe, withAnn } from "./probe.ts";
import { complaintOf } from "./searching.ts";

type Style = TargetProfile["patchStyle"];

const styleNames: Readonly<Record<Style, string>> = {
  rfc: "the RFC has it (rfc)",
  entraCompliant: "Entra's newer client does (entraCompliant)",
  entraLegacy: "Entra's older client does (entraLegacy)",
};

/** Something that a PATCH must be able to do, and the change that shows whether it can. */
interface Skill {
  /** As it stands in a sentence: it does not … */
  readonly name: string;
  readonly path: string;
  readonly value: (turn: number, bench: Bench) => unknown;
  /** In the first request, or in the one that takes back what the first did. */
  readonly turn: 1 | 2;
  /** Other wordings for it, each a member of the profile. */
  readonly knobs: readonly ProfileChanges[];
}

const text = (what: string) => (turn: number) => `${what} ${turn}`;
const phone = 'phoneNumbers[type eq "work"].value';

const skills: readonly Skill[] = [
  { name: "replace a value", path: "displayName", value: text("Doctor"), turn: 1, knobs: [] },
  { name: "replace a part of a value", path: "name.familyName", value: text("Ann"), turn: 1, knobs: [] },
  {
    name: "set a value that was not there",
    path: "nickName",
    value: text("Nick"),
    turn: 1,
    knobs: [],
  },
  {
    name: "add one of many values",
    path: phone,
    value: (turn) => `+1 555 010 00${10 + turn}`,
    turn: 1,
    knobs: [{ absentElement: "valuePath" }, { absentElement: "append" }],
  },
  { name: "disable", path: "active", value: () => false, turn: 1, knobs: [{ booleans: "text" }, { booleans: "json" }] },
  { name: "enable", path: "active", value: () => true, turn: 2, knobs: [] },
  {
    name: "take a value away",
    path: "nickName",
    value: () => undefined,
    turn: 2,
    knobs: [{ clearing: "null" }, { clearing: "emptyText" }],
  },
  { name: "take one of many values away", path: phone, value: () => undefined, turn: 2, knobs: [] },
];

/** What a target does not keep at all is no matter of wording; whether it disables must be known in any case. */
const isKept = ({ known }: Bench, path: string): boolean =>
  path === "active" || known.kept.includes(path) || known.spare.includes(path);

interface Trial {
  readonly style: Style;
  readonly can: readonly Skill[];
  readonly cannot: readonly Skill[];
  /** Several operations in one request were refused, though each was taken alone. */
  readonly oneByOne: boolean;
  /** Status of an answer that was good though nothing changed; null without one. */
  readonly good: number | null;
}

/** Statuses that say that there is no PATCH at all. */
const absent: ReadonlySet<number | null> = new Set([404, 405, 501]);

const isTaken = (shown: JsonObject | null, skill: Skill, value: unknown): boolean =>
  shown !== null && has(shown, skill.path, value);

/** Whether the change is one at all: what is so already proves nothing. */
const isNews = (before: JsonObject, path: string, value: unknown): boolean => !has(before, path, value);

/** Sends changes under one wording, together and, where that is refused, one by one; and looks what arrived. */
const attempt = async (bench: Bench, thing: Thing, turn: 1 | 2, round: number, own: ProfileChanges) => {
  const before = (await bench.look(thing)).shown;
  if (before === null) return null;
  const asked = skills
    .filter((skill) => skill.turn === turn && isKept(bench, skill.path))
    .map((skill) => ({ skill, value: skill.value(round, bench) }))
    .filter(({ skill, value }) => isNews(before, skill.path, value));
  const changeOf = ({ skill, value }: (typeof asked)[number]): AttributeChange => ({ path: skill.path, value });
  const together = await bench.patch(thing, asked.map(changeOf), before, own);
  const status = together.last?.status ?? null;
  if (together.refused === null) {
    const { shown } = await bench.look(thing);
    return { asked, shown, status, refused: null, oneByOne: false };
  }
  if (absent.has(status)) return { asked, shown: before, status, refused: together.refused, oneByOne: false };
  let accepted = 0;
  for (const one of asked) {
    const current = (await bench.look(thing)).shown;
    if (current === null) break;
    const alone = await bench.patch(thing, [changeOf(one)], current, own);
    if (alone.refused === null) accepted += 1;
  }
  const { shown } = await bench.look(thing);
  return { asked, shown, status, refused: together.refused, oneByOne: asked.length > 1 && accepted === asked.length };
};

const tryStyle = async (
  bench: Bench,
  thing: Thing,
  style: Style,
  round: number,
): Promise<Trial | { readonly said: string }> => {
  const can: Skill[] = [];
  const cannot: Skill[] = [];
  let oneByOne = false;
  let good: number | null = null;
  for (const turn of [1, 2] as const) {
    const done = await attempt(bench, thing, turn, round, { patchStyle: style });
    if (done === null) break;
    if (done.refused !== null && absent.has(done.status) && turn === 1)
      return { said: done.refused.trouble?.message ?? "" };
    for (const { skill, value } of done.asked) (isTaken(done.shown, skill, value) ? can : cannot).push(skill);
    oneByOne ||= done.oneByOne;
    if (done.refused === null) good = done.status ?? good;
  }
  return { style, can, cannot, oneByOne, good };
};

/** Looks for a wording in which what failed under the best style is done after all. */
const turnKnobs = async (bench: Bench, thing: Thing, { style, cannot }: Trial): Promise<readonly Skill[]> => {
  const left: Skill[] = [];
  for (const skill of cannot) {
    let isDone = false;
    for (const knob of skill.knobs) {
      const before = (await bench.look(thing)).shown;
      const value = skill.value(9, bench);
      if (before === null || !isNews(before, skill.path, value)) break;
      await bench.patch(thing, [{ path: skill.path, value }], before, { patchStyle: style, ...knob });
      if (!isTaken((await bench.look(thing)).shown, skill, value)) continue;
      const [member, setting] = Object.entries(knob)[0] ?? [];
      bench.tell("patchKnob", { name: skill.name, value: `${member}: ${setting}` });
      isDone = true;
      break;
    }
    if (!isDone) left.push(skill);
  }
  return left;
};

export const wording: Probe = {
  name: "Changing a user by PATCH",
  lacks: withAnn,
  examine: async (bench) => {
    const ann = bench.known.ann as Thing;
    const told = bench.profile.patchStyle;
    const styles = [told, ...(Object.keys(styleNames) as Style[]).filter((style) => style !== told)];
    const trials: Trial[] = [];
    for (const [round, style] of styles.entries()) {
      const trial = await tryStyle(bench, ann, style, round + 1);
      if ("said" in trial) return void bench.tell("patchImpossible", { said: trial.said });
      trials.push(trial);
    }
    if (trials.every(({ can }) => can.length === 0)) {
      const status = trials[0]?.good ?? null;
      if (status !== null) bench.tell("patchDoesNothing", { status });
      else bench.tell("patchImpossible", { said: "Every wording of it is refused." });
      return;
    }
    const best = trials.reduce((one, other) => (one.cannot.length <= other.cannot.length ? one : other));
    // What no wording brings about is no matter of wording.
    for (const { style, cannot, can } of trials) {
      if (style === best.style || cannot.length === 0) continue;
      const more = cannot.filter((skill) => !best.cannot.includes(skill)).map(({ name }) => name);
      if (more.length > 0)
        bench.tell("patchLacks", { name: styleNames[style], paths: can.length === 0 ? ["change anything"] : more });
    }
    const alike = trials.filter(({ style, cannot }) => style !== best.style && cannot.length === best.cannot.length);
    bench.tell("patchWorks", {
      name: styleNames[best.style],
      paths: alike.map(({ style }) => styleNames[style]),
      ...(best.style === told ? {} : { value: best.style }),
    });
    if (best.oneByOne) bench.tell("patchOneByOne");
    const left = await turnKnobs(bench, ann, best);
    if (left.length > 0) bench.tell("patchStill", { paths: left.map(({ name }) => name) });
  },
};

const isPatchable = (bench: Bench): boolean =>
  bench.told("patchWorks") !== null && (bench.told("patchStill")?.paths ?? []).length < skills.length / 2;

export const replacing: Probe = {
  name: "Changing a user by PUT",
  lacks: withAnn,
  examine: async (bench) => {
    const ann = bench.known.ann as Thing;
    const { shown } = await bench.look(ann);
    if (shown === null) return;
    const all: readonly AttributeChange[] = [
      { path: "displayName", value: "Doctor put" },
      { path: "name.familyName", value: "Put" },
    ];
    const changes = all.filter(({ path }) => isKept(bench, path));
    const written = await bench.put(ann, changes, shown);
    const after = (await bench.look(ann)).shown;
    const works =
      after !== null && written.refused === null && changes.every(({ path, value }) => has(after, path, value));
    const patches = isPatchable(bench);
    if (works) bench.tell(patches ? "putWorks" : "putNeeded");
    else {
      const said =
        written.refused?.trouble?.message ??
        `it is answered with ${written.last?.status ?? "nothing"}, but nothing changes.`;
      if (patches) bench.tell("putFails", { said });
      else if (bench.told("patchWorks") === null) bench.tell("cannotChange");
    }
    bench.known.changes = patches || works;
  },
};

const canChange = (bench: Bench): string | null =>
  withAnn(bench) ?? (bench.known.changes ? null : "users cannot be changed.");

/** New values for what it keeps; a manager where it keeps the extension that managers stand in. */
const wantedChanges = (bench: Bench, manager: Thing | null): readonly AttributeChange[] => {
  const renamed = `${bench.name("ann-renamed")}@${bench.domain}`;
  const department = `${enterprise}:department`;
  const all: readonly AttributeChange[] = [
    { path: "userName", value: renamed },
    { path: "externalId", value: bench.name("ann-renamed") },
    { path: "displayName", value: "Doctor renamed" },
    { path: "name.givenName", value: "Doc" },
    { path: "name.familyName", value: "Renamed" },
    { path: 'emails[type eq "work"].value', value: renamed },
    { path: phone, value: "+1 555 010 0099" },
    { path: "title", value: "Renamed" },
    { path: department, value: "Renamed" },
    { path: `${enterprise}:employeeNumber`, value: `${bench.run}r` },
  ];
  const kept = all.filter(({ path }) => isKept(bench, path));
  const hasManager = manager !== null && bench.known.kept.includes(department);
  return hasManager ? [...kept, { path: `${enterprise}:manager.value`, value: manager.id }] : kept;
};

const shownPath = (path: string): string => path.replace(/manager\.value$/, "manager");

interface Verdicts {
  readonly took: readonly string[];
  readonly ignored: readonly { readonly path: string; readonly status: number | null; readonly lie: boolean }[];
  readonly refused: readonly { readonly path: string; readonly said: string | undefined }[];
}

/** Makes changes together, or one by one where that is refused, and reads back which arrived. */
const change = async (bench: Bench, thing: Thing, changes: readonly AttributeChange[]): Promise<Verdicts> => {
  const together = await bench.update(thing, changes);
  const refused: { path: string; said: string | undefined }[] = [];
  const answers = new Map<string, Written>();
  for (const { path } of changes) answers.set(path, together);
  if (together.refused !== null) {
    for (const one of changes) {
      const alone = await bench.update(thing, [one]);
      answers.set(one.path, alone);
      if (alone.refused !== null) refused.push({ path: one.path, said: alone.refused.trouble?.message });
    }
  }
  const { shown } = await bench.look(thing);
  const isRefused = (path: string): boolean => refused.some((one) => one.path === path);
  const arrived = changes.filter(({ path, value }) => shown !== null && has(shown, shownPath(path), value));
  return {
    took: arrived.map(({ path }) => path),
    refused,
    ignored: changes
      .filter((one) => !arrived.includes(one) && !isRefused(one.path))
      .map(({ path, value }) => {
        const last = answers.get(path)?.last ?? null;
        const lie = last?.body !== null && last !== null && has(last.body, shownPath(path), value);
        return { path, status: last?.status ?? null, lie };
      }),
  };
};

const nameOfPath = (path: string): string => shortPath(shownPath(path));

export const attributes: Probe = {
  name: "Changing attribute by attribute",
  lacks: canChange,
  examine: async (bench) => {
    const ann = bench.known.ann as Thing;
    const { took, ignored, refused } = await change(bench, ann, wantedChanges(bench, bench.known.anna));
    if (took.length > 0) bench.tell("attributesChange", { paths: took.map(nameOfPath) });
    for (const { path, status, lie } of ignored) {
      const waits = isConfirmedLater(bench.baseProfile, path);
      bench.tell(waits ? "changeWaits" : lie ? "changeShownOnly" : "changeIgnored", { path: nameOfPath(path), status });
    }
    for (const { path, said } of refused) bench.tell("changeRefused", { path: nameOfPath(path), said });
    const emptied = ["title", phone, `${enterprise}:department`, `${enterprise}:manager.value`].filter((path) =>
      took.includes(path),
    );
    if (emptied.length === 0) return;
    const gone = await change(
      bench,
      ann,
      emptied.map((path) => ({ path: shownPath(path), value: undefined })),
    );
    if (gone.took.length > 0) bench.tell("attributesClear", { paths: gone.took.map(nameOfPath) });
    const left = [...gone.ignored, ...gone.refused].map(({ path }) => nameOfPath(path));
    if (left.length > 0) bench.tell("clearIgnored", { paths: left });
  },
};

export const disabling: Probe = {
  name: "Disabling a user",
  lacks: (bench) => anybody(bench) ?? canChange(bench),
  examine: async (bench) => {
    const ann = bench.known.ann as Thing;
    const off = await bench.update(ann, [{ path: "active", value: false }]);
    const { shown, status } = await bench.look(ann);
    if (shown !== null && !has(shown, "active", false))
      return void bench.tell("disableIgnored", off.refused === null ? { status: off.last?.status } : {});
    const hidden: string[] = [];
    if (shown === null) hidden.push(`by its id (${status ?? "no answer"})`);
    else if (bench.known.searches) {
      const name = String(shown.userName);
      if ((await complaintOf(bench, "User", "userName", name, ann.id)) !== null) hidden.push("by its name");
    }
    if (hidden.length > 0) bench.tell("disabledIsHidden", { paths: hidden });
    else bench.tell("disabledIsFound");
    await bench.update(ann, [{ path: "active", value: true }]);
    const again = (await bench.look(ann)).shown;
    bench.tell(again !== null && has(again, "active", true) ? "disables" : "enableIgnored");
  },
};

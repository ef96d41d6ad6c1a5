import { readPath } from "#scim";
import type { Bench, Thing } from "../bench.ts";
import { has, valueAt } from "../compare.ts";
import { keptPaths, leanPersonOf, personOf, shortPath } from "../people.ts";
import { idOf, nameOf, resourcesOf } from "../throw-away.ts";
import { anybody, type Probe, sentence, withAnn } from "./probe.ts";

const wantedAt = (resource: { readonly [name: string]: unknown }, path: string): unknown =>
  valueAt(JSON.parse(JSON.stringify(resource)), path);

export const creation: Probe = {
  name: "Creating a user",
  lacks: anybody,
  examine: async (bench) => {
    const { run, domain } = bench;
    const name = nameOf(run, "ann", domain);
    let resource = personOf(run, "ann", domain);
    let made = await bench.make("User", name, resource);
    if (made.heard.trouble?.kind === "permanent") {
      const first = made.heard;
      resource = leanPersonOf(run, "ann", domain);
      made = await bench.make("User", name, resource);
      if (made.thing !== null) bench.tell("createsWithLess", { said: sentence(first) });
      bench.known.isLean = made.thing !== null;
    }
    const { thing, heard, by } = made;
    if (thing === null) {
      const isLost = heard.trouble === null || heard.trouble.kind === "uncertain";
      const said = sentence(heard) ?? "The answer shows no id, and the user is not found by its name.";
      bench.tell(isLost ? "createLost" : "createRefused", { said, status: heard.status });
      return;
    }
    if (heard.trouble === null) {
      if (by === "answer") bench.tell("creates", { status: heard.status });
      if (by === "location") bench.tell("createShowsLocation");
      if (by === "search") bench.tell("createShowsNothing");
      if (heard.status !== 201) bench.tell("createStatus", { status: heard.status });
    }
    const { shown, status } = await bench.look(thing);
    if (shown === null) return void bench.tell("createNotFound", { status });
    bench.known.ann = thing;
    const sent = keptPaths.filter((path) => wantedAt(resource, path) !== undefined);
    const kept = sent.filter((path) => has(shown, path, wantedAt(resource, path)));
    bench.known.kept = kept;
    bench.tell("keeps", { paths: kept.map(shortPath) });
    const lost = sent.filter((path) => !kept.includes(path)).map(shortPath);
    if (lost.length > 0) bench.tell("doesNotKeep", { paths: lost });
  },
};

/** Composed and decomposed letters, two scripts and a sign outside the first plane; it begins as the first user's name does. */
const difficult = "Doctor ann Zoe\u0308 Mu\u0308ller-Ñandú 山田 🦄";
/** What is kept of these is where something new can be added to later. */
const rarer = { nickName: "Anna", phoneNumbers: [{ type: "work", value: "+1 555 010 0001" }] };
const long = `Throw-away ${"x".repeat(200)}`;

export const verbatim: Probe = {
  name: "Whether values are kept as sent",
  lacks: withAnn,
  examine: async (bench) => {
    const { run, domain } = bench;
    const base = bench.known.isLean ? leanPersonOf(run, "anna", domain) : personOf(run, "anna", domain);
    const { thing, heard } = await bench.make("User", nameOf(run, "anna", domain), {
      ...base,
      displayName: difficult,
      ...(base.title === undefined ? {} : { title: long, ...rarer }),
    });
    if (thing === null) {
      const said = sentence(heard);
      const plain = await bench.make("User", nameOf(run, "anna", domain), base);
      bench.known.anna = plain.thing;
      if (plain.thing !== null)
        bench.tell("changesValue", {
          path: "displayName and title",
          value: `letters of other scripts, or long texts, are refused (${said})`,
        });
      return;
    }
    bench.known.anna = thing;
    const { shown } = await bench.look(thing);
    if (shown === null) return;
    bench.known.spare = ["nickName", 'phoneNumbers[type eq "work"].value'].filter(
      (path) => valueAt(shown, path) !== undefined,
    );
    const changed = [
      ...judged("displayName", difficult, readPath(shown, "displayName")),
      ...(base.title === undefined ? [] : judged("title", long, readPath(shown, "title"))),
    ];
    for (const facts of changed) bench.tell("changesValue", facts);
    if (changed.length === 0) bench.tell("verbatim");
  },
};

const judged = (
  path: string,
  sent: string,
  kept: unknown,
): readonly { readonly path: string; readonly value: string }[] => {
  // What is not kept at all has been told.
  if (kept === sent || kept === undefined) return [];
  if (typeof kept !== "string") return [{ path, value: "it shows something else than a text" }];
  if (kept === sent.normalize("NFC")) return [{ path, value: "letters are normalised (NFC)" }];
  if (sent.startsWith(kept)) return [{ path, value: `it is cut at ${kept.length} characters` }];
  return [{ path, value: `${JSON.stringify(sent.slice(0, 40))} becomes ${JSON.stringify(kept.slice(0, 40))}` }];
};

export const duplicate: Probe = {
  name: "Creating the same user twice",
  lacks: withAnn,
  examine: async (bench) => {
    const ann = bench.known.ann as Thing;
    const resource = lean(bench)
      ? leanPersonOf(bench.run, "ann", bench.domain)
      : personOf(bench.run, "ann", bench.domain);
    const { thing, heard } = await bench.make("User", ann.name, resource);
    const { status, trouble } = heard;
    if (thing !== null && thing.id !== ann.id) return void bench.tell("duplicateMade");
    if (thing !== null || trouble === null) return void bench.tell("duplicateSame");
    if (status === 409) bench.tell("duplicateRefused");
    else bench.tell("duplicateOtherwise", { status });
  },
};

const lean = ({ known }: Bench): boolean => known.isLean;

export const unknownId: Probe = {
  name: "Asking for an id that nobody has",
  lacks: withAnn,
  examine: async (bench) => {
    // As ids look there, with other digits.
    const id = (bench.known.ann as Thing).id.replace(/[0-9a-f]/gi, "0");
    const heard = await bench.wire.ask({ purpose: "get", method: "GET", path: bench.wire.pathOf("User", id) });
    const shown = resourcesOf(heard.body)[0] ?? heard.body;
    if (heard.status === 404) bench.tell("unknownIsMissing");
    else if (shown === null || idOf(shown) !== id) bench.tell("unknownOtherwise", { status: heard.status });
  },
};

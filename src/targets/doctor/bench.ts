import { type ObjectType, type ProfileChanges, type ProfileLayers, profileOf, type TargetProfile } from "#core";
import type { Clock } from "#runtime";
import type { JsonObject } from "#scim";
import { endpointOf } from "../scim/address.ts";
import { idInLocation } from "../scim/creates.ts";
import { readObject, versionOf } from "../scim/resources.ts";
import {
  createBody,
  type MemberChange,
  memberPatchBodies,
  memberPutBody,
  patchBodies,
  putBody,
} from "../scim/writes.ts";
import type { AttributeChange } from "../target.ts";
import type { Suspect } from "./clean-up.ts";
import { type Finding, taughtBy } from "./findings.ts";
import type { Journal } from "./journal.ts";
import type { Facts, OutcomeCode } from "./outcomes.ts";
import { idOf, isOurs, nameOf, resourcesOf } from "./throw-away.ts";
import type { Heard, Wire } from "./wire.ts";

/** An object of this run on the target. */
export interface Thing {
  readonly type: ObjectType;
  readonly id: string;
  /** The name that it was made with. */
  readonly name: string;
}

export interface Made {
  /** Null where none was made, or nobody knows its id. */
  readonly thing: Thing | null;
  readonly heard: Heard;
  /** How its id is known. */
  readonly by: "answer" | "location" | "search" | null;
}

/** What came of a write: the first refusal, or the last answer. */
export interface Written {
  readonly refused: Heard | null;
  readonly last: Heard | null;
}

/** What a target says of itself, as it came; null where it says nothing. */
export interface SelfPortrait {
  readonly config: JsonObject | null;
  readonly resourceTypes: readonly JsonObject[];
  readonly schemas: readonly JsonObject[];
}

/** What has been learned by now, for probes that build on others. */
export interface Known {
  reachable: boolean;
  portrait: SelfPortrait;
  /** Two users alike by name, and the manager of whoever has one. */
  ann: Thing | null;
  anna: Thing | null;
  team: Thing | null;
  /** A search by userName finds the one meant and nobody else. */
  searches: boolean;
  /** Users are taken with the most needed attributes only. */
  isLean: boolean;
  changes: boolean;
  /** Paths at which a new user kept what was sent. */
  kept: readonly string[];
  /** Those at which the first one was given nothing. */
  spare: readonly string[];
}

/** What probes work with: questions to the target, throw-away objects, and what is known by now. */
export interface Bench {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly run: string;
  readonly domain: string;
  /** Throw-away users that join a group, at most. */
  readonly members: number;
  readonly known: Known;
  readonly profile: TargetProfile;
  readonly baseProfile: TargetProfile;
  tell(code: OutcomeCode, facts?: Facts): void;
  /** Facts of the first finding with this code, or null. */
  told(code: OutcomeCode): Facts | null;
  name(what: string): string;
  make(type: ObjectType, name: string, resource: { readonly [name: string]: unknown }): Promise<Made>;
  /** Reads an object of ours; `shown` is null where it cannot be read. */
  look(thing: Thing): Promise<Heard & { readonly shown: JsonObject | null }>;
  list(
    type: ObjectType,
    query: readonly (readonly [string, string])[],
  ): Promise<Heard & { readonly all: readonly JsonObject[] }>;
  patch(
    thing: Thing,
    changes: readonly AttributeChange[],
    current: JsonObject | null,
    own?: ProfileChanges,
  ): Promise<Written>;
  put(thing: Thing, changes: readonly AttributeChange[], current: JsonObject): Promise<Written>;
  /** In the way that was found to work. */
  update(thing: Thing, changes: readonly AttributeChange[]): Promise<Written>;
  changeMembers(group: Thing, change: MemberChange, own?: ProfileChanges): Promise<Written>;
  remove(thing: Thing): Promise<Heard>;
}

/** What the run has made, for whoever removes it again. */
export interface Litter {
  readonly suspects: readonly Suspect[];
}

export interface BenchOptions {
  readonly wire: Wire;
  readonly clock: Clock;
  readonly run: string;
  readonly domain: string;
  readonly members: number;
  readonly layers: ProfileLayers;
  readonly journal: Journal;
  readonly findings: Finding[];
}

export const openBench = (options: BenchOptions): Bench & Litter => {
  const { wire, clock, run, domain, members, layers, journal, findings } = options;
  const baseProfile = profileOf({ ...layers, found: {} });
  const litter = new Map<string, Suspect>();
  const profile = (): TargetProfile => ({ ...baseProfile, ...taughtBy(findings) });

  const versionIn = (shown: JsonObject | null): string =>
    (shown === null ? null : versionOf({ id: "", resource: shown })) ?? "*";

  const send = async (
    method: "PATCH" | "PUT",
    thing: Thing,
    bodies: readonly JsonObject[],
    current: JsonObject | null,
  ): Promise<Written> => {
    let version = versionIn(current);
    let last: Heard | null = null;
    for (const body of bodies) {
      const path = wire.pathOf(thing.type, thing.id);
      last = await wire.ask({ purpose: "update", method, path, body, version });
      if (last.trouble !== null) return { refused: last, last };
      version = versionIn(last.body);
    }
    return { refused: null, last };
  };

  const look: Bench["look"] = async ({ type, id }) => {
    const heard = await wire.ask({ purpose: "get", method: "GET", path: wire.pathOf(type, id) });
    const shown = heard.body === null ? null : (resourcesOf(heard.body)[0] ?? heard.body);
    return { ...heard, shown: shown !== null && idOf(shown) === id ? shown : null };
  };

  const list: Bench["list"] = async (type, query) => {
    const heard = await wire.ask({ purpose: "list", method: "GET", path: endpointOf(type), query });
    return { ...heard, all: resourcesOf(heard.body) };
  };

  const make: Bench["make"] = async (type, name, resource) => {
    journal.about(type, name);
    const key = `${type} ${name} ${litter.size}`;
    // Until something else is known, it may have been made.
    litter.set(key, { type, name, id: null, run });
    const heard = await wire.ask({
      purpose: "create",
      method: "POST",
      path: endpointOf(type),
      body: createBody(type, resource, profile()),
    });
    const isRefused = heard.trouble !== null && heard.trouble.kind !== "uncertain";
    if (isRefused) {
      litter.delete(key);
      return { thing: null, heard, by: null };
    }
    const known = (id: string, by: Made["by"]): Made => {
      journal.made(type, name, id);
      litter.set(key, { type, name, id, run });
      return { thing: { type, id, name }, heard, by };
    };
    const shown = heard.body === null ? undefined : readObject(heard.body);
    if (shown !== undefined && isOurs(type, shown.resource as JsonObject, run)) return known(shown.id, "answer");
    const placed = idInLocation(type, heard.location);
    for (const id of [placed, shown?.id]) {
      if (id === null || id === undefined) continue;
      const found = await look({ type, id, name });
      if (found.shown !== null && isOurs(type, found.shown, run))
        return known(id, id === placed ? "location" : "answer");
    }
    const attribute = type === "User" ? "userName" : "displayName";
    const { all } = await list(type, [["filter", `${attribute} eq ${JSON.stringify(name)}`]]);
    const mine = all.filter(
      (one) => isOurs(type, one, run) && String(one[attribute]).toLowerCase() === name.toLowerCase(),
    );
    const id = mine.length === 1 ? idOf(mine[0]!) : null;
    return id === null ? { thing: null, heard, by: null } : known(id, "search");
  };

  const patch: Bench["patch"] = async (thing, changes, current, own = {}) => {
    const resource = current === null ? null : { id: thing.id, resource: current };
    const bodies = patchBodies(changes, resource, { ...profile(), ...own }, wire.addressOfUser);
    if (!bodies.ok) throw new TypeError(bodies.error.detail);
    return send("PATCH", thing, bodies.value, current);
  };

  const put: Bench["put"] = async (thing, changes, current) => {
    const body = putBody(changes, { id: thing.id, resource: current }, profile());
    if (!body.ok) throw new TypeError(body.error.detail);
    return send("PUT", thing, [body.value], current);
  };

  return {
    wire,
    clock,
    run,
    domain,
    members,
    known: {
      reachable: false,
      portrait: { config: null, resourceTypes: [], schemas: [] },
      ann: null,
      anna: null,
      team: null,
      searches: false,
      isLean: false,
      changes: false,
      kept: [],
      spare: [],
    },
    get profile() {
      return profile();
    },
    baseProfile,
    get suspects() {
      return [...litter.values()];
    },
    tell: (code, facts = {}) => void findings.push({ code, facts }),
    told: (code) => findings.find((finding) => finding.code === code)?.facts ?? null,
    name: (what) => nameOf(run, what, null),
    make,
    look,
    list,
    patch,
    put,
    update: async (thing, changes) => {
      const { updateUsers, updateGroups } = profile();
      const method = thing.type === "User" ? updateUsers : updateGroups;
      const current = await look(thing);
      if (current.shown === null) return { refused: current, last: current };
      return method === "put" ? put(thing, changes, current.shown) : patch(thing, changes, current.shown);
    },
    changeMembers: async (group, change, own = {}) => {
      const worded = { ...profile(), ...own };
      const current = await look(group);
      if (current.shown === null) return { refused: current, last: current };
      const whole = { id: group.id, resource: current.shown };
      return worded.updateGroups === "put"
        ? send("PUT", group, [memberPutBody(change, whole)], current.shown)
        : send("PATCH", group, memberPatchBodies(change, worded), current.shown);
    },
    remove: ({ type, id }) => wire.ask({ purpose: "remove", method: "DELETE", path: wire.pathOf(type, id) }),
  };
};

import type { ObjectType } from "#core";
import type { Clock } from "#runtime";
import { filterEq, foldCase, type JsonObject, valueOfName } from "#scim";
import { endpointOf } from "../scim/address.ts";
import type { Noted } from "./journal.ts";
import { idOf, isOurs, prefix, resourcesOf, totalOf } from "./throw-away.ts";
import type { Wire } from "./wire.ts";

/** What became of what was made. */
export interface CleanedUp {
  readonly removed: number;
  /** What is there still, or may be, each a sentence that says how to find it. */
  readonly left: readonly string[];
}

/** An object that may be there: made, or sent without an answer. */
export interface Suspect extends Noted {
  readonly run: string;
}

/** What one answer shows. */
interface Shown {
  readonly mine: readonly JsonObject[];
  readonly all: readonly JsonObject[];
  readonly total: number;
}

/** Why something cannot be listed, one sentence. */
interface Unlisted {
  readonly why: string;
}

export const isListed = <Listed extends object>(one: Listed | Unlisted): one is Listed => !("why" in one);

/** Most pages that are read to find what a target cannot be asked for. */
const mostPages = 100;
const pageSize = 100;
/** Milliseconds until a target that was slow to answer shows what it made after all. */
const aMoment = 1000;

/** `other`: somebody else's object has this id. */
type Verdict = "gone" | "there" | "other" | "unknown";

const leftBecause: Readonly<Record<Exclude<Verdict, "gone">, string>> = {
  there: "is still shown after its removal; remove it by hand, or try again with --clean-up.",
  other: "carries another name by now, so it was left alone; look at it.",
  unknown: "could not be looked at; try again with --clean-up.",
};

/** Removes objects of the doctor, and nothing else: each is read, and removed only if it carries the name that the doctor gave it. */
export const openCleanUp = (wire: Wire, clock: Clock) => {
  /** @returns whether the object is there and carries a name of the run */
  const look = async (type: ObjectType, id: string, run: string | null): Promise<Verdict> => {
    const heard = await wire.ask({ purpose: "get", method: "GET", path: wire.pathOf(type, id) });
    if (heard.status === 404 || heard.status === 410) return "gone";
    const shown = resourcesOf(heard.body)[0] ?? heard.body;
    if (shown === null || heard.trouble !== null) return "unknown";
    return idOf(shown) === id && isOurs(type, shown, run) ? "there" : "other";
  };

  const remove = async (type: ObjectType, id: string, run: string | null): Promise<Verdict> => {
    let verdict = await look(type, id, run);
    for (let time = 0; time < 3 && verdict === "there"; time += 1) {
      if (time > 0) await clock.sleep(aMoment);
      await wire.ask({ purpose: "remove", method: "DELETE", path: wire.pathOf(type, id) });
      verdict = await look(type, id, run);
    }
    return verdict;
  };

  /** Objects that one answer shows and that carry a name of the run. */
  const shownBy = async (
    type: ObjectType,
    run: string | null,
    query: readonly (readonly [string, string])[],
  ): Promise<Shown | Unlisted> => {
    const slim = type === "Group" ? [["excludedAttributes", "members"] as const] : [];
    const heard = await wire.ask({
      purpose: "list",
      method: "GET",
      path: endpointOf(type),
      query: [...slim, ...query],
    });
    if (heard.trouble !== null) return { why: heard.trouble.message };
    const all = resourcesOf(heard.body);
    return {
      all,
      mine: all.filter((resource) => isOurs(type, resource, run)),
      total: totalOf(heard.body) ?? all.length,
    };
  };

  /** Goes through all objects, page by page. */
  const listMine = async (type: ObjectType, run: string | null): Promise<readonly JsonObject[] | Unlisted> => {
    const mine = new Map<string, JsonObject>();
    let seen = 0;
    let last = "";
    for (let page = 0; page < mostPages; page += 1) {
      const shown = await shownBy(type, run, [
        ["startIndex", String(seen + 1)],
        ["count", String(pageSize)],
      ]);
      if (!isListed(shown)) return page === 0 ? shown : [...mine.values()];
      for (const resource of shown.mine) mine.set(idOf(resource) ?? "", resource);
      const ids = JSON.stringify(shown.all.map(idOf));
      seen += shown.all.length;
      if (shown.all.length === 0 || ids === last || (seen >= shown.total && shown.all.length < pageSize))
        return [...mine.values()];
      last = ids;
    }
    return { why: `There are more than ${mostPages * pageSize}.` };
  };

  const nameAttribute = (type: ObjectType): string => (type === "User" ? "userName" : "displayName");

  /** Looks for what was sent without an answer: by its name, and else among all. */
  const find = async ({ type, name, run }: Suspect): Promise<readonly JsonObject[] | Unlisted> => {
    const asked = await shownBy(type, run, [["filter", filterEq(nameAttribute(type), name)]]);
    const called = (isListed(asked) ? asked.mine : []).filter(
      (resource) => foldCase(String(valueOfName(resource, nameAttribute(type)))) === foldCase(name),
    );
    return called.length > 0 ? called : listMine(type, run);
  };

  const describe = ({ type, name, id }: Noted, what: string): string =>
    `${type === "User" ? "The user" : "The group"} ${name}${id === null ? "" : ` (id ${id})`} ${what}`;

  return {
    /** Removes what a run made, groups first. What was sent without an answer is looked for, and once more a moment later. */
    removeAll: async (suspects: readonly Suspect[]): Promise<CleanedUp> => {
      const left: string[] = [];
      let removed = 0;
      const take = async (suspect: Suspect, id: string): Promise<void> => {
        const verdict = await remove(suspect.type, id, suspect.run);
        if (verdict === "gone") removed += 1;
        else left.push(describe({ ...suspect, id }, leftBecause[verdict]));
      };
      const ordered = [...suspects].sort((one, other) => one.type.localeCompare(other.type));
      for (const suspect of ordered) if (suspect.id !== null) await take(suspect, suspect.id);
      const unknown = ordered.filter(({ id }) => id === null);
      for (const time of unknown.length === 0 ? [] : [0, 1]) {
        if (time === 1) await clock.sleep(aMoment);
        for (const suspect of unknown) {
          const found = await find(suspect);
          if (!isListed(found)) {
            if (time === 1)
              left.push(
                describe(suspect, "may have been made, and the target cannot be searched for it; look for it."),
              );
            continue;
          }
          for (const resource of found) {
            const id = idOf(resource);
            if (id !== null) await take(suspect, id);
          }
        }
      }
      return { removed, left };
    },

    /**
     * Everything on the target that any run of the doctor left, by its name.
     * @param isThorough reads all pages where a search shows nothing
     */
    findAll: async (type: ObjectType, isThorough: boolean): Promise<readonly JsonObject[] | Unlisted> => {
      const asked = await shownBy(type, null, [
        ["filter", `${nameAttribute(type)} sw ${JSON.stringify(prefix)}`],
        ["count", String(pageSize)],
      ]);
      if (isListed(asked) && asked.mine.length > 0 && asked.mine.length === asked.all.length && asked.total <= pageSize)
        return asked.mine;
      return isThorough ? listMine(type, null) : isListed(asked) ? asked.mine : [];
    },
  };
};

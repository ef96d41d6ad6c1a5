import type { ObjectType } from "#core";
import { filterEq, type JsonObject } from "#scim";
import type { Bench, Thing } from "../bench.ts";
import { valueAt } from "../compare.ts";
import { searchPaths, shortPath } from "../people.ts";
import { idOf, isOurs } from "../throw-away.ts";
import { type Probe, withAnn } from "./probe.ts";

/** Null where the search finds whoever has the value and nobody else; else how a sentence goes on that says what it does. */
export const complaintOf = async (
  bench: Bench,
  type: ObjectType,
  path: string,
  value: string,
  wanted: string,
): Promise<string | null> => {
  const slim = type === "Group" && bench.profile.excludesMembers ? [["excludedAttributes", "members"] as const] : [];
  const { trouble, status, all } = await bench.list(type, [...slim, ["filter", filterEq(path, value)]]);
  if (trouble !== null) return status === null ? "is not answered" : `is refused (${status})`;
  const strangers = all.filter((one) => idOf(one) !== wanted && !hasValue(one, path, value));
  const isFound = all.some((one) => idOf(one) === wanted);
  if (strangers.length > 0 && strangers.some((one) => !isOurs(type, one, bench.run)))
    return "is answered with others too, as if nothing had been asked for";
  if (strangers.length > 0) return "is answered with others whose value is only alike";
  return isFound ? null : "does not find who has the value";
};

const hasValue = (resource: JsonObject, path: string, value: string): boolean => {
  const found = valueAt(resource, path);
  return typeof found === "string" && found.toLowerCase() === value.toLowerCase();
};

export const userSearch: Probe = {
  name: "Searching for users",
  lacks: withAnn,
  examine: async (bench) => {
    const ann = bench.known.ann as Thing;
    const { shown } = await bench.look(ann);
    const good: string[] = [];
    const complaints = new Map<string, string[]>();
    let asked = 0;
    for (const path of searchPaths) {
      const value = shown === null ? undefined : valueAt(shown, path);
      if (typeof value !== "string") continue;
      asked += 1;
      const complaint = await complaintOf(bench, "User", path, value, ann.id);
      if (complaint === null) good.push(path);
      else complaints.set(complaint, [...(complaints.get(complaint) ?? []), shortPath(path)]);
    }
    for (const [value, paths] of complaints) bench.tell("filterFails", { paths, value });
    if (good.length > 0) bench.tell("filters", { paths: good.map(shortPath) });
    if (good.length < asked) bench.tell("filterable", { paths: good });
    bench.known.searches = good.includes("userName");
    if (!bench.known.searches) return;
    const inOtherCase = await complaintOf(bench, "User", "userName", ann.name.toUpperCase(), ann.id);
    bench.tell(inOtherCase === null ? "filterFoldsCase" : "filterMindsCase");
  },
};

/** So many users and pages are read at most. */
const most = 400;
const mostPages = 6;

export const listing: Probe = {
  name: "Reading all users page by page",
  lacks: (bench) =>
    withAnn(bench) ?? (bench.told("pagingRefused") === null ? null : "it does not bear startIndex and count."),
  examine: async (bench) => {
    const page = async (from: number, count: number) =>
      bench.list("User", [
        ["startIndex", String(from)],
        ["count", String(count)],
      ]);
    const whole = await page(1, bench.profile.pageSize);
    if (whole.trouble !== null)
      return void (bench.told("cannotList") ?? bench.tell("cannotList", { said: whole.trouble.message }));
    const claimed = typeof whole.body?.totalResults === "number" ? whole.body.totalResults : whole.all.length;
    const ids = (list: readonly JsonObject[]): string => JSON.stringify(list.map(idOf));
    const cap = whole.all.length;
    if (claimed > cap && cap < bench.profile.pageSize && cap > 0 && (await page(cap + 1, cap)).all.length > 0)
      bench.tell("pageCap", { count: cap, of: Math.min(claimed, bench.profile.pageSize) });
    const one = await page(1, 1);
    if (one.all.length > 1) {
      const isWhole = ids(one.all) === ids(whole.all) && one.all.length >= claimed;
      return void bench.tell(isWhole ? "countIgnored" : "pagesUnstable");
    }
    const two = await page(2, 1);
    if (one.all.length === 1 && ids(one.all) === ids(two.all)) return void bench.tell("pagesRepeat");
    if (ids((await page(1, 1)).all) !== ids(one.all)) return void bench.tell("pagesUnstable");
    const size = Math.max(1, Math.min(bench.profile.pageSize, Math.ceil(Math.min(claimed, most) / 4)));
    const seen = new Set<string | null>();
    const totals: number[] = [];
    let isEnd = false;
    for (let turn = 0, rows = 0; turn < mostPages && !isEnd; turn += 1) {
      const { all, body, trouble } = await page(rows + 1, size);
      if (trouble !== null) break;
      if (typeof body?.totalResults === "number") totals.push(body.totalResults);
      for (const each of all) seen.add(idOf(each));
      rows += all.length;
      isEnd = all.length === 0;
    }
    if (!isEnd) return void bench.tell("pagesInPart", { count: seen.size, of: claimed });
    // People come and go meanwhile on a target that is in use: only what every page says is held against it.
    const isMissed = whole.all.some((each) => !seen.has(idOf(each)));
    const wrong = totals.every((total) => total !== seen.size) ? totals[0] : undefined;
    if (isMissed) bench.tell("pagesSkip", { count: seen.size, of: whole.all.length });
    else if (wrong !== undefined) bench.tell("totalIsWrong", { count: seen.size, of: wrong });
    else bench.tell("pages", { count: seen.size });
  },
};

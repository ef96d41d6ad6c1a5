import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, parseListResponse, valueOfName } from "#scim";
import type { TargetCredentials } from "../../scim/credentials.ts";
import { announced } from "../../scim/discovery.ts";
import { resourcesOf } from "../throw-away.ts";
import { anybody, isGood, type Probe } from "./probe.ts";

const nameOfCredentials: Readonly<Record<TargetCredentials["kind"], string>> = {
  bearer: "token is",
  basic: "user name and password are",
  clientCredentials: "client's credentials are",
};

export const access = (kind: TargetCredentials["kind"]): Probe => ({
  name: "Address and credentials",
  lacks: () => null,
  examine: async (bench) => {
    const heard = await bench.list("User", [
      ["startIndex", "1"],
      ["count", "1"],
    ]);
    const { trouble, status, body } = heard;
    if (trouble === null && !parseListResponse(body).ok) {
      const said = `GET /Users was answered with ${status}, but no list of users came; check the base URL.`;
      return void bench.tell("unreachable", { said, status });
    }
    if (trouble === null || status === 400 || status === 501) {
      bench.known.reachable = true;
      bench.tell("answers", { value: nameOfCredentials[kind] });
      if (trouble === null) return;
      const bare = await bench.list("User", []);
      if (bare.trouble === null) bench.tell("pagingRefused", { status });
      else bench.tell("cannotList", { said: trouble.message });
    } else
      bench.tell(status === 401 || status === 403 ? "refusesUs" : "unreachable", { said: trouble.message, status });
  },
});

export const wrongToken: Probe = {
  name: "What a wrong token gets",
  lacks: anybody,
  examine: async (bench) => {
    const { status } = await bench.wire.ask({
      purpose: "list",
      method: "GET",
      path: "/Users",
      query: [["count", "1"]],
      authorization: "Bearer lockstep-doctor-knows-no-such-token",
    });
    if (status === 401) bench.tell("wrongTokenRefused");
    else if (status !== null && status < 300) bench.tell("wrongTokenTaken", { status });
    else bench.tell("wrongTokenOtherwise", { status });
  },
};

const at = (value: JsonValue | undefined, ...names: readonly string[]): JsonValue | undefined =>
  names.reduce<JsonValue | undefined>(
    (found, name) => (isJsonObject(found) ? valueOfName(found, name) : undefined),
    value,
  );

/** What ServiceProviderConfig may announce, by its member. */
const abilities: readonly (readonly [member: string, name: string])[] = [
  ["patch", "PATCH"],
  ["filter", "filters"],
  ["etag", "versions"],
  ["sort", "sorting"],
  ["changePassword", "passwords"],
];

const bulkOf = (config: JsonObject): string | null => {
  const most = at(config, "bulk", "maxOperations");
  return at(config, "bulk", "supported") !== true
    ? null
    : `bulk requests${typeof most === "number" ? ` of up to ${most} operations` : ""}`;
};

export const selfPortrait: Probe = {
  name: "What it says of itself",
  lacks: anybody,
  examine: async (bench) => {
    const read: (JsonObject | null)[] = [];
    const paths = ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"];
    for (const path of paths) {
      const heard = await bench.wire.ask({ purpose: "get", method: "GET", path });
      read.push(isGood(heard) ? heard.body : null);
      if (!isGood(heard)) bench.tell("documentMissing", { path: path.slice(1), status: heard.status });
    }
    const there = paths.filter((_, index) => read[index] !== null).map((path) => path.slice(1));
    if (there.length > 0) bench.tell("describesItself", { paths: there });
    const [config = null, types = null, schemas = null] = read;
    const resourceTypes = listedIn(types);
    bench.known.portrait = { config, resourceTypes, schemas: listedIn(schemas) };
    if (config === null) return;
    const names = abilities.filter(([member]) => at(config, member, "supported") === true).map(([, name]) => name);
    const bulk = bulkOf(config);
    const all = bulk === null ? names : [...names, bulk];
    if (all.length > 0) bench.tell("announces", { paths: all });
    const { pageSize, paging } = announced(config, resourceTypes, bench.profile);
    if (pageSize !== undefined) bench.tell("claimsPageSize", { count: pageSize });
    if (paging === "cursor") bench.tell("claimsCursor");
  },
};

/** The documents of a list, also of the bare array that some targets send as Resources. */
const listedIn = (body: JsonObject | null): readonly JsonObject[] => {
  const resources = resourcesOf(body);
  return resources.length > 0 || body === null || !isJsonArray(body) ? resources : [];
};

const namesIn = (schemas: readonly JsonObject[]): ReadonlySet<string> => {
  const names = new Set<string>();
  for (const schema of schemas) {
    const attributes = valueOfName(schema, "attributes");
    for (const attribute of isJsonArray(attributes) ? attributes : []) {
      const name = at(attribute, "name");
      if (typeof name !== "string") continue;
      names.add(name.toLowerCase());
      const subs = at(attribute, "subAttributes");
      for (const sub of isJsonArray(subs) ? subs : []) names.add(`${name}.${String(at(sub, "name"))}`.toLowerCase());
    }
  }
  return names;
};

/** `emails` for `emails[type eq "work"].value`: as Schemas names it. */
const declaredName = (path: string): string =>
  path
    .replace(/^urn:.*:/, "")
    .replace(/\[.*/, "")
    .toLowerCase();

/** Common attributes stand in no schema, though some list them. */
const common: ReadonlySet<string> = new Set(["externalid", "id", "meta", "schemas"]);

/** Compares what it says with what it did; asks nothing. */
export const truth: Probe = {
  name: "Whether it tells the truth of itself",
  lacks: anybody,
  examine: async (bench) => {
    const { config, schemas } = bench.known.portrait;
    const claims = (member: string): boolean | null => {
      const supported = at(config ?? undefined, member, "supported");
      return typeof supported === "boolean" ? supported : null;
    };
    const compare = (name: string, claim: boolean | null, isSo: boolean | null): void => {
      if (claim === null || isSo === null || claim === isSo) return;
      bench.tell("claimIsWrong", { name, value: claim ? "it is supported" : "it is not supported" });
    };
    const patches = bench.told("patchWorks") !== null;
    const noPatch = bench.told("patchImpossible") !== null || bench.told("patchDoesNothing") !== null;
    compare("PATCH", claims("patch"), patches ? true : noPatch ? false : null);
    const noFilter = bench.told("filterable")?.paths?.length === 0;
    compare("filters", claims("filter"), bench.told("filters") !== null ? true : noFilter ? false : null);
    const names = namesIn(schemas);
    if (names.size === 0) return;
    const isNamed = (path: string): boolean => names.has(declaredName(path)) || common.has(declaredName(path));
    const kept = bench.told("keeps")?.paths ?? [];
    const unnamed = kept.filter((path) => !isNamed(path));
    if (unnamed.length > 0) bench.tell("schemasLack", { paths: unnamed });
    const lost = (bench.told("doesNotKeep")?.paths ?? []).filter((path) => names.has(declaredName(path)));
    if (lost.length > 0) bench.tell("schemasPromise", { paths: lost });
  },
};

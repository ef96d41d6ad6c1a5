import type { BulkLimits, ProfileChanges, TargetProfile } from "#core";
import {
  foldCase,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseListResponse,
  valueOfName,
} from "#scim";
import type { Answer, Discovery, Exchange, RequestOptions, TargetFailure } from "../target.ts";
import type { Habits } from "./habits.ts";
import type { Requests } from "./requests.ts";

type Fetched = { readonly ok: true; readonly body: JsonObject | null; readonly exchange: Exchange };

/** More operations are not put together than so many, whatever a target takes: they are carried out within one time-out. */
const mostTogether = 100;

const at = (object: JsonObject | null, ...names: readonly string[]): JsonValue | undefined =>
  names.reduce<JsonValue | undefined>(
    (value, name) => (isJsonObject(value) ? valueOfName(value, name) : undefined),
    object ?? undefined,
  );

const positive = (value: JsonValue | undefined): number | null =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;

const listOf = (body: JsonObject | null): readonly JsonObject[] => {
  const list = parseListResponse(body);
  return list.ok ? list.value.resources : [];
};

/** Members of the profile that a target's own announcements set, and no others. */
export const announced = (
  config: JsonObject | null,
  resourceTypes: readonly JsonObject[],
  profile: TargetProfile,
): ProfileChanges => {
  const noPatch = at(config, "patch", "supported") === false;
  const noFilter = at(config, "filter", "supported") === false;
  const largest = positive(at(config, "pagination", "maxPageSize")) ?? positive(at(config, "filter", "maxResults"));
  const byCursor =
    at(config, "pagination", "cursor") === true &&
    (at(config, "pagination", "index") === false ||
      foldCase(String(at(config, "pagination", "defaultPaginationMethod") ?? "")) === "cursor");
  const endpoints = resourceTypes.map((type) => foldCase(String(valueOfName(type, "endpoint") ?? "")));
  const tellsOfUsers = endpoints.some((endpoint) => endpoint.endsWith("/users"));
  const noGroups = tellsOfUsers && !endpoints.some((endpoint) => endpoint.endsWith("/groups"));
  return {
    ...(noPatch ? { updateUsers: "put" as const, updateGroups: "put" as const } : {}),
    ...(noFilter ? { filterable: [], filterableGroups: [] } : {}),
    ...(largest !== null && largest < profile.pageSize ? { pageSize: largest } : {}),
    ...(byCursor ? { paging: "cursor" as const } : {}),
    ...(noGroups && profile.supportsGroups ? { supportsGroups: false } : {}),
  };
};

/** What the target says that it takes in one bulk request; null where it says that it takes none, or does not say how much. */
const announcedBulk = (config: JsonObject | null): BulkLimits | null => {
  const operations = positive(at(config, "bulk", "maxOperations"));
  const payloadBytes = positive(at(config, "bulk", "maxPayloadSize"));
  const isWorthIt = operations !== null && operations > 1 && payloadBytes !== null;
  return at(config, "bulk", "supported") === true && isWorthIt
    ? { operations: Math.min(operations, mostTogether), payloadBytes }
    : null;
};

const adviceOn = (config: JsonObject | null, found: ProfileChanges): readonly string[] => {
  const bulk = announcedBulk(config);
  return [
    ...(found.updateUsers === "put" ? ["The target says that it knows no PATCH, so changes go as PUT."] : []),
    ...(found.filterable === undefined
      ? []
      : ["The target says that it cannot search, so accounts are found by reading all of them."]),
    ...(found.supportsGroups === false ? ["The target lists no resource type for groups."] : []),
    ...(bulk === null
      ? []
      : [
          `The target says that it takes bulk requests. To have Lockstep send them, set bulk in the profile to ${JSON.stringify(bulk)}.`,
        ]),
  ];
};

/** Opens the reader of what a target says of itself. */
export const openDiscovery = ({ requests, habits }: { readonly requests: Requests; readonly habits: Habits }) => {
  const fetchDocument = async (
    path: string,
    options: RequestOptions,
  ): Promise<Fetched | { readonly ok: false; readonly failure: TargetFailure }> => {
    const reply = await requests.send(requests.callOf("get", "GET", path), options);
    if (reply.ok) return { ok: true, body: reply.body, exchange: reply.exchange };
    const { failure } = reply;
    // What a target does not have it need not have; only one that cannot be asked at all is in trouble.
    const isAbsence = failure.kind === "gone" || failure.kind === "permanent" || failure.kind === "incompatible";
    return isAbsence ? { ok: true, body: null, exchange: failure.exchange } : reply;
  };

  return async (options: RequestOptions): Promise<Answer<Discovery>> => {
    const config = await fetchDocument("/ServiceProviderConfig", options);
    if (!config.ok) return config;
    const types = await fetchDocument("/ResourceTypes", options);
    if (!types.ok) return types;
    const schemas = await fetchDocument("/Schemas", options);
    if (!schemas.ok) return schemas;
    const resourceTypes = resourceTypesOf(types.body);
    const profile = announced(config.body, resourceTypes, habits.profile);
    return {
      ok: true,
      value: {
        profile,
        advice: adviceOn(config.body, profile),
        serviceProviderConfig: config.body,
        resourceTypes,
        schemas: listOf(schemas.body),
      },
      exchange: config.exchange,
    };
  };
};

/** The types, also from the bare array that some targets send. */
const resourceTypesOf = (body: JsonObject | null): readonly JsonObject[] => {
  const resources = at(body, "Resources");
  return isJsonArray(resources) ? resources.filter(isJsonObject) : listOf(body);
};

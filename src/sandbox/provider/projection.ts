import {
  type JsonObject,
  mayShow,
  type Projection,
  projector,
  type ResourceType,
  type Result,
  readProjection,
  scimError,
} from "#scim";
import type { Stored, Wanted } from "./resource-store.ts";
import type { Service } from "./service.ts";

/** How the answers to one request show resources. */
export interface View {
  readonly wanted: Wanted;
  /** True when the client said what it wants to see. */
  readonly isAsked: boolean;
  show(stored: Stored): JsonObject;
}

const viewOf = (service: Service, types: readonly ResourceType[], projection: Projection): View => {
  const { mode } = service;
  const shows = new Map(types.map((type) => [type.name, projector(type, projection, mode)]));
  return {
    wanted: { members: types.some((type) => mayShow(type, projection, "members", mode)) },
    isAsked: projection.kind !== "default",
    show: ({ type, resource }) => shows.get(type.name)?.(resource) ?? {},
  };
};

/** Reads `attributes` and `excludedAttributes` (RFC 7644 section 3.9), each a comma-separated list. */
export const readView = (
  service: Service,
  types: readonly ResourceType[],
  attributes: string | undefined,
  excludedAttributes: string | undefined,
): Result<View> => {
  const { names } = service.limits;
  if ([attributes, excludedAttributes].some((list) => (list ?? "").split(",").length > names)) {
    return { ok: false, error: scimError("invalidValue", `At most ${names} attributes can be named.`) };
  }
  const projection = readProjection(attributes, excludedAttributes, service.mode);
  return projection.ok ? { ok: true, value: viewOf(service, types, projection.value) } : projection;
};

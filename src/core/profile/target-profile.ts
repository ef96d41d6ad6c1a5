import { entraCompliantStyle, entraLegacyStyle, type PatchStyle, rfcStyle } from "#scim";
import type { ObjectType } from "../objects.ts";

/** The wordings of PATCH that a profile may begin with. */
export const patchStyles = {
  rfc: rfcStyle,
  entraCompliant: entraCompliantStyle,
  entraLegacy: entraLegacyStyle,
} as const satisfies Record<string, PatchStyle>;

/**
 * How a target wants to be spoken to, and what it can do: plain data that can be saved as JSON. The members of a PATCH style that stand here win
 * over those of `patchStyle`; `booleans: "text"` also goes for creates and PUT.
 */
export interface TargetProfile extends Partial<PatchStyle> {
  readonly patchStyle: keyof typeof patchStyles;
  /** Operations in one PATCH at most; null for any number. */
  readonly patchOperations: number | null;
  readonly updateUsers: "patch" | "put";
  readonly updateGroups: "patch" | "put";
  /** Writes say which version they mean (`If-Match`). */
  readonly ifMatch: boolean;
  /** `schemas` of a new user or group; null: the core schema and the extensions that it has values of. */
  readonly userSchemas: readonly string[] | null;
  readonly groupSchemas: readonly string[] | null;
  /** New resources carry `meta.resourceType`, as Entra's do. */
  readonly resourceTypeInMeta: boolean;
  /** What a good answer to a create shows; `nothing`: the new account is looked up by its name. */
  readonly createShows: "resource" | "nothing";
  readonly mediaType: "application/scim+json" | "application/json";
  readonly supportsGroups: boolean;
  /** Members in one request. */
  readonly membersPerRequest: number;
  /** `excludedAttributes=members` is asked for when a group is read; false where the target cannot bear it. */
  readonly excludesMembers: boolean;
  /** Attributes of users that the target can filter on: by others, accounts are found by reading them all. Null means not known, so it is tried. */
  readonly filterable: readonly string[] | null;
  /** The same for groups. */
  readonly filterableGroups: readonly string[] | null;
  /** How all objects are listed: `none` in one answer, `cursor` as RFC 9865 has it. */
  readonly paging: "none" | "index" | "cursor";
  /** Objects asked for in one page. */
  readonly pageSize: number;
  /** True when a create of an existing object is proven to answer 409: absence from a listing then needs no second look. */
  readonly duplicateIsConflict: boolean;
  /** Attributes of which an account shows a change only once somebody has confirmed it, such as a new address by mail; sub-attributes and filters are left out. */
  readonly confirmedLater: readonly string[];
  /** Null when only the answers tell. Where both are given, both are kept. */
  readonly requestsPerSecond: number | null;
  readonly requestsPerMinute: number | null;
  /** Requests under way at a time, at most; null: as many as the target bears. */
  readonly requestsAtOnce: number | null;
  /** Seconds after which a request is given up. */
  readonly timeoutSeconds: number;
  /** Writes that wait at the same time go together in bulk requests of so much at most (RFC 7644 section 3.7); null: each goes by itself. */
  readonly bulk: BulkLimits | null;
}

/** What a target takes in one bulk request. */
export interface BulkLimits {
  readonly operations: number;
  readonly payloadBytes: number;
}

/** Some of a profile's members. */
export type ProfileChanges = Partial<TargetProfile>;

/** A target of which nothing is known: the RFCs by the letter, without what they leave optional. */
export const usualProfile: TargetProfile = {
  patchStyle: "rfc",
  patchOperations: null,
  updateUsers: "patch",
  updateGroups: "patch",
  ifMatch: false,
  userSchemas: null,
  groupSchemas: null,
  resourceTypeInMeta: false,
  createShows: "resource",
  mediaType: "application/scim+json",
  supportsGroups: true,
  membersPerRequest: 500,
  excludesMembers: true,
  filterable: null,
  filterableGroups: null,
  paging: "index",
  pageSize: 100,
  duplicateIsConflict: false,
  confirmedLater: [],
  requestsPerSecond: null,
  requestsPerMinute: null,
  requestsAtOnce: null,
  timeoutSeconds: 30,
  bulk: null,
};

/** Switches in a tenant URL by which Entra's client chooses its wording (scim-wire 1.1). */
const switches: ReadonlyMap<string, keyof typeof patchStyles> = new Map([
  ["aadoptscim062020", "entraCompliant"],
  ["azureadscimpatch062020", "entraCompliant"],
  ["azureadscimpatch2017", "entraLegacy"],
]);

/** What the tenant URL itself says of the profile. */
const profileInUrl = (baseUrl: string): ProfileChanges => {
  const [, query = ""] = (baseUrl.split("#", 1)[0] ?? "").split("?", 2);
  const named = query.split("&").map((part) => switches.get(part.split("=", 1)[0]?.toLowerCase() ?? ""));
  const patchStyle = named.find((style) => style !== undefined);
  return patchStyle === undefined ? {} : { patchStyle };
};

export interface ProfileLayers {
  readonly template: ProfileChanges;
  /** What a look at the target itself has found; none before anybody looked. */
  readonly found: ProfileChanges;
  readonly baseUrl: string;
  /** What the administrator says, which wins. */
  readonly own: ProfileChanges;
}

/** One profile out of all that is known, the more particular winning: the template, what was found, the tenant URL, the administrator. */
export const profileOf = ({ template, found, baseUrl, own }: ProfileLayers): TargetProfile => ({
  ...usualProfile,
  ...template,
  ...found,
  ...profileInUrl(baseUrl),
  ...own,
});

/** How the target wants its PATCH requests written. */
export const patchStyleOf = (profile: TargetProfile): PatchStyle => {
  const style = patchStyles[profile.patchStyle];
  const own = Object.keys(style).flatMap((name) => {
    const value = profile[name as keyof PatchStyle];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...style, ...Object.fromEntries(own) };
};

/** True where one request finds who has a value at the path, as far as is known. */
export const canFilter = (profile: TargetProfile, type: ObjectType, path: string): boolean => {
  const filterable = type === "User" ? profile.filterable : profile.filterableGroups;
  return filterable === null || filterable.some((each) => each.toLowerCase() === path.toLowerCase());
};

/** True where a change at the path waits for somebody to confirm it. */
export const isConfirmedLater = ({ confirmedLater }: TargetProfile, path: string): boolean =>
  confirmedLater.some((name) => {
    const [head, next] = [path.slice(0, name.length), path.charAt(name.length)];
    return head.toLowerCase() === name.toLowerCase() && ["", ".", "["].includes(next);
  });

/** Members that one request may add, or take out. */
export const membersAtATime = (profile: TargetProfile, change: "add" | "remove"): number => {
  const { membersPerRequest, patchOperations, updateGroups } = profile;
  const oneEach = change === "remove" && patchStyleOf(profile).memberRemoval === "filter" && updateGroups === "patch";
  return oneEach && patchOperations !== null ? Math.min(membersPerRequest, patchOperations) : membersPerRequest;
};

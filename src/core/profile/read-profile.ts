import { type ProfileChanges, patchStyles, type TargetProfile, usualProfile } from "./target-profile.ts";

/** What a member of a profile may be: null when the value fits, else how a sentence goes on that says what it must be. */
type Rule = (value: unknown) => string | null;

const oneOf =
  (...choices: readonly string[]): Rule =>
  (value) =>
    typeof value === "string" && choices.includes(value) ? null : `one of ${choices.join(", ")}`;

const whole =
  (least: number, most: number): Rule =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? null
      : `a whole number from ${least} to ${most}`;

const yesOrNo: Rule = (value) => (typeof value === "boolean" ? null : "true or false");

const texts: Rule = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === "string" && item.trim() !== "")
    ? null
    : "a list of texts";

const leastPayload = 1000;

const bulkLimits: Rule = (value) => {
  const must = `an object such as {"operations": 100, "payloadBytes": 1000000}, with from 2 to 10000 operations and ${leastPayload} bytes or more`;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return must;
  const { operations, payloadBytes, ...rest } = value as Record<string, unknown>;
  const fits =
    whole(2, 10_000)(operations) === null && whole(leastPayload, Number.MAX_SAFE_INTEGER)(payloadBytes) === null;
  return fits && Object.keys(rest).length === 0 ? null : must;
};

const orNull =
  (rule: Rule): Rule =>
  (value) => {
    const must = value === null ? null : rule(value);
    return must === null ? null : `${must}, or null`;
  };

const rules: { readonly [Name in keyof Required<TargetProfile>]: Rule } = {
  patchStyle: oneOf(...Object.keys(patchStyles)),
  opCase: oneOf("lower", "capitalised"),
  layout: oneOf("separate", "grouped"),
  alone: oneOf("path", "grouped"),
  keys: oneOf("flat", "nested"),
  booleans: oneOf("json", "text"),
  filterBooleans: oneOf("json", "asWritten"),
  absentElement: oneOf("valuePath", "append"),
  clearing: oneOf("remove", "null", "emptyText"),
  references: oneOf("value", "bare", "object", "list"),
  referenceRemoval: oneOf("path", "filter"),
  memberRemoval: oneOf("filter", "value"),
  memberValues: oneOf("plain", "withNullRef"),
  patchOperations: orNull(whole(1, 10_000)),
  updateUsers: oneOf("patch", "put"),
  updateGroups: oneOf("patch", "put"),
  ifMatch: yesOrNo,
  userSchemas: orNull(texts),
  groupSchemas: orNull(texts),
  resourceTypeInMeta: yesOrNo,
  createShows: oneOf("resource", "nothing"),
  mediaType: oneOf("application/scim+json", "application/json"),
  supportsGroups: yesOrNo,
  membersPerRequest: whole(1, 10_000),
  excludesMembers: yesOrNo,
  filterable: orNull(texts),
  filterableGroups: orNull(texts),
  paging: oneOf("none", "index", "cursor"),
  pageSize: whole(1, 10_000),
  duplicateIsConflict: yesOrNo,
  confirmedLater: texts,
  requestsPerSecond: orNull(whole(1, 100_000)),
  requestsPerMinute: orNull(whole(1, 1_000_000)),
  requestsAtOnce: orNull(whole(1, 1000)),
  timeoutSeconds: whole(1, 600),
  bulk: orNull(bulkLimits),
};

export type ProfileReading =
  | { readonly ok: true; readonly profile: ProfileChanges }
  /** One sentence for each member that does not fit. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads members of a profile that somebody gave, each by its name. */
export const readProfile = (given: unknown): ProfileReading => {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return { ok: false, problems: ['A profile is an object of names and values, such as {"updateUsers": "put"}.'] };
  }
  const problems = Object.entries(given).flatMap(([name, value]) => {
    const rule = Object.hasOwn(rules, name) ? rules[name as keyof TargetProfile] : undefined;
    if (rule === undefined) return [`A profile has nothing called ${JSON.stringify(name)}; it may have ${names()}.`];
    const must = rule(value);
    return must === null ? [] : [`${name} must be ${must}.`];
  });
  return problems.length === 0 ? { ok: true, profile: given as ProfileChanges } : { ok: false, problems };
};

const names = (): string => Object.keys(rules).sort().join(", ");

/** Every member of a profile with its usual value; null where the PATCH style says it. */
export const profileMembers = (): readonly (readonly [name: keyof TargetProfile, usual: unknown])[] =>
  (Object.keys(rules) as (keyof TargetProfile)[]).map((name) => [name, usualProfile[name] ?? null]);

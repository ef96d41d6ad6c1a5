import fc from "fast-check";
import { expect, test } from "vitest";
import { entraCompliantStyle, entraLegacyStyle, rfcStyle } from "#scim";
import {
  canFilter,
  isConfirmedLater,
  membersAtATime,
  patchStyleOf,
  profileMembers,
  profileOf,
  readProfile,
  type TargetProfile,
  usualProfile,
} from "../index.ts";

const base = "https://scim.example.com/v2";
const layered = (
  layers: Partial<Record<"template" | "found" | "own", Partial<TargetProfile>>>,
  baseUrl = base,
): TargetProfile => profileOf({ template: {}, found: {}, own: {}, baseUrl, ...layers });

test("of several that know something, the more particular wins", () => {
  expect(layered({})).toEqual(usualProfile);
  const template = { pageSize: 50, paging: "none", membersPerRequest: 10 } as const;
  const found = { pageSize: 20, paging: "cursor" } as const;
  expect(layered({ template, found, own: { pageSize: 5 } })).toEqual({
    ...usualProfile,
    membersPerRequest: 10,
    paging: "cursor",
    pageSize: 5,
  });
});

test.each([
  [base, "entraLegacy"],
  [`${base}?aadOptscim062020`, "entraCompliant"],
  [`${base}/?AADOPTSCIM062020=&x=1`, "entraCompliant"],
  [`${base}?x=1&AzureAdScimPatch062020#y`, "entraCompliant"],
  [`${base}?AzureAdScimPatch2017`, "entraLegacy"],
  [`${base}?other=aadOptscim062020`, "entraLegacy"],
])("the switches of the tenant URL choose the wording before the template does: %s", (baseUrl, patchStyle) => {
  const template = { patchStyle: "entraLegacy" } as const;
  expect(layered({ template }, baseUrl).patchStyle).toBe(patchStyle);
  expect(layered({ template, own: { patchStyle: "rfc" } }, baseUrl).patchStyle).toBe("rfc");
});

test("members of the style that stand in the profile win over those of its style", () => {
  expect(patchStyleOf(usualProfile)).toEqual(rfcStyle);
  expect(patchStyleOf(layered({ own: { patchStyle: "entraCompliant" } }))).toEqual(entraCompliantStyle);
  const own = { patchStyle: "entraLegacy", booleans: "json", clearing: "null" } as const;
  expect(patchStyleOf(layered({ own }))).toEqual({ ...entraLegacyStyle, booleans: "json", clearing: "null" });
});

test("what can be filtered: anything that is not known, and else what is listed, in any case", () => {
  expect(canFilter(usualProfile, "User", "emails.value")).toBe(true);
  const listed = layered({ own: { filterable: ["UserName"], filterableGroups: [] } });
  expect(canFilter(listed, "User", "userName")).toBe(true);
  expect(canFilter(listed, "User", "externalId")).toBe(false);
  expect(canFilter(listed, "Group", "displayName")).toBe(false);
});

test.each([
  [{}, 500, 500],
  [{ membersPerRequest: 5 }, 5, 5],
  [{ patchOperations: 1 }, 500, 1],
  [{ patchOperations: 1, memberRemoval: "value" }, 500, 500],
  [{ patchOperations: 1, updateGroups: "put" }, 500, 500],
] as const)("members in one request with %j: %d joining, %d leaving", (own, adds, removes) => {
  const profile = layered({ own });
  expect([membersAtATime(profile, "add"), membersAtATime(profile, "remove")]).toEqual([adds, removes]);
});

test.each([
  ["emails", true],
  ['Emails[type eq "work"].value', true],
  ["emails.value", true],
  ["emailsAlso", false],
  ["email", false],
  ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value", true],
  ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:managerName", false],
])("whether a change of %s waits for a confirmation: %s", (path, expected) => {
  const manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
  expect(isConfirmedLater(layered({ own: { confirmedLater: ["emails", manager] } }), path)).toBe(expected);
});

test("every member of a profile has a rule that its usual value fits", () => {
  const usual = Object.fromEntries(profileMembers().filter(([, value]) => value !== null));
  expect(readProfile(usual)).toEqual({ ok: true, profile: usual });
  expect(Object.keys(usualProfile).filter((name) => !profileMembers().some(([known]) => known === name))).toEqual([]);
});

test.each<[given: unknown, problem: RegExp]>([
  [{ updateUsers: "post" }, /^updateUsers must be one of patch, put\.$/],
  [{ pageSize: 0 }, /^pageSize must be a whole number from 1 to 10000\.$/],
  [{ requestsPerSecond: "50" }, /^requestsPerSecond must be a whole number from 1 to 100000, or null\.$/],
  [{ filterable: "userName" }, /^filterable must be a list of texts, or null\.$/],
  [{ excludesMembers: 1 }, /^excludesMembers must be true or false\.$/],
  [{ bulk: true }, /^bulk must be an object such as \{"operations": 100, "payloadBytes": 1000000\}, .*, or null\.$/],
  [{ bulk: { operations: 1, payloadBytes: 1e6 } }, /^bulk must be an object .* from 2 to 10000 operations/],
  [{ bulk: { operations: 9, payloadBytes: 1e6, failOnErrors: 1 } }, /^bulk must be an object /],
  [{ toString: 1 }, /^A profile has nothing called "toString"; it may have absentElement, alone, /],
  [["a"], /^A profile is an object of names and values/],
  [null, /^A profile is an object of names and values/],
])("%j is refused with a sentence", (given, problem) => {
  const read = readProfile(given);
  expect(read.ok ? "" : read.problems.join(" ")).toMatch(problem);
});

test("nothing that somebody gives makes the reader throw", () => {
  fc.assert(
    fc.property(fc.anything(), (given) => {
      const read = readProfile(given);
      return read.ok || read.problems.every((problem) => problem.endsWith("."));
    }),
  );
});

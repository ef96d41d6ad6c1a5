import { expect, test } from "vitest";
import type { MatchVerdict } from "../matching/matching.ts";
import type { DesiredAttribute, DesiredObject, Link, SourceObject } from "../objects.ts";
import { scopeObject } from "../scope/scope.ts";
import { type DecideInput, decide, type Policy } from "./decide.ts";

const source: SourceObject = {
  type: "User",
  id: "u1",
  attributes: { accountEnabled: true },
  manager: null,
  presence: "present",
};
const inScope = scopeObject(source, [], { syncAll: true, filters: [] });
const outOfScope = scopeObject(source, [], { syncAll: false, filters: [] });

const want = (
  path: string,
  value: DesiredAttribute["value"],
  when: DesiredAttribute["when"] = "always",
): DesiredAttribute => ({
  path,
  value,
  origin: `[${path}]`,
  when,
  caseExact: false,
  multivalued: false,
});

const desired: DesiredObject = {
  attributes: [want("userName", "mia@example.org"), want("active", true), want("displayName", "Mia Berg")],
  matching: [{ path: "userName", value: "mia@example.org" }],
  missing: [],
};
const asWanted = { userName: "mia@example.org", active: true, displayName: "Mia Berg" };

const link: Link = {
  sourceId: "u1",
  targetId: "t1",
  objectType: "User",
  managed: true,
  origin: "created",
  disabledByUs: false,
  lastKnown: null,
  desiredHash: null,
  displayName: "Mia Berg",
  ignored: [],
};
const all = { create: true, update: true, delete: true };
const policy: Policy = { actions: all, skipOutOfScopeDeletions: false, canDisable: true };

const given = (more: Partial<DecideInput>) =>
  decide({
    scoped: inScope,
    link: null,
    desired: { ok: true, object: desired },
    match: { kind: "none", goneId: null },
    holder: null,
    policy,
    ...more,
  });

const linked = (resource: object): MatchVerdict => ({
  kind: "linked",
  current: { id: "t1", resource: { ...resource } },
});
const found = (resource: object, via = "userName", goneId: string | null = null): MatchVerdict => ({
  kind: "found",
  current: { id: "t2", resource: { ...resource } },
  via,
  goneId,
});
const without = (action: keyof typeof all): Policy => ({ ...policy, actions: { ...all, [action]: false } });
const change = (path: string, before: unknown, after: unknown) => ({
  path,
  before,
  after,
  origin: `[${path}]`,
  shown: undefined,
});

const skip = {
  kind: "decision",
  action: "skip",
  changes: [],
  drift: [],
  takesOverFrom: null,
  removal: false,
};

test("somebody new gets an account with everything", () => {
  expect(given({})).toEqual({
    ...skip,
    action: "create",
    reason: "NewAccount",
    targetId: null,
    changes: [
      change("userName", undefined, "mia@example.org"),
      change("active", undefined, true),
      change("displayName", undefined, "Mia Berg"),
    ],
    linkAfter: { kind: "manage", origin: "created" },
  });
});

test("an account that is gone is made anew", () => {
  expect(given({ link, match: { kind: "none", goneId: "t1" } })).toMatchObject({
    action: "create",
    reason: "AccountGone",
    linkAfter: { kind: "manage", origin: "created" },
  });
});

test("where nothing may be created, nothing is, and a link to nothing is forgotten", () => {
  const nobody = { ...skip, reason: "CreateNotAllowed", targetId: null };
  expect(given({ policy: without("create") })).toEqual({ ...nobody, linkAfter: { kind: "none" } });
  expect(given({ policy: without("create"), link, match: { kind: "none", goneId: "t1" } })).toEqual({
    ...nobody,
    linkAfter: { kind: "drop" },
  });
});

test("without a required attribute nothing is created, but an account that exists is updated", () => {
  const object = { ...desired, missing: ["name.familyName", "title"] };
  expect(given({ desired: { ok: true, object } })).toEqual({
    kind: "refusal",
    code: "MandatoryFieldsMissing",
    message:
      "The target needs name.familyName, title, and the directory has no value for it. Fill it in, or give the mapping a default.",
  });
  expect(
    given({ desired: { ok: true, object }, link, match: linked({ ...asWanted, displayName: "Old" }) }),
  ).toMatchObject({
    action: "update",
  });
  expect(given({ desired: { ok: true, object }, policy: without("create") })).toMatchObject({
    reason: "CreateNotAllowed",
  });
});

test("an account that is as it should be is left alone", () => {
  expect(given({ link, match: linked(asWanted) })).toEqual({
    ...skip,
    reason: "InStep",
    targetId: "t1",
    linkAfter: { kind: "manage", origin: "unchanged" },
  });
});

test("only what differs is written, the login of a linked account too", () => {
  expect(given({ link, match: linked({ ...asWanted, userName: "old@example.org" }) })).toEqual({
    ...skip,
    action: "update",
    reason: "AttributesDiffer",
    targetId: "t1",
    changes: [change("userName", "old@example.org", "mia@example.org")],
    linkAfter: { kind: "manage", origin: "unchanged" },
  });
  expect(given({ link, match: linked({}), policy: without("update") })).toMatchObject({
    ...skip,
    reason: "UpdateNotAllowed",
    targetId: "t1",
  });
});

test("other differences are written to an account that stays suspended", () => {
  expect(given({ link, match: linked({ ...asWanted, active: false, displayName: "Old" }) })).toMatchObject({
    action: "update",
    reason: "AttributesDiffer",
    changes: [{ path: "displayName" }],
    drift: [{ path: "active" }],
  });
});

test("a suspended account stays so where the mapping gives the Boolean as text", () => {
  const text = { ...desired, attributes: [want("active", "True")] };
  expect(given({ desired: { ok: true, object: text }, link, match: linked({ active: "False" }) })).toMatchObject({
    ...skip,
    reason: "InStep",
    drift: [{ path: "active" }],
  });
  const ours = { ...link, disabledByUs: true };
  expect(given({ desired: { ok: true, object: text }, link: ours, match: linked({ active: "False" }) })).toMatchObject({
    action: "enable",
  });
});

test("an account that does not say whether it is active is not taken for suspended", () => {
  expect(given({ link, match: linked({ userName: "mia@example.org", displayName: "Mia Berg" }) })).toMatchObject({
    action: "enable",
    changes: [{ path: "active", after: true }],
    drift: [],
  });
});

test("an account that is found is adopted: switched on and brought into step", () => {
  const adopted = { targetId: "t2", linkAfter: { kind: "manage", origin: "adopted" } };
  expect(given({ match: found(asWanted) })).toEqual({ ...skip, ...adopted, reason: "Adopted" });
  expect(given({ match: found({ ...asWanted, displayName: "Old" }) })).toMatchObject({
    ...adopted,
    action: "update",
    reason: "Adopted",
  });
  expect(given({ match: found({ ...asWanted, active: false }) })).toMatchObject({
    ...adopted,
    action: "enable",
    reason: "Adopted",
    drift: [],
  });
  expect(given({ match: found({ ...asWanted, active: false }), policy: without("update") })).toEqual({
    ...skip,
    ...adopted,
    reason: "Adopted",
  });
  expect(given({ link, match: found(asWanted, "userName", "t1") })).toMatchObject({ ...adopted, reason: "Adopted" });
});

test("the first contact never rewrites the login of an account that was found by something else", () => {
  const email = 'emails[type eq "work"].value';
  expect(given({ match: found({ ...asWanted, userName: "other@example.org" }, email) })).toEqual({
    ...skip,
    reason: "Adopted",
    targetId: "t2",
    drift: [
      { path: "userName", why: `The account was found by ${email}; its login is not rewritten on first contact.` },
    ],
    linkAfter: { kind: "manage", origin: "adopted" },
  });
  expect(
    given({ match: found({ ...asWanted, userName: "other@example.org", displayName: "Old" }, email) }),
  ).toMatchObject({
    action: "update",
    changes: [change("displayName", "Old", "Mia Berg")],
    drift: [{ path: "userName" }],
  });
  expect(given({ match: found({ ...asWanted, userName: "MIA@example.org" }, email) })).toMatchObject({
    changes: [],
    drift: [],
  });
});

test("an account changes hands only when it was released", () => {
  const holder = { sourceId: "u9", displayName: "Mia Old", released: true };
  expect(given({ match: found(asWanted), holder })).toEqual({
    ...skip,
    reason: "LinkTakenOver",
    targetId: "t2",
    linkAfter: { kind: "manage", origin: "adopted" },
    takesOverFrom: "u9",
  });
  expect(given({ match: found({ ...asWanted, active: false }), holder })).toMatchObject({
    action: "enable",
    reason: "LinkTakenOver",
    takesOverFrom: "u9",
  });
  expect(given({ match: found(asWanted), holder: { ...holder, released: false } })).toEqual({
    kind: "refusal",
    code: "DuplicateSourceEntries",
    message:
      "The account with this userName already belongs to Mia Old (u9). Two people cannot share one account: give one of them another userName.",
  });
});

test("an object that cannot be told apart is refused with what mends it", () => {
  expect(given({ match: { kind: "ambiguous", via: "userName", value: "mia@example.org", ids: ["a", "b"] } })).toEqual({
    kind: "refusal",
    code: "DuplicateTargetEntries",
    message:
      '2 accounts have userName "mia@example.org" (a, b). Remove the surplus ones, or match by an attribute that is unique.',
  });
  expect(given({ match: { kind: "unmatchable" } })).toEqual({
    kind: "refusal",
    code: "ImportSkipped",
    message:
      "The object has no value for any matching attribute. Fill one of them in the directory, or map another one.",
  });
});

const error = { code: "MappingFailed", path: "title", origin: "[x]", message: "No value." } as const;

test("a broken mapping holds up who is in scope, and of leavers only who would be disabled by it", () => {
  const refusal = { kind: "refusal", code: "MappingFailed", message: "No value." };
  const broken = { desired: { ok: false, error } as const };
  expect(given(broken)).toEqual(refusal);
  expect(given({ ...broken, link, match: linked(asWanted) })).toEqual(refusal);
  expect(given({ ...broken, scoped: outOfScope, link, match: linked(asWanted) })).toEqual(refusal);
  expect(given({ ...broken, scoped: outOfScope })).toMatchObject({ ...skip, reason: "NotAssigned" });
  const purged = scopeObject({ ...source, presence: "purged" }, [], { syncAll: false, filters: [] });
  expect(given({ ...broken, scoped: purged, link, match: linked(asWanted) })).toMatchObject({ action: "delete" });
});

const accompanying = {
  ...desired,
  attributes: desired.attributes.map((attribute) => ({ ...attribute, accompanies: true })),
};

test("what goes along with every update neither brings one about nor wakes a suspended account or rewrites a login", () => {
  const along = { desired: { ok: true, object: accompanying } } as const;
  expect(given({ ...along, link, match: linked(asWanted) })).toMatchObject({ action: "skip", changes: [] });
  expect(given({ ...along, link, match: linked({ ...asWanted, displayName: "Old" }) })).toMatchObject({
    action: "update",
    changes: [
      { path: "displayName", before: "Old" },
      { path: "userName", repeated: true },
      { path: "active", repeated: true },
    ],
  });
  const suspended = given({ ...along, link, match: linked({ ...asWanted, active: false, displayName: "Old" }) });
  expect(suspended).toMatchObject({
    action: "update",
    changes: [{ path: "displayName" }, { path: "userName", repeated: true }],
    drift: [{ path: "active" }],
  });
  const other = { ...asWanted, userName: "other@example.org", displayName: "Old" };
  expect(given({ ...along, match: found(other, "externalId") })).toMatchObject({
    action: "update",
    changes: [{ path: "displayName" }, { path: "active", repeated: true }],
    drift: [{ path: "userName" }],
  });
});

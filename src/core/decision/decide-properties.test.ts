import fc from "fast-check";
import { expect, test } from "vitest";
import { type JsonObject, type JsonValue, writePath } from "#scim";
import type { MatchVerdict } from "../matching/matching.ts";
import { clearValue, type DesiredAttribute, type Link, type ScopedObject } from "../objects.ts";
import { scopeObject } from "../scope/scope.ts";
import { type DecideInput, decide, type Policy } from "./decide.ts";
import type { Decision } from "./decision.ts";

const word = fc.constantFrom("a", "A", "b", "True", "false", "", "x y");
const paths = [
  "userName",
  "displayName",
  "title",
  "name.formatted",
  'emails[type eq "work"].value',
  "nickName",
] as const;
/** Removal is for updates; what flows otherwise has a value. */
const when = fc.constantFrom("always", "creation", "whenEmpty");
const flow = <T extends DesiredAttribute["value"]>(value: fc.Arbitrary<T>) =>
  fc.oneof(fc.record({ value, when }), fc.constant({ value: clearValue, when: "update" } as const));

const desiredAttribute = (
  path: string,
  value: fc.Arbitrary<DesiredAttribute["value"]>,
  multivalued = false,
): fc.Arbitrary<DesiredAttribute> =>
  fc
    .tuple(flow(value), fc.boolean())
    .map(([given, caseExact]) => ({ path, origin: "[x]", caseExact, multivalued, ...given }));

const single = (path: string) => desiredAttribute(path, fc.oneof(word, fc.boolean(), fc.nat(3)));
const list = desiredAttribute("schemas", fc.array(word, { minLength: 1, maxLength: 4 }), true);

const active = (inScope: boolean): fc.Arbitrary<DesiredAttribute> =>
  fc.record({
    path: fc.constant("active"),
    value: fc.constantFrom(inScope, inScope ? "True" : "False"),
    origin: fc.constant("[IsSoftDeleted]"),
    when: fc.constant("always" as const),
    caseExact: fc.boolean(),
    multivalued: fc.constant(false),
  });

const resource: fc.Arbitrary<JsonObject> = fc.record(
  {
    userName: word,
    displayName: word,
    title: fc.oneof(word, fc.boolean()),
    name: fc.record({ formatted: word, givenName: word }),
    emails: fc.array(fc.record({ type: fc.constantFrom("work", "home"), value: word }), { maxLength: 2 }),
    schemas: fc.array(word, { maxLength: 4 }),
    active: fc.constantFrom(true, false, "True", "False"),
  },
  { requiredKeys: [] },
);

const scoped: fc.Arbitrary<ScopedObject> = fc
  .record({
    presence: fc.constantFrom("present", "present", "present", "softDeleted", "purged"),
    accountEnabled: fc.boolean(),
    provisionable: fc.constantFrom(undefined, true, true, false),
    filtered: fc.boolean(),
  })
  .map(({ presence, accountEnabled, provisionable, filtered }) =>
    scopeObject(
      { type: "User", id: "u1", attributes: { accountEnabled }, manager: null, presence },
      provisionable === undefined
        ? []
        : [{ assignmentId: "a", roleId: "r", roleName: "User", provisionable, group: null }],
      {
        syncAll: false,
        filters: filtered
          ? [{ title: "f", clauses: [{ attribute: "city", operator: "IS NOT NULL", operands: [] }] }]
          : [],
      },
    ),
  );

const link: fc.Arbitrary<Link> = fc.record({
  sourceId: fc.constant("u1"),
  targetId: fc.constant("t1"),
  objectType: fc.constant("User"),
  managed: fc.boolean(),
  origin: fc.constantFrom("created", "adopted"),
  disabledByUs: fc.boolean(),
  lastKnown: fc.constant(null),
  desiredHash: fc.constant(null),
  displayName: fc.constant("Mia"),
  ignored: fc.constant([]),
});

const policy: fc.Arbitrary<Policy> = fc.record({
  actions: fc.record({ create: fc.boolean(), update: fc.boolean(), delete: fc.boolean() }),
  skipOutOfScopeDeletions: fc.boolean(),
  canDisable: fc.boolean(),
});

const verdict = (held: Link | null): fc.Arbitrary<MatchVerdict> => {
  const goneId = held?.targetId ?? null;
  const current = (id: string) => resource.map((given) => ({ id, resource: given }));
  const some: fc.Arbitrary<MatchVerdict>[] = [
    fc.constant<MatchVerdict>({ kind: "none", goneId }),
    current("t2").map((one): MatchVerdict => ({ kind: "found", current: one, via: "userName", goneId })),
    fc.constant<MatchVerdict>({ kind: "ambiguous", via: "userName", value: "a", ids: ["t1", "t2"] }),
    fc.constant<MatchVerdict>({ kind: "unmatchable" }),
  ];
  const there = current("t1").map((one): MatchVerdict => ({ kind: "linked", current: one }));
  return held === null ? fc.oneof(...some) : fc.oneof(there, there, there, ...some);
};

const input: fc.Arbitrary<DecideInput> = fc.tuple(scoped, fc.option(link), policy).chain(([object, held, rules]) =>
  fc.record({
    scoped: fc.constant(object),
    link: fc.constant(held),
    policy: fc.constant(rules),
    match: verdict(held),
    holder: fc.option(
      fc.record({ sourceId: fc.constant("u9"), displayName: fc.constant("Old"), released: fc.boolean() }),
      { freq: 3 },
    ),
    desired: fc.oneof(
      { weight: 9, arbitrary: desiredOf(object.inScope, rules.canDisable) },
      {
        weight: 1,
        arbitrary: fc.constant({
          ok: false,
          error: { code: "MappingFailed", path: "title", origin: "[x]", message: "No value." },
        } as const),
      },
    ),
  }),
);

function desiredOf(inScope: boolean, canDisable: boolean): fc.Arbitrary<DecideInput["desired"]> {
  const flags = canDisable ? [active(inScope)] : [];
  const others = inScope ? [...paths.map(single), list] : [];
  return fc
    .tuple(fc.tuple(...flags), fc.tuple(...others), fc.subarray(["title"], { minLength: 0 }))
    .chain(([first, rest, missing]) =>
      fc.subarray(rest).map((some) => ({
        ok: true as const,
        object: { attributes: [...first, ...some], matching: [], missing: inScope ? missing : [] },
      })),
    );
}

/** What the engine does with a decision: the account, and the link to it. */
const carryOut = (before: DecideInput, decision: Decision): DecideInput => {
  const old = before.match.kind === "linked" || before.match.kind === "found" ? before.match.current : null;
  const account =
    decision.action === "delete" || decision.linkAfter.kind === "drop" || (old === null && decision.action !== "create")
      ? null
      : {
          id: decision.targetId ?? "t3",
          resource: decision.changes.reduce<JsonObject>(
            (whole, { path, after }) => {
              const written = writePath(whole, path, after as JsonValue | undefined);
              if (!written.ok) throw new Error(written.error.detail);
              return written.value;
            },
            (old?.resource ?? {}) as JsonObject,
          ),
        };
  const after = linkAfter(before, decision, account?.id ?? null);
  return {
    ...before,
    link: after,
    holder: null,
    match: account !== null && after !== null ? { kind: "linked", current: account } : { kind: "none", goneId: null },
  };
};

const linkAfter = ({ link: held }: DecideInput, decision: Decision, targetId: string | null): Link | null => {
  const { kind } = decision.linkAfter;
  const disabledByUs =
    decision.action === "disable" ||
    (decision.action === "skip" || decision.action === "update" ? (held?.disabledByUs ?? false) : false);
  if (kind === "none" || kind === "drop") return null;
  if (kind === "keep") return held === null ? null : { ...held, disabledByUs };
  if (kind === "unmanage") return held === null ? null : { ...held, managed: false, disabledByUs };
  return {
    sourceId: "u1",
    objectType: "User",
    origin: "created",
    lastKnown: null,
    desiredHash: null,
    displayName: "Mia",
    ignored: [],
    ...held,
    targetId: targetId ?? "t3",
    managed: true,
    disabledByUs,
  };
};

const runs = { numRuns: 1000 };

test("every situation has a decision or a refusal in a sentence", () => {
  fc.assert(
    fc.property(input, (given) => {
      const decision = decide(given);
      if (decision.kind === "refusal") expect(decision.message).toMatch(/\.$/);
      else if (decision.action === "skip" || decision.action === "delete") expect(decision.changes).toEqual([]);
      else if (decision.action !== "create") expect(decision.changes).not.toEqual([]);
    }),
    runs,
  );
});

test("once a decision is carried out there is nothing left to do", () => {
  fc.assert(
    fc.property(input, (given) => {
      const decision = decide(given);
      if (decision.kind === "refusal") return;
      expect(decide(carryOut(given, decision))).toMatchObject({ kind: "decision", action: "skip", changes: [] });
    }),
    runs,
  );
});

test("what the policy forbids is never decided", () => {
  fc.assert(
    fc.property(input, (given) => {
      const decision = decide(given);
      if (decision.kind === "refusal") return;
      const { actions, skipOutOfScopeDeletions } = given.policy;
      if (decision.action === "create") expect(actions.create).toBe(true);
      if (decision.action === "delete") expect(actions.delete).toBe(true);
      if (["update", "enable", "disable"].includes(decision.action)) expect(actions.update).toBe(true);
      if (skipOutOfScopeDeletions && decision.action === "disable")
        expect(["SignInBlocked", "SoftDeleted"]).toContain(given.scoped.reason);
    }),
    runs,
  );
});

test("an account is taken away only from who leaves, has a managed link, and is counted; it is never made for who leaves", () => {
  fc.assert(
    fc.property(input, (given) => {
      const decision = decide(given);
      if (decision.kind === "refusal") return;
      if (decision.action === "delete" || decision.action === "disable") {
        expect(given.scoped.inScope).toBe(false);
        expect(given.link?.managed).toBe(true);
        expect(decision.targetId).toBe(given.link?.targetId);
      }
      if (decision.action === "delete") expect([given.scoped.reason, decision.removal]).toEqual(["Purged", true]);
      if (!given.scoped.inScope) expect(["skip", "disable", "delete"]).toContain(decision.action);
      if (decision.removal) expect(["disable", "delete"]).toContain(decision.action);
    }),
    runs,
  );
});

test("an account that somebody else suspended is never switched on", () => {
  fc.assert(
    fc.property(input, (given) => {
      const decision = decide(given);
      if (decision.kind === "refusal" || given.match.kind !== "linked" || given.link?.disabledByUs) return;
      const was = given.match.current.resource.active;
      if (was === false || was === "False") expect(decision.changes.some(({ path }) => path === "active")).toBe(false);
    }),
    runs,
  );
});

import { expect, test } from "vitest";
import type { Link, SourceObject } from "../objects.ts";
import { scopeObject } from "../scope/scope.ts";
import { type DecideInput, decide, type Policy } from "./decide.ts";
import type { Action, LinkAfter, Reason } from "./decision.ts";

const events = {
  unassigned: {},
  filteredOut: {},
  notEntitled: {},
  blocked: {},
  softDeleted: {},
  purged: {},
  back: {},
} as const;
type Event = keyof typeof events;

const scopedAfter = (event: Event) => {
  const source: SourceObject = {
    type: "User",
    id: "u1",
    attributes: { accountEnabled: event !== "blocked", department: event === "filteredOut" ? "Legal" : "Sales" },
    manager: null,
    presence: event === "softDeleted" ? "softDeleted" : event === "purged" ? "purged" : "present",
  };
  const path = {
    assignmentId: "a",
    roleId: "r",
    roleName: "User",
    provisionable: event !== "notEntitled",
    group: null,
  };
  return scopeObject(source, event === "unassigned" || event === "purged" ? [] : [path], {
    syncAll: false,
    filters: [{ title: "sales", clauses: [{ attribute: "department", operator: "EQUALS", operands: ["Sales"] }] }],
  });
};

const columns = {
  default: {},
  unmapped: { canDisable: false },
  keepLeavers: { skipOutOfScopeDeletions: true },
  noUpdate: { actions: { create: true, update: false, delete: true } },
  noDelete: { actions: { create: true, update: true, delete: false } },
} as const satisfies Record<string, Partial<Policy>>;
type Column = keyof typeof columns;

const policy: Policy = {
  actions: { create: true, update: true, delete: true },
  skipOutOfScopeDeletions: false,
  canDisable: true,
};

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

const after = (event: Event, column: Column, more: { link?: Link | null; active?: unknown; gone?: boolean } = {}) => {
  const scoped = scopedAfter(event);
  const held = more.link === undefined ? { ...link, disabledByUs: event === "back" } : more.link;
  const { canDisable } = { ...policy, ...columns[column] };
  const active = { path: "active", origin: "x", when: "always", caseExact: false, multivalued: false } as const;
  const input: DecideInput = {
    scoped,
    link: held,
    desired: {
      ok: true,
      object: { attributes: canDisable ? [{ ...active, value: scoped.inScope }] : [], matching: [], missing: [] },
    },
    match:
      held === null || more.gone
        ? { kind: "none", goneId: held?.targetId ?? null }
        : { kind: "linked", current: { id: "t1", resource: { active: more.active ?? event !== "back" } } },
    holder: null,
    policy: { ...policy, ...columns[column] },
  };
  const decision = decide(input);
  if (decision.kind === "refusal") throw new Error(decision.message);
  return decision;
};

type Cell = readonly [Action, Reason, LinkAfter["kind"]];
const nothing = (reason: Reason, becomes: LinkAfter["kind"] = "keep"): Cell => ["skip", reason, becomes];

const matrix: readonly (readonly [Event, Readonly<Record<Column, Cell>>])[] = [
  ...(["unassigned", "filteredOut", "notEntitled"] as const).map((event) => {
    const reason = (
      { unassigned: "NotAssigned", filteredOut: "FilteredOut", notEntitled: "NotEffectivelyEntitled" } as const
    )[event];
    return [
      event,
      {
        default: ["disable", reason, "unmanage"],
        unmapped: nothing("NoWayToDisable"),
        keepLeavers: nothing("OutOfScopeKept"),
        noUpdate: nothing("UpdateNotAllowed"),
        noDelete: ["disable", reason, "unmanage"],
      },
    ] as const;
  }),
  ...(["blocked", "softDeleted"] as const).map((event) => {
    const disable = ["disable", event === "blocked" ? "SignInBlocked" : "SoftDeleted", "keep"] as const;
    return [
      event,
      {
        default: disable,
        unmapped: nothing("NoWayToDisable"),
        keepLeavers: disable,
        noUpdate: nothing("UpdateNotAllowed"),
        noDelete: disable,
      },
    ] as const;
  }),
  [
    "purged",
    {
      default: ["delete", "Purged", "drop"],
      unmapped: ["delete", "Purged", "drop"],
      keepLeavers: ["delete", "Purged", "drop"],
      noUpdate: ["delete", "Purged", "drop"],
      noDelete: nothing("DeleteNotAllowed", "unmanage"),
    },
  ],
  [
    "back",
    {
      default: ["enable", "BackInScope", "manage"],
      unmapped: nothing("InStep", "manage"),
      keepLeavers: ["enable", "BackInScope", "manage"],
      noUpdate: nothing("UpdateNotAllowed", "manage"),
      noDelete: ["enable", "BackInScope", "manage"],
    },
  ],
];

const cells = matrix.flatMap(([event, row]) =>
  (Object.keys(columns) as Column[]).map((column) => [event, column, ...row[column]] as const),
);

test.each(cells)("%s under %s: %s (%s), link: %s", (event, column, action, reason, becomes) => {
  const decision = after(event, column);
  expect([decision.action, decision.reason, decision.linkAfter.kind]).toEqual([action, reason, becomes]);
  expect(decision.targetId).toBe("t1");
  expect(decision.removal).toBe(action === "disable" || action === "delete");
  expect(decision.changes.map(({ path, after: value }) => [path, value])).toEqual(
    action === "disable" ? [["active", false]] : action === "enable" ? [["active", true]] : [],
  );
});

const leaving = ["unassigned", "filteredOut", "notEntitled", "blocked", "softDeleted", "purged"] as const;

test.each(leaving)("%s without an account: nothing", (event) => {
  expect(after(event, "default", { link: null })).toMatchObject({
    action: "skip",
    targetId: null,
    linkAfter: { kind: "none" },
  });
});

test.each(leaving)("%s, and the account is gone already: the link is forgotten", (event) => {
  expect(after(event, "default", { gone: true })).toMatchObject({
    action: "skip",
    reason: "AlreadyGone",
    linkAfter: { kind: "drop" },
    removal: false,
  });
});

test.each(leaving)("%s after having left scope: an unmanaged account is not written to", (event) => {
  expect(after(event, "default", { link: { ...link, managed: false, disabledByUs: true } })).toMatchObject({
    action: "skip",
    reason: "Unmanaged",
    linkAfter: { kind: event === "purged" ? "drop" : "keep" },
    removal: false,
  });
});

test.each([
  ["unassigned", "unmanage"],
  ["filteredOut", "unmanage"],
  ["notEntitled", "unmanage"],
  ["blocked", "keep"],
  ["softDeleted", "keep"],
] as const)("%s with an account that is inactive already: nothing is sent, link: %s", (event, becomes) => {
  for (const active of [false, "False"]) {
    expect(after(event, "default", { active })).toMatchObject({
      action: "skip",
      reason: "AlreadyDisabled",
      linkAfter: { kind: becomes },
      removal: false,
    });
  }
});

test("purging somebody who was disabled before still deletes, and counts", () => {
  expect(after("purged", "default", { active: false })).toMatchObject({ action: "delete", removal: true });
});

test("who left scope and was disabled comes back: enabled and managed again", () => {
  const left = { ...link, managed: false, disabledByUs: true };
  expect(after("back", "default", { link: left })).toMatchObject({
    action: "enable",
    reason: "BackInScope",
    linkAfter: { kind: "manage", origin: "unchanged" },
  });
});

test("an account that the target's own administrator suspended stays so, and is reported", () => {
  for (const active of [false, "False"]) {
    expect(after("back", "default", { link, active })).toMatchObject({
      action: "skip",
      reason: "InStep",
      changes: [],
      drift: [
        { path: "active", why: "The account was suspended in the target by somebody else, so it stays suspended." },
      ],
    });
  }
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  applyPatchBody,
  groupResourceType,
  isJsonArray,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Mode,
  type ResourceType,
  representation,
  type ScimError,
  uniqueNameGroupResourceType,
  uniquenessClash,
  userResourceType,
} from "../index.ts";

type Outcome = { readonly after?: JsonObject; readonly error?: { readonly status: string; readonly scimType: string } };
type Case = Outcome & {
  readonly id: string;
  readonly profile: Mode | "both";
  readonly resourceType?: "User" | "Group";
  readonly others?: readonly JsonObject[];
  readonly before: JsonObject;
  readonly patch: JsonValue;
  readonly alsoAccept?: readonly Outcome[];
};

const fixture = new URL("../../../test/fixtures/scim/patch-cases.json", import.meta.url);
const cases: readonly Case[] = JSON.parse(readFileSync(fixture, "utf8"));

const runs = cases.flatMap((item) =>
  (["strict", "compat"] as const)
    .filter((mode) => item.profile === "both" || item.profile === mode)
    .map((mode) => ({ name: `${item.id} ${mode}`, item, mode })),
);

const deepFreeze = <T>(value: T): T => {
  if (typeof value === "object" && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
};

/** Without what the fixtures do not compare: meta, nulls, empty arrays, and the order of values. */
const comparable = (value: JsonValue): JsonValue => {
  if (isJsonArray(value)) {
    return value.map(comparable).sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
  }
  if (!isJsonObject(value)) return value;
  const parts = Object.entries(value)
    .filter(([key, part]) => key !== "meta" && part !== null && !(isJsonArray(part) && part.length === 0))
    .map(([key, part]) => [key, comparable(part)] as const);
  return Object.fromEntries(parts.sort(([left], [right]) => (left < right ? -1 : 1)));
};

const typeFor = (item: Case, mode: Mode): ResourceType => {
  if (item.resourceType !== "Group") return userResourceType;
  return mode === "compat" ? uniqueNameGroupResourceType : groupResourceType;
};

const outcomeOf = (item: Case, mode: Mode): Outcome => {
  const type = typeFor(item, mode);
  const failed = (error: ScimError): Outcome => ({
    error: { status: String(error.status), scimType: error.scimType ?? "" },
  });
  const patched = applyPatchBody(type, deepFreeze(item.before), deepFreeze(item.patch), { mode });
  if (!patched.ok) return failed(patched.error);
  const clash = uniquenessClash(type, patched.value.resource, item.others ?? []);
  if (clash !== undefined) return failed(clash);
  return { after: comparable(representation(type, patched.value.resource)) as JsonObject };
};

test("every patch case is there", () => {
  expect(cases).toHaveLength(131);
});

/** Where a case allows several answers this room keeps to the first, save that compat lets an empty PATCH pass. */
const otherAnswers: ReadonlySet<string> = new Set(["empty-operations compat"]);

test.each(runs)("$name", ({ name, item, mode }) => {
  const chosen = otherAnswers.has(name) ? item.alsoAccept?.[0] : item;
  const { after, error } = chosen ?? {};
  expect(outcomeOf(item, mode)).toEqual(after === undefined ? { error } : { after: comparable(after) });
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  compileFilter,
  groupResourceType,
  type JsonObject,
  type Mode,
  parseFilter,
  userResourceType,
} from "../index.ts";

type Case = {
  readonly id: string;
  readonly filter: string;
  readonly resources: readonly string[];
  readonly expected: readonly string[] | "error";
  readonly profile: Mode | "both";
  readonly error?: { readonly status: string; readonly scimType: string };
};

const fixture = new URL("../../../test/fixtures/scim/filter-cases.json", import.meta.url);
const [first, ...cases]: readonly [{ set: readonly JsonObject[] }, ...Case[]] = JSON.parse(
  readFileSync(fixture, "utf8"),
);
const byId = new Map(first.set.map((resource) => [resource.id, resource]));

const runs = cases.flatMap((item) =>
  (["strict", "compat"] as const)
    .filter((mode) => item.profile === "both" || item.profile === mode)
    .map((mode) => ({ name: `${item.id} ${mode}`, item, mode })),
);

const evaluate = (item: Case, mode: Mode): readonly string[] | "error" => {
  const parsed = parseFilter(item.filter, mode);
  const type = item.resources[0]?.startsWith("g") ? groupResourceType : userResourceType;
  const compiled = parsed.ok ? compileFilter(parsed.value, type, mode) : parsed;
  if (!compiled.ok) {
    expect({ status: compiled.error.status, scimType: compiled.error.scimType }).toEqual({
      status: Number(item.error?.status ?? 400),
      scimType: item.error?.scimType ?? "invalidFilter",
    });
    return "error";
  }
  return item.resources.filter((id) => compiled.value(byId.get(id) ?? {})).sort();
};

test("every filter case is there", () => {
  expect(cases).toHaveLength(103);
});

// Where a case allows several answers, this room keeps to the first.
test.each(runs)("$name", ({ item, mode }) => {
  const expected = item.expected === "error" ? item.expected : [...item.expected].sort();
  expect(evaluate(item, mode)).toEqual(expected);
});

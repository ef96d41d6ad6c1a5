import { describe, expect, it } from "vitest";
import { type ProfileChanges, usualProfile } from "#core";
import type { JsonObject } from "#scim";
import { announced } from "./discovery.ts";

const types = (...endpoints: readonly string[]): readonly JsonObject[] => endpoints.map((endpoint) => ({ endpoint }));
const both = types("/Users", "/Groups");

const cases: readonly (readonly [
  name: string,
  config: JsonObject | null,
  types: readonly JsonObject[],
  ProfileChanges,
])[] = [
  ["nothing at all", null, [], {}],
  ["what is usual", { patch: { supported: true }, filter: { supported: true, maxResults: 200 } }, both, {}],
  ["no PATCH", { patch: { supported: false } }, both, { updateUsers: "put", updateGroups: "put" }],
  ["no filters", { filter: { supported: false } }, both, { filterable: [], filterableGroups: [] }],
  ["names in another letter case", { Patch: { Supported: false } }, both, { updateUsers: "put", updateGroups: "put" }],
  ["a text for a Boolean, which says nothing sure", { patch: { supported: "False" } }, both, {}],
  ["pages smaller than ours", { filter: { supported: true, maxResults: 20 } }, both, { pageSize: 20 }],
  [
    "the largest page beside the most results",
    { filter: { maxResults: 5000 }, pagination: { maxPageSize: 10 } },
    both,
    { pageSize: 10 },
  ],
  ["a page of none, which would never end", { filter: { maxResults: 0 } }, both, {}],
  ["cursors only", { pagination: { cursor: true, index: false } }, both, { paging: "cursor" }],
  [
    "cursors by default",
    { pagination: { cursor: true, index: true, defaultPaginationMethod: "CURSOR" } },
    both,
    { paging: "cursor" },
  ],
  ["cursors beside indexes", { pagination: { cursor: true, index: true } }, both, {}],
  ["users alone", null, types("/scim/v2/Users"), { supportsGroups: false }],
  ["types of neither kind", null, types("/Devices"), {}],
  ["things of a wrong kind", { patch: "no", filter: [], pagination: null }, both, {}],
];

describe("what a target announces", () => {
  it.each(cases)("%s", (_name, config, resourceTypes, found) => {
    expect(announced(config, resourceTypes, usualProfile)).toEqual(found);
  });
});

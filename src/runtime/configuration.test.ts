import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configurationSchema, readConfiguration } from "./configuration.ts";

const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");

test("the page on configuration lists every variable with its description, and no other", () => {
  const listed = [...page.matchAll(/^\| `([A-Z_]+)` \| [^|]+ \| (.+) \|$/gm)].map(([, name, meaning]) => [
    name,
    meaning,
  ]);
  expect(listed).toEqual(
    Object.entries(configurationSchema.shape).map(([name, variable]) => [name, variable.description]),
  );
});

test("nothing needs to be set", () => {
  expect(readConfiguration({})).toEqual({ LOCKSTEP_ALLOWED_HOSTS: [], LOCKSTEP_RETENTION_DAYS: 90 });
});

test("hosts are separated by commas, and a wrong variable is named", () => {
  expect(readConfiguration({ LOCKSTEP_ALLOWED_HOSTS: " a.example, ,b.example" }).LOCKSTEP_ALLOWED_HOSTS).toEqual([
    "a.example",
    "b.example",
  ]);
  expect(() => readConfiguration({ LOCKSTEP_RETENTION_DAYS: "0" })).toThrow(/LOCKSTEP_RETENTION_DAYS/);
});

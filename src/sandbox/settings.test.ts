import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { faults } from "./drill/index.ts";
import { readSettings, switchDescriptions } from "./settings.ts";

const page = readFileSync(new URL("../../docs/sandbox-thousandeyes.md", import.meta.url), "utf8");

/** The rows of the table under a heading, cell by cell. */
const rowsUnder = (heading: string): readonly (readonly string[])[] => {
  const [, text = ""] = page.split(`## ${heading}\n`);
  return (text.split("\n## ")[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.slice(2, -2).split(" | "));
};

const code = (value: unknown): string => `\`${String(value)}\``;

test("the page explains every switch as its schema does, and no other", () => {
  expect(rowsUnder("Switches")).toEqual(
    switchDescriptions.map(({ name, values, default: usual, description, basis, why }) => [
      code(name),
      values === null ? (typeof usual === "number" ? "number" : "names") : values.map(code).join(", "),
      code(usual),
      description,
      basis,
      why,
    ]),
  );
});

test("the page explains every fault of a drill as its table does, and no other", () => {
  expect(rowsUnder("Drills")).toEqual(
    Object.entries(faults).map(([kind, { reach, commits, description }]) => [
      code(kind),
      reach,
      commits ? "yes" : "no",
      description,
    ]),
  );
});

test("settings that are not given take the defaults that are told", () => {
  expect(readSettings({})).toEqual(
    Object.fromEntries(switchDescriptions.map(({ name, default: usual }) => [name, usual])),
  );
});

test.each([null, [], 5, { mode: "lax" }, { largestPage: 1.5 }, { discovery: "yes" }, { unheardOf: 1 }])(
  "settings of %j are refused with a sentence",
  (given) => {
    expect(() => readSettings(given)).toThrow(/cannot be used: .+ Correct them or leave them out\./);
  },
);

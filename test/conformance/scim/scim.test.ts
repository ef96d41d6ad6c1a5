import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Mode } from "#scim";
import { type GenericClient, openTestGeneric } from "#test/generic-client.ts";
import { openTestSandbox } from "#test/sandbox-client.ts";
import { discover, type Provider } from "./provider.ts";
import { allRequirements } from "./requirements/index.ts";
import { failureText, judge, type Verdict } from "./run.ts";
import { openWire, type Wire } from "./wire.ts";

/** What compat takes although the RFCs do not, because Entra sends it. Each of these has to fail there, or it does not belong here. */
const departures: Readonly<Record<string, string>> = {
  "7643-3-schemas-required": "a create may leave schemas out",
  "7643-2.3.2-boolean-literal": '"True" and "False" stand for Booleans',
  "7643-2.3.2-boolean-literal-on-patch": '"True" and "False" stand for Booleans',
  "7643-2.4-array-wanted": "a single text may stand for a list",
  "7644-3.5.2-one-operation-at-least": "an empty list of operations changes nothing",
  "7644-3.5.2.3-replace-no-match": "a value path that selects nothing makes the value",
  "7644-3.4.2.2-no-sub-attribute-after-brackets": 'emails[type eq "work"].value is how Entra looks for people',
};

test("there are requirements of every subject, each with an id of its own", () => {
  const ids = allRequirements.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThanOrEqual(400);
  expect([...new Set(allRequirements.map(({ subject }) => subject))]).toHaveLength(23);
  expect(allRequirements.filter(({ level }) => level === "MUST").length).toBeGreaterThanOrEqual(340);
  expect(Object.keys(departures).filter((id) => !ids.includes(id))).toEqual([]);
  const page = readFileSync(new URL("../../../docs/conformance.md", import.meta.url), "utf8");
  expect(page).toMatch(new RegExp(`: ${ids.length}\\s+requirements,`));
});

describe.each<Mode>(["strict", "compat"])("the generic sandbox in %s mode", (mode) => {
  let sandbox: GenericClient;
  let wire: Wire;
  let provider: Provider;
  beforeAll(async () => {
    sandbox = await openTestGeneric({ mode });
    wire = openWire({ baseUrl: sandbox.baseUrl, token: sandbox.token });
    provider = await discover(wire);
  });
  afterAll(() => sandbox.end());

  test.each(allRequirements)("$id", async (requirement) => {
    const verdict = await judge(requirement, wire, provider);
    const { kind } = verdict.outcome;
    const wanted = mode === "compat" && Object.hasOwn(departures, requirement.id) ? "failed" : "passed";
    if (kind === "failed" && wanted !== "failed") expect.fail(`\n${failureText(verdict)}`);
    if (kind === "skipped") expect.fail(`skipped: ${verdict.outcome.reason}`);
    expect({ kind, left: verdict.left }).toEqual({ kind: wanted, left: [] });
  });

  test("nothing is left behind", async () => {
    for (const kind of ["Users", "Groups"]) {
      const { body } = await sandbox.call("GET", `/${kind}?count=0`);
      expect(body.totalResults).toBe(0);
    }
  });
});

describe.each<Mode>(["strict", "compat"])("the sandbox that is like ThousandEyes, in %s mode", (mode) => {
  test("what it announces it does, but for compat's departures", async () => {
    const sandbox = await openTestSandbox({ settings: { mode, confirmEmailChanges: false } });
    const wire = openWire({ baseUrl: sandbox.baseUrl, token: sandbox.token });
    const provider = await discover(wire);
    const verdicts: Verdict[] = [];
    for (const requirement of allRequirements) verdicts.push(await judge(requirement, wire, provider));
    await sandbox.end();
    const broken = verdicts.filter(
      ({ outcome, requirement: { id, level } }) =>
        outcome.kind === "failed" && level === "MUST" && !(mode === "compat" && Object.hasOwn(departures, id)),
    );
    expect(broken.map(failureText).join("\n\n")).toBe("");
    expect(verdicts.filter(({ outcome }) => outcome.kind === "passed").length).toBeGreaterThanOrEqual(210);
    expect(verdicts.flatMap(({ left }) => left)).toEqual([]);
  }, 180_000);
});

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseFilter, schemaUrns } from "lockstep/scim";
import { expect, test } from "vitest";
import * as room from "#scim";

const root = fileURLToPath(new URL("../", import.meta.url));
const readme = readFileSync(new URL("../src/scim/README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/^## (.+)$|^```ts\n([\s\S]*?)^```$/gm)].reduce<[title: string, code: string][]>(
  (found, [, title, code]) => {
    if (title !== undefined) found.push([title, ""]);
    else found.at(-1)![1] = code!;
    return found;
  },
  [],
);

test("the package exports the room scim, and the same functions as to the rooms beside it", () => {
  expect(parseFilter).toBe(room.parseFilter);
  expect(schemaUrns.user).toBe("urn:ietf:params:scim:schemas:core:2.0:User");
});

test("every section of the room's page that shows code shows one example", () => {
  expect(examples.filter(([, code]) => code !== "").map(([title]) => title)).toEqual([
    "Finding",
    "Creating and replacing",
    "Changing a stored resource",
    "Asking a target for a change",
  ]);
  expect(readme.match(/^```ts$/gm)).toHaveLength(4);
});

test.each(examples.filter(([, code]) => code !== ""))("the example of %s runs", (_, code) => {
  expect(code).toMatch(/from "lockstep\/scim"/);
  expect(code).toMatch(/assert/);
  const run = spawnSync(process.execPath, ["--input-type=module-typescript"], {
    cwd: root,
    input: code,
    encoding: "utf8",
  });
  expect(run.stderr).toBe("");
  expect(run.status).toBe(0);
});

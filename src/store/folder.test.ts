import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeFolder } from "./folder.ts";

const root = mkdtempSync(join(tmpdir(), "lockstep-folder-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("missing folders are made, for their owner only, and one that is there is taken", () => {
  const folder = join(root, "a", "b c");
  makeFolder(folder);
  makeFolder(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test.each([
  ["a file", () => join(root, "file"), "there is a file of that name"],
  ["below a file", () => join(root, "file", "data"), "there is a file of that name"],
  ["where no folder can be made", () => "/proc/nope/data", "no folder can be made there"],
])("%s is refused with a sentence", (_, folder, reason) => {
  writeFileSync(join(root, "file"), "");
  expect(() => makeFolder(folder())).toThrow(
    expect.objectContaining({
      code: "FolderUnusable",
      message: expect.stringContaining(`(${reason}). Name another with --data`),
    }),
  );
});

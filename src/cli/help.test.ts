import { expect, test } from "vitest";
import { run } from "./test-shell.ts";

/** Names of the commands that a help lists. */
const commandsIn = (help: string): readonly string[] => {
  const at = help.indexOf("\nCommands:");
  if (at < 0) return [];
  return [...help.slice(at).matchAll(/^ {2}([a-z][a-z-]*)/gm)]
    .map(([, name]) => name!)
    .filter((name) => name !== "help");
};

const helpOf = async (line: readonly string[]): Promise<string> => {
  const { code, out } = await run([...line, "--help"]);
  expect(code, line.join(" ")).toBe(0);
  return out;
};

test("the help of every command has examples that begin with the command", async () => {
  const tops = commandsIn(await helpOf([]));
  expect(tops).toEqual(
    expect.arrayContaining(
      "start sandbox import app assign unassign credentials test-connection run pause restart retry held status provision logs expression".split(
        " ",
      ),
    ),
  );
  let leaves = 0;
  for (const top of tops) {
    const below = commandsIn(await helpOf([top]));
    for (const line of below.length === 0 ? [[top]] : below.map((name) => [top, name])) {
      leaves += 1;
      expect(await helpOf(line), line.join(" ")).toMatch(new RegExp(`\nExamples:\n {2}\\$ lockstep ${line[0]}\\b`));
    }
  }
  expect(leaves).toBeGreaterThan(35);
});

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const shell = fileURLToPath(new URL("./shell.ts", import.meta.url));

/** Answers a question in a process whose input and error output claim to be a terminal. */
const answer = (options: object) => {
  const script = `
    process.stdin.isTTY = true; process.stderr.isTTY = true;
    const { processShell } = await import(${JSON.stringify(shell)});
    console.log(await processShell().ask("Token: ", ${JSON.stringify(options)}));`;
  const args = ["--input-type=module", "--eval", script];
  return spawnSync(process.execPath, args, { input: "s3cret\r", encoding: "utf8" });
};

test("a hidden answer is not shown, an open one is", () => {
  const hidden = answer({ hidden: true });
  expect([hidden.stdout, hidden.stderr]).toEqual(["s3cret\n", "Token: \n"]);
  const open = answer({});
  expect(open.stdout).toBe("s3cret\n");
  expect(open.stderr).toContain("s3cret");
});

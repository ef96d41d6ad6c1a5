#!/usr/bin/env node
// TypeScript runs as it is on Node.js 24, which the project brings along: an older Node.js hands over to it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const NEEDED = 24;

if (Number(process.versions.node.split(".")[0]) >= NEEDED) {
  // Most of the time that a small command takes is compiling; where the folder cannot be written, nothing is kept.
  module.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/lockstep/compiled", import.meta.url)));
  endWithParent();
  await import("../src/cli/main.ts");
} else handOver();

// Who was handed over to stops in good order when the other one is gone without a word, and nobody is left to pass signals on.
function endWithParent() {
  if (process.channel === undefined) return;
  process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel.unref();
}

function handOver() {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const node = fileURLToPath(new URL(`../node_modules/node/bin/${name}`, import.meta.url));
  if (!existsSync(node)) {
    const folder = fileURLToPath(new URL("..", import.meta.url));
    process.stderr.write(
      `Lockstep needs Node.js ${NEEDED}; this is ${process.version}, and the one that the project brings is not installed. Run npm ci first, in ${folder}\n`,
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  // A terminal sends Ctrl-C to both processes, and the child is the one that stops in good order; others signal this one alone.
  process.on("SIGINT", () => {
    if (!process.stdin.isTTY) child.kill("SIGINT");
  });
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`Lockstep could not start ${node}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.exit(code ?? 128 + (signal === null ? 1 : constants.signals[signal]));
  });
}

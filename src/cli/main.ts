import { codeOf } from "#runtime";
import { runCommandLine } from "./program.ts";
import { processShell } from "./shell.ts";

// A reader that goes away early, such as `head`, is no error.
process.stdout.on("error", (error) => process.exit(codeOf(error) === "EPIPE" ? 0 : 1));

process.exitCode = await runCommandLine(process.argv.slice(2), processShell());

import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import type { Register } from "./command.ts";
import { registerApp } from "./commands/app.ts";
import { registerAssign, registerUnassign } from "./commands/assign.ts";
import { registerAttribute } from "./commands/attribute.ts";
import { registerCredentials, registerTestConnection } from "./commands/credentials.ts";
import { registerDoctor } from "./commands/doctor.ts";
import { registerExpression } from "./commands/expression.ts";
import { registerFilter } from "./commands/filter.ts";
import { registerGroup } from "./commands/group.ts";
import { registerHeld } from "./commands/held.ts";
import { registerImport } from "./commands/import.ts";
import { registerPause, registerRestart, registerResume } from "./commands/job-state.ts";
import { registerLogs } from "./commands/logs.ts";
import { registerMapping } from "./commands/mapping.ts";
import { registerProfile } from "./commands/profile.ts";
import { registerProvision } from "./commands/provision.ts";
import { registerRetry } from "./commands/retry.ts";
import { registerRun } from "./commands/run.ts";
import { registerSandbox } from "./commands/sandbox.ts";
import { registerSchema } from "./commands/schema.ts";
import { registerSettings } from "./commands/settings.ts";
import { registerStart } from "./commands/start.ts";
import { registerStatus } from "./commands/status.ts";
import { registerUser } from "./commands/user.ts";
import { printable, wrap } from "./output/text.ts";
import { type ExitCode, errorAsJson, errorAsText, exitCodeOf, exitCodes } from "./problems.ts";
import { columnsOf, type Shell } from "./shell.ts";

const commands: readonly Register[] = [
  registerStart,
  registerSandbox,
  registerStatus,
  registerImport,
  registerUser,
  registerGroup,
  registerApp,
  registerCredentials,
  registerTestConnection,
  registerDoctor,
  registerProfile,
  registerAssign,
  registerUnassign,
  registerRun,
  registerPause,
  registerResume,
  registerRestart,
  registerSettings,
  registerRetry,
  registerHeld,
  registerProvision,
  registerLogs,
  registerMapping,
  registerFilter,
  registerAttribute,
  registerSchema,
  registerExpression,
];

const versionOf = (): string => {
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
};

/** The whole command line, ready to parse. @param quiet leaves wrong use to the caller to print */
export const createProgram = (shell: Shell, quiet = false): Command => {
  const program = new Command("lockstep")
    .description("Keeps the accounts in an organisation's applications in step with its directory.")
    .version(versionOf())
    .exitOverride()
    // `schema export --version` is not the program's own option.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => shell.stdout.write(text),
      writeErr: (text) => shell.stderr.write(text),
      outputError: (text, write) => {
        if (!quiet) write(text);
      },
      getOutHelpWidth: () => columnsOf(shell.stdout, 100),
      getErrHelpWidth: () => columnsOf(shell.stderr, 100),
    })
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 wrong use, 3 no server is running.\nBegin with: npx lockstep start. Examples of a command: npx lockstep COMMAND --help",
    );
  for (const register of commands) register(program, shell);
  return program;
};

/** Runs one command line to its end, prints what went wrong, and tells the exit code. @param args without `node` and the script */
export const runCommandLine = async (args: readonly string[], shell: Shell): Promise<ExitCode> => {
  const options = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  const json = options.includes("--json");
  const program = createProgram(shell, json);
  try {
    await program.parseAsync([...args], { from: "user" });
    return shell.exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return fail(error, json, shell);
    if (error.exitCode === 0) return exitCodes.ok;
    const there = error.code === "commander.unknownCommand" ? commandsOf(groupOf(program, args)) : "";
    if (there !== "" && !json) shell.stderr.write(`${wrap(there, columnsOf(shell.stderr, 100))}\n`);
    if (json) {
      const message = [error.message.replace(/^error: /, ""), there].filter(Boolean).join("\n");
      shell.stderr.write(`${JSON.stringify({ error: { code: "WrongUse", message } })}\n`);
    }
    return exitCodes.wrongUse;
  }
};

/** The command whose own commands were asked for in vain. */
const groupOf = (program: Command, args: readonly string[]): Command => {
  let group = program;
  for (const arg of args) {
    const next = group.commands.find((one) => one.name() === arg);
    if (next === undefined && !arg.startsWith("-")) break;
    group = next ?? group;
  }
  return group;
};

const commandsOf = (group: Command): string =>
  `The commands of ${group.name()} are: ${group.commands.map((one) => one.name()).join(", ")}.`;

const fail = (error: unknown, json: boolean, shell: Shell): ExitCode => {
  const width = shell.stderr.isTTY === true ? columnsOf(shell.stderr) : Number.POSITIVE_INFINITY;
  const paragraph = errorAsText(error)
    .split("\n")
    .map((line) => wrap(printable(line), width))
    .join("\n");
  shell.stderr.write(`${json ? JSON.stringify(errorAsJson(error)) : paragraph}\n`);
  return exitCodeOf(error);
};

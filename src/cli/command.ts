import type { Command } from "commander";
import { type Client, connect } from "./client/client.ts";
import { type Style, styleFor } from "./output/style.ts";
import { wrongUse } from "./problems.ts";
import { columnsOf, type Shell, writeAll } from "./shell.ts";

/** Options that most commands have. */
export interface ServerOptions {
  readonly json?: boolean;
  readonly data?: string;
}

export interface AppOptions extends ServerOptions {
  readonly app?: string;
}

/** A command as one file of `commands/` adds it. */
export type Register = (program: Command, shell: Shell) => void;

/** Gives a command `--json`. */
export const withJson = (command: Command): Command => command.option("--json", "print JSON for programs");

/** Gives a command what it needs to find the server. */
export const withServer = (command: Command): Command =>
  withJson(command).option("--data <dir>", "data folder of the server (default: .lockstep here or in a folder above)");

/** Gives a command `--app`, beside the data folder. */
export const withApp = (command: Command): Command =>
  withServer(command).option(
    "--app <app>",
    "the app: display name, template id or id; may be left out when there is one",
  );

/** Refuses `--NAME` together with `--no-NAME`, of which the later would win without a word. */
export const notBoth = (command: Command, name: string): Command => {
  const said = new Set<string>();
  for (const option of [name, `no-${name}`]) {
    command.on(`option:${option}`, () => {
      if (said.add(option).size > 1) throw wrongUse(`Give one of --${name} and --no-${name}.`);
    });
  }
  return command;
};

/** Examples below a command's help; each is a command line without `lockstep`, and what it does. */
export const examples = (command: Command, entries: readonly (readonly [line: string, meaning: string])[]): Command => {
  const width = Math.max(...entries.map(([line]) => line.length));
  const lines = entries.map(([line, meaning]) => `  $ lockstep ${line.padEnd(width)}  # ${meaning}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
};

/** What a command that speaks to the server works with. */
export interface Session {
  readonly client: Client;
  readonly style: Style;
  /** Columns of the terminal; null where output is piped. */
  readonly width: number | null;
  readonly json: boolean;
  /** Prints `value` as one line of JSON, or what `human` makes for people. */
  print(value: unknown, human: () => string): Promise<void>;
}

export const openSession = async (options: ServerOptions, shell: Shell): Promise<Session> => {
  const json = options.json === true;
  const client = await connect(options.data, shell);
  return { client, json, ...printerOf(json, shell) };
};

/** The ways of printing, for commands without a server too. */
export const printerOf = (json: boolean, shell: Shell): Pick<Session, "style" | "width" | "print"> => ({
  style: styleFor(shell.stdout, shell.env),
  width: shell.stdout.isTTY === true ? columnsOf(shell.stdout) : null,
  print: async (value, human) => {
    const text = json ? JSON.stringify(value) : human();
    if (text !== "") await writeAll(shell.stdout, `${text}\n`);
  },
});

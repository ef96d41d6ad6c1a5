import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { wholeNumber } from "../arguments.ts";
import { dataFolder } from "../client/find-server.ts";
import { examples, printerOf, type Register, withJson } from "../command.ts";
import { watchInterrupts } from "../interrupts.ts";
import { facts } from "../output/table.ts";

interface SandboxFlags {
  readonly json?: boolean;
  readonly data?: string;
  readonly port: number;
  readonly memory?: boolean;
  readonly rateLimit: number | "off";
}

const rateLimit = (text: string): number | "off" => {
  if (text.toLowerCase() === "off") return "off";
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 1_000_000) return value;
  throw new InvalidArgumentError('It must be a number of requests a minute, or "off".');
};

export const registerSandbox: Register = (program, shell) => {
  const command = program
    .command("sandbox")
    .summary("start a ThousandEyes sandbox tenant alone")
    .description(
      "Starts a SCIM service provider with the rules of a ThousandEyes tenant, to rehearse with. Its state survives a restart.",
    )
    .option("--port <number>", "port; the next free one if it is taken", wholeNumber(0, 65535), 8401)
    .option("--data <dir>", "folder that keeps the tenant (default: sandbox in the data folder)")
    .option("--memory", "keep nothing: the tenant is gone when the sandbox stops")
    .option("--rate-limit <n|off>", "requests a minute", rateLimit, 240);
  examples(withJson(command), [
    ["sandbox", "a tenant that survives a restart"],
    ["sandbox --memory --port 0 --json", "a throw-away tenant for a test, on any free port"],
    ["sandbox --rate-limit off", "without the limit of 240 requests a minute"],
  ]);
  command.action(async (flags: SandboxFlags) => {
    const { print, style } = printerOf(flags.json === true, shell);
    const interrupts = watchInterrupts(shell, () => undefined);
    try {
      const { startSandbox } = await import("#app");
      const kept =
        flags.data === undefined
          ? join(dataFolder(undefined, shell.cwd), "sandbox")
          : dataFolder(flags.data, shell.cwd);
      const data = flags.memory === true ? null : kept;
      const running = await startSandbox({ data, port: flags.port, rateLimit: flags.rateLimit });
      try {
        const { baseUrl, token, web, signInLink } = running;
        await print({ baseUrl, token, web, signInLink }, () => {
          const limit = flags.rateLimit === "off" ? "none" : `${flags.rateLimit} requests a minute`;
          const rows = facts(
            [
              ["SCIM base URL", baseUrl],
              ["token", token],
              ["page", web],
              ["sign in once", signInLink],
              ["rate limit", limit],
              ["kept in", data ?? "memory only"],
            ],
            "  ",
          );
          return `${style.bold("The sandbox tenant is up.")} Ctrl-C stops it.\n${rows}`;
        });
        await interrupts.happened;
      } finally {
        await running.stop();
      }
    } finally {
      interrupts.end();
    }
  });
};

import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newToken } from "#runtime";

/** The small files of a data folder beside the database. All are for their owner only. */
export interface ServerFiles {
  readonly tokenFile: string;
  /** The command line's token: made at first start, kept afterwards. */
  readonly token: string;
  /** Tells the command line where the server is. */
  announce(url: string): void;
  withdraw(): void;
  /** Whether the first run has been set up to its end. */
  isSetUp(): boolean;
  markSetUp(): void;
  /** The base addresses that the sandbox tenant has had, the last one last. */
  sandboxAddresses(): readonly string[];
  rememberSandboxAddress(baseUrl: string): void;
}

/** More than a series of crashes, each at another port, will need. */
const keptAddresses = 50;

export const openServerFiles = (data: string): ServerFiles => {
  const path = (name: string) => join(data, name);
  const read = (name: string): string | null =>
    existsSync(path(name)) ? readFileSync(path(name), "utf8").trim() : null;
  const write = (name: string, text: string) => writeFileSync(path(name), `${text}\n`, { mode: 0o600 });
  const sandboxAddresses = () => (read("sandbox-address") ?? "").split("\n").filter((address) => address !== "");
  let token = read("token");
  if (token === null || token === "") {
    token = newToken();
    write("token", token);
  }
  return {
    tokenFile: path("token"),
    token,
    announce: (url) => write("server.json", JSON.stringify({ url, pid: process.pid, tokenFile: path("token") })),
    withdraw: () => rmSync(path("server.json"), { force: true }),
    isSetUp: () => existsSync(path("set-up")),
    markSetUp: () => write("set-up", new Date().toISOString()),
    sandboxAddresses,
    rememberSandboxAddress: (baseUrl) => {
      const others = sandboxAddresses().filter((address) => address !== baseUrl);
      write("sandbox-address", [...others.slice(1 - keptAddresses), baseUrl].join("\n"));
    },
  };
};

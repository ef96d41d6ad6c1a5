import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  /** The base address that the sandbox tenant had when it last ran, or null. */
  sandboxAddress(): string | null;
  rememberSandboxAddress(baseUrl: string): void;
}

export const openServerFiles = (data: string): ServerFiles => {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const path = (name: string) => join(data, name);
  const read = (name: string): string | null =>
    existsSync(path(name)) ? readFileSync(path(name), "utf8").trim() : null;
  const write = (name: string, text: string) => writeFileSync(path(name), `${text}\n`, { mode: 0o600 });
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
    sandboxAddress: () => read("sandbox-address"),
    rememberSandboxAddress: (baseUrl) => write("sandbox-address", baseUrl),
  };
};

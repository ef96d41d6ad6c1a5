/** What the tests of this room share: a shell that keeps what is written to it, and a loopback server that speaks JSON. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Clock } from "#runtime";
import { exitCodes } from "./problems.ts";
import { runCommandLine } from "./program.ts";
import type { Shell } from "./shell.ts";

export interface TestOutput {
  readonly written: string[];
  write(text: string): boolean;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export const openOutput = (terminal?: { readonly columns: number }): TestOutput => {
  const written: string[] = [];
  const write = (piece: string) => {
    written.push(piece);
    return true;
  };
  return { written, write, ...(terminal === undefined ? {} : { isTTY: true, columns: terminal.columns }) };
};

/** A clock that stands still but for `advance`; sleeping advances it. */
export const openClock = (start = "2025-03-01T12:00:00.000Z"): Clock & { advance(milliseconds: number): void } => {
  let at = Date.parse(start);
  const advance = (milliseconds: number) => {
    at += milliseconds;
  };
  return { now: () => new Date(at), sleep: async (milliseconds) => advance(milliseconds), advance };
};

export interface Answer {
  readonly status?: number;
  readonly json?: unknown;
  readonly lines?: readonly unknown[];
  /** Ends the connection after the lines, in the middle of the answer. */
  readonly cut?: boolean;
}

export interface Asked {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

export interface TestServer {
  readonly url: string;
  readonly asked: Asked[];
  /** Folder with server.json and token, as a running server leaves them. */
  readonly data: string;
  stop(): Promise<void>;
}

/** Answers `"METHOD /path"`; what is not in the map is a 404 in Graph's form. */
export const openServer = async (
  routes: Readonly<Record<string, Answer | ((asked: Asked) => Answer)>>,
): Promise<TestServer> => {
  const asked: Asked[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const one: Asked = {
      method: request.method ?? "",
      url: request.url ?? "",
      authorization: request.headers.authorization,
      body: await text(request),
    };
    asked.push(one);
    const route = routes[`${one.method} ${one.url.split("?")[0]}`];
    const answer = (typeof route === "function" ? route(one) : route) ?? {
      status: 404,
      json: { error: { code: "Request_ResourceNotFound", message: `There is nothing at ${one.url}.` } },
    };
    response.statusCode = answer.status ?? 200;
    if (answer.lines === undefined) {
      response.end(answer.json === undefined ? "" : JSON.stringify(answer.json));
      return;
    }
    for (const line of answer.lines) response.write(`${JSON.stringify(line)}\n`);
    if (answer.cut === true) response.socket?.end();
    else response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const data = await mkdtemp(join(tmpdir(), "lockstep-cli-"));
  await writeFile(join(data, "token"), "the-token\n");
  await writeFile(join(data, "server.json"), JSON.stringify({ url, pid: process.pid, tokenFile: join(data, "token") }));
  return {
    url,
    asked,
    data,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(data, { recursive: true, force: true });
    },
  };
};

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process. @param changes what the shell has other than an empty, piped one */
export const run = async (args: readonly string[], changes: Partial<Shell> = {}): Promise<Ran> => {
  const out = openOutput();
  const err = openOutput();
  const shell: Shell = {
    stdin: (async function* () {})() as Shell["stdin"],
    stdout: out,
    stderr: err,
    env: {},
    cwd: tmpdir(),
    clock: openClock(),
    ask: null,
    onInterrupt: () => () => undefined,
    kill: () => undefined,
    exitCode: exitCodes.ok,
    ...changes,
  };
  const code = await runCommandLine(args, shell);
  return { code, out: out.written.join(""), err: err.written.join("") };
};

import { type ClientRequest, type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { codeOf } from "#runtime";
import { CliError, ServerError } from "../problems.ts";
import type { Shell } from "../shell.ts";
import { findServer, type ServerAddress } from "./find-server.ts";
import { linesOf } from "./ndjson.ts";

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface RequestOptions {
  readonly query?: Query;
  /** Sent as JSON; a stream is sent as it is. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Speaks to the running server. A path begins with `/lockstep/v1` or `/v1.0`; its parts are encoded by `path`. */
export interface Client {
  readonly url: URL;
  /** The JSON of the answer; null where it has no body. Throws ServerError for an error, CliError NoServer where nobody answers. */
  ask(method: string, path: string, options?: RequestOptions): Promise<unknown>;
  /** The answer's lines, each parsed, as they come. An error in the answer or as a line is thrown. */
  stream(method: string, path: string, options?: RequestOptions): AsyncGenerator<unknown>;
}

/** A path with its parts encoded: path`/users/${upn}` */
export const path = (strings: TemplateStringsArray, ...parts: readonly string[]): string =>
  strings.reduce((whole, literal, index) => whole + encodeURIComponent(parts[index - 1] ?? "") + literal);

export const connect = async (data: string | undefined, shell: Pick<Shell, "env" | "cwd">): Promise<Client> =>
  clientOf(await findServer(data, shell));

const clientOf = (server: ServerAddress): Client => ({
  url: server.url,
  ask: async (method, target, options = {}) => {
    const answer = await send(server, method, target, options);
    return parse(await bodyOf(answer, server), answer, server);
  },
  stream: async function* (method, target, options = {}) {
    const answer = await send(server, method, target, options);
    try {
      for await (const line of linesOf(answer)) {
        const item = parse(line, answer, server);
        const error = errorIn(item);
        if (error !== null) throw new ServerError(answer.statusCode ?? 200, error);
        yield item;
      }
    } catch (error) {
      throw error instanceof CliError || options.signal?.aborted === true ? error : broken(server);
    } finally {
      answer.destroy();
    }
  },
});

const send = async (
  server: ServerAddress,
  method: string,
  target: string,
  options: RequestOptions,
): Promise<IncomingMessage> => {
  const url = new URL(server.url.pathname.replace(/\/$/, "") + target, server.url);
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const stream = isStream(options.body) ? options.body : null;
  const json = options.body === undefined || stream !== null ? null : JSON.stringify(options.body);
  const headers: Record<string, string> = {
    authorization: `Bearer ${server.token}`,
    accept: "application/json, application/x-ndjson",
  };
  if (json !== null) {
    headers["content-type"] = "application/json";
    headers["content-length"] = String(Buffer.byteLength(json));
  } else if (stream !== null) headers["content-type"] = "application/octet-stream";
  else if (method !== "GET") headers["content-length"] = "0";
  const outgoing = (url.protocol === "https:" ? requestSecure : requestPlain)(url, {
    method,
    headers,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const answer = await answerOf(outgoing, stream, json, server, options.signal);
  if ((answer.statusCode ?? 500) < 400) return answer;
  const body = await bodyOf(answer, server);
  throw new ServerError(answer.statusCode ?? 500, errorIn(tryParse(body)) ?? refusal(answer, server));
};

const answerOf = (
  outgoing: ClientRequest,
  stream: Readable | null,
  json: string | null,
  server: ServerAddress,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    outgoing.once("response", resolve);
    // After the answer has begun its own stream tells what happened; a late error of the request must not end the process.
    outgoing.on("error", (error) => reject(signal?.aborted === true ? error : unreachable(error, server)));
    if (stream === null) {
      outgoing.end(json ?? undefined);
      return;
    }
    stream.on("error", (error) => {
      reject(error);
      outgoing.destroy();
    });
    stream.pipe(outgoing);
  });

const absentCodes = new Set(["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN", "EADDRNOTAVAIL"]);

const unreachable = (error: Error, server: ServerAddress): CliError =>
  absentCodes.has(codeOf(error) ?? "") ? server.absent : broken(server, error.message);

const broken = (server: ServerAddress, why = "the answer broke off"): CliError =>
  new CliError(
    "StreamBroken",
    `The connection to the server at ${server.url.origin} was lost (${why}). It may have been stopped; what was finished is kept. See npx lockstep status.`,
  );

const bodyOf = async (answer: IncomingMessage, server: ServerAddress): Promise<string> => {
  try {
    return await text(answer);
  } catch {
    throw broken(server);
  }
};

const parse = (body: string, answer: IncomingMessage, server: ServerAddress): unknown => {
  if (body.trim() === "") return null;
  const value = tryParse(body);
  if (value !== undefined) return value;
  throw new ServerError(answer.statusCode ?? 500, {
    code: "NotJson",
    message: `What answers at ${server.url.origin} does not speak JSON; it is not a Lockstep server.`,
  });
};

const tryParse = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

const errorIn = (value: unknown): ServerError["body"] | null => {
  const error = (value as { error?: unknown } | null | undefined)?.error;
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return typeof code === "string" && typeof message === "string" ? { ...(error as object), code, message } : null;
};

const refusal = (answer: IncomingMessage, server: ServerAddress): ServerError["body"] => {
  const status = answer.statusCode ?? 500;
  if (status === 401) {
    return {
      code: "Unauthorized",
      message: `The server at ${server.url.origin} refused the token. It may serve another data folder; name the folder with --data.`,
    };
  }
  return {
    code: `Http${status}`,
    message: `The server at ${server.url.origin} answered ${status} without an explanation.`,
  };
};

const isStream = (value: unknown): value is Readable =>
  typeof value === "object" && value !== null && typeof (value as { pipe?: unknown }).pipe === "function";

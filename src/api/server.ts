import type { AddressInfo } from "node:net";
import { createAdaptorServer, type ServerType } from "@hono/node-server";
import { codeOf } from "#runtime";
import type { ApiOptions } from "./api.ts";
import { createApp } from "./app.ts";
import { clearUploads } from "./upload.ts";

export interface OpenApiOptions extends Omit<ApiOptions, "closing" | "underWay"> {
  /** The first port to try; 0: any. */
  readonly port: number;
}

export interface OpenedApi {
  /** Where clients reach it, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, ends the streams, and waits for what is under way. */
  close(): Promise<void>;
}

/** Ports after the wished one that are tried before any is taken. */
const tries = 20;
/** Milliseconds that requests under way have to end when the server closes. */
const patience = 3000;
/** Milliseconds between two looks whether connections have become idle. */
const moment = 50;

/** Listens for requests. A port that is taken gives way to the next free one; `port` of the answer is the one that it became. */
export const openApi = async (options: OpenApiOptions): Promise<OpenedApi> => {
  const closing = new AbortController();
  await clearUploads(options.info.data);
  const underWay = new Set<Promise<void>>();
  const app = createApp({ ...options, closing: closing.signal, underWay });
  const server = createAdaptorServer({ fetch: app.fetch });
  const port = await listen(server, options.host, options.port);
  return {
    url: `http://${shown(options.host)}:${port}`,
    port,
    close: async () => {
      closing.abort();
      const closed = Promise.withResolvers<void>();
      const isClosed = new AbortController();
      server.close(() => {
        isClosed.abort();
        closed.resolve();
      });
      for (let waited = 0; waited < patience && !isClosed.signal.aborted; waited += moment) {
        if ("closeIdleConnections" in server) server.closeIdleConnections();
        await options.clock.sleep(moment, isClosed.signal);
      }
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed.promise;
      await Promise.all(underWay);
    },
  };
};

const shown = (host: string): string => {
  if (host === "0.0.0.0" || host === "::" || host === "") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
};

const listen = async (server: ServerType, host: string, wished: number): Promise<number> => {
  const ports = wished === 0 ? [0] : [...Array.from({ length: tries + 1 }, (_unused, index) => wished + index), 0];
  for (const port of ports.filter((each) => each <= 65_535)) {
    if (await isBound(server, host, port)) return (server.address() as AddressInfo).port;
  }
  throw new Error(`No port could be opened on ${host}.`);
};

const isBound = (server: ServerType, host: string, port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      server.off("listening", bound);
      if (codeOf(error) === "EADDRINUSE" || codeOf(error) === "EACCES") resolve(false);
      else reject(error);
    };
    const bound = () => {
      server.off("error", failed);
      resolve(true);
    };
    server.once("error", failed);
    server.once("listening", bound);
    server.listen(port, host);
  });

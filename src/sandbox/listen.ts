import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { codeOf, sentenceOf } from "#runtime";
import { errorBody, scimMediaType, statusError } from "#scim";
import { SandboxError } from "./errors.ts";

/** Ports after the wanted one that are tried before any free one is taken. */
const neighbours = 20;
/** Milliseconds that a request under way gets when the server closes. */
const patience = 1000;

/** Bytes of a request's first line and headers: room for the longest filter, with each of its characters encoded as nine. */
const longestHead = 96 * 1024;
/** Milliseconds in which a client that is still sending reads why its request is refused. */
const farewell = 2000;

const headRefused = (code: string | undefined) => {
  if (code === "HPE_HEADER_OVERFLOW") {
    const detail = `The first line and the headers of a request may have at most ${longestHead} bytes. Send a long filter in the body of a POST to /.search, where that is offered.`;
    return { reason: "431 Request Header Fields Too Large", error: statusError(431, detail) };
  }
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return { reason: "408 Request Timeout", error: statusError(408, "The request did not arrive whole in time.") };
  }
  return { reason: "400 Bad Request", error: statusError(400, "This is no HTTP request that can be read.") };
};

/** Answers what never became a request. */
const refuseHead = (error: Error, socket: Socket): void => {
  if (!socket.writable || codeOf(error) === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const { reason, error: refusal } = headRefused(codeOf(error));
  const body = JSON.stringify(errorBody(refusal));
  // Closing while the client still sends would take the answer along.
  socket.resume();
  setTimeout(() => socket.destroy(), farewell).unref();
  socket.end(
    `HTTP/1.1 ${reason}\r\nConnection: close\r\nContent-Type: ${scimMediaType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
};

const listenOn = (server: Server, host: string, port: number): Promise<"listening" | "taken"> =>
  new Promise((resolve, reject) => {
    const onError = (error: Error) => {
      if (codeOf(error) === "EADDRINUSE") return resolve("taken");
      reject(
        new SandboxError(
          "CannotListen",
          `The sandbox cannot listen on ${host}, port ${port} (${sentenceOf(error)}). Name another host or port.`,
          { facts: { host, port }, cause: error },
        ),
      );
    };
    server.once("error", onError);
    server.listen({ host, port }, () => {
      server.off("error", onError);
      resolve("listening");
    });
  });

/** What answers requests; it never throws. */
export type Fetch = (request: Request, env: HttpBindings) => Response | Promise<Response>;

export interface Listening {
  readonly port: number;
  /** Ends within a second, connections that clients keep open included. */
  close(): Promise<void>;
}

/** Opens a server on the port, or on the next free one, or (0) on any. `prepare` is told the address before the first request. @throws SandboxError `CannotListen` */
export const listen = async (
  { host, port }: { host: string; port: number },
  prepare: (port: number) => Fetch,
): Promise<Listening> => {
  let fetch: Fetch | undefined;
  const server = createServer(
    { maxHeaderSize: longestHead },
    getRequestListener((request, env) =>
      fetch === undefined ? new Response(null, { status: 503 }) : fetch(request, env as HttpBindings),
    ),
  );
  // Longer than pooled clients keep a connection, so that they close it and never meet one that is closing.
  server.keepAliveTimeout = 65_000;
  server.on("clientError", refuseHead);
  const candidates = port === 0 ? [0] : [...Array.from({ length: neighbours }, (_, step) => port + step), 0];
  for (const candidate of candidates) {
    if (candidate <= 65_535 && (await listenOn(server, host, candidate)) === "listening") break;
  }
  const actual = (server.address() as AddressInfo).port;
  fetch = prepare(actual);
  return {
    port: actual,
    close: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), patience);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
};

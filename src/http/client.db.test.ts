import { createServer, type Server } from "node:http";
import {
  type AddressInfo,
  createServer as createSocketServer,
  type Socket,
  type Server as SocketServer,
} from "node:net";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "#runtime";
import { openManualClock } from "#test/wire/manual-clock.ts";
import { type HttpClient, type HttpOutcome, type HttpRequest, openHttpClient, type ResolveName } from "./index.ts";

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const portOf = (server: SocketServer): Promise<number> =>
  new Promise((done) => {
    const sockets = new Set<Socket>();
    server.on("connection", (socket: Socket) => sockets.add(socket));
    server.listen(0, "127.0.0.1", () => done((server.address() as AddressInfo).port));
    cleanups.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((closed) => server.close(closed));
    });
  });

const httpServer = async (answer: Parameters<typeof createServer>[1]): Promise<{ server: Server; port: number }> => {
  const server = createServer(answer as never);
  return { server, port: await portOf(server) };
};

const client = (more: Partial<Parameters<typeof openHttpClient>[0]> = {}): HttpClient => {
  const open = openHttpClient({ clock: systemClock, allowedHosts: [], ...more });
  cleanups.push(() => open.close());
  return open;
};

const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: "GET",
  url,
  headers: { authorization: "Bearer sesame" },
  body: null,
  deadline: 20_000,
  maxBytes: 1000,
  ...more,
});

const brief = (outcome: HttpOutcome) =>
  outcome.ok
    ? { status: outcome.response.status, body: outcome.response.body }
    : { code: outcome.failure.code, sent: outcome.failure.sent };

const resolving =
  (...addresses: string[]): ResolveName =>
  (_host, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );

test("sends and receives text in any script over kept connections", async () => {
  let connections = 0;
  const { server, port } = await httpServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => response.end(`${request.method} ${request.url} ${request.headers.authorization} ${body}`));
  });
  server.on("connection", () => {
    connections += 1;
  });
  const http = client();
  for (const body of ["Ünïcödé 東京", "two", "three", "four", "five", "six"]) {
    const outcome = await http.request(get(`http://127.0.0.1:${port}/a?b=c`, { method: "POST", body }));
    expect(brief(outcome)).toEqual({ status: 200, body: `POST /a?b=c Bearer sesame ${body}` });
  }
  // A request that follows at once may find the first connection not yet put back.
  expect(connections).toBeLessThanOrEqual(2);
});

test("a redirect is an answer: nothing is sent to the other host", async () => {
  const visits: string[] = [];
  const other = await httpServer((request, response) => {
    visits.push(request.headers.authorization ?? "");
    response.end();
  });
  const { port } = await httpServer((_request, response) => {
    response.writeHead(302, { location: `http://localhost:${other.port}/` }).end();
  });
  expect(brief(await client().request(get(`http://127.0.0.1:${port}/`)))).toEqual({ status: 302, body: "" });
  expect(visits).toEqual([]);
});

test("a refused connection and an unknown name: nothing was sent", async () => {
  const server = createSocketServer();
  const port = await portOf(server);
  await new Promise((closed) => server.close(closed));
  const http = client({
    resolve: (host, callback) => callback(Object.assign(new Error(host), { code: "ENOTFOUND" }), []),
  });
  expect(brief(await http.request(get(`http://127.0.0.1:${port}/`)))).toEqual({
    code: "ConnectionRefused",
    sent: false,
  });
  expect(brief(await http.request(get("https://nobody.example/")))).toEqual({ code: "NameNotFound", sent: false });
});

test("a dropped connection: the request may have arrived", async () => {
  const { port } = await httpServer((request) => request.socket.destroy());
  const outcome = await client().request(get(`http://127.0.0.1:${port}/`, { method: "POST", body: "{}" }));
  expect(brief(outcome)).toEqual({ code: "Reset", sent: true });
});

test("an answer that ends early keeps its status", async () => {
  const { port } = await httpServer((_request, response) => {
    response.writeHead(201, { "content-length": "100" });
    response.write("half", () => response.destroy());
  });
  const outcome = await client().request(get(`http://127.0.0.1:${port}/`));
  expect(brief(outcome)).toEqual({ code: "Reset", sent: true });
  expect(outcome.ok ? null : outcome.failure.status).toBe(201);
});

test("something that is not HTTP", async () => {
  const server = createSocketServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.write("220 mail.example ready\r\n"));
  });
  const port = await portOf(server);
  expect(brief(await client().request(get(`http://127.0.0.1:${port}/`)))).toEqual({ code: "Malformed", sent: true });
});

test("an answer above the limit is cut off, whether or not it says its length", async () => {
  const { port } = await httpServer((request, response) => {
    const text = "x".repeat(request.url === "/fits" ? 1000 : 1001);
    if (request.url === "/chunked") response.write(text);
    else response.writeHead(200, { "content-length": text.length }).write(text);
    response.end();
  });
  const http = client();
  const outcomes = await Promise.all(
    ["fits", "long", "chunked"].map((path) => http.request(get(`http://127.0.0.1:${port}/${path}`))),
  );
  expect(outcomes.map((outcome) => (outcome.ok ? outcome.response.body.length : outcome.failure.code))).toEqual([
    1000,
    "TooLarge",
    "TooLarge",
  ]);
});

test.each(["before the head", "within the body"])("the deadline ends an answer that stops %s", async (where) => {
  const clock = openManualClock();
  let arrived = (): void => undefined;
  const arrival = new Promise<void>((done) => {
    arrived = done;
  });
  const { port } = await httpServer((_request, response) => {
    if (where === "within the body") response.write("{");
    arrived();
  });
  const pending = client({ clock }).request(get(`http://127.0.0.1:${port}/`));
  await arrival;
  await clock.advance(19_999);
  await clock.advance(1);
  expect(brief(await pending)).toEqual({ code: "Timeout", sent: true });
});

test("a deadline that passes while connecting: nothing was sent, not even later", async () => {
  const clock = openManualClock();
  let arrivals = 0;
  const { port } = await httpServer((_request, response) => {
    arrivals += 1;
    response.end();
  });
  let connect = (): void => undefined;
  const resolve: ResolveName = (_host, callback) => {
    connect = () => callback(null, [{ address: "127.0.0.1", family: 4 }]);
  };
  const http = client({ clock, resolve });
  const late = http.request(get(`http://localhost:${port}/`, { method: "POST", body: "{}" }));
  await clock.advance(20_000);
  expect(brief(await late)).toEqual({ code: "Timeout", sent: false });
  const next = http.request(get(`http://localhost:${port}/`));
  connect();
  await clock.advance(0);
  connect();
  expect(brief(await next)).toEqual({ status: 200, body: "" });
  expect(arrivals).toBe(1);
});

test("the caller's signal ends a request at once", async () => {
  const stop = new AbortController();
  const { port } = await httpServer(() => stop.abort());
  const http = client();
  const url = `http://127.0.0.1:${port}/`;
  expect(brief(await http.request(get(url, { signal: stop.signal })))).toEqual({ code: "Cancelled", sent: true });
  expect(brief(await http.request(get(url, { signal: stop.signal })))).toEqual({ code: "Cancelled", sent: false });
});

test("closing ends what is under way", async () => {
  let arrived = (): void => undefined;
  const arrival = new Promise<void>((done) => {
    arrived = done;
  });
  const { port } = await httpServer(() => arrived());
  const http = client();
  const pending = http.request(get(`http://127.0.0.1:${port}/`));
  await arrival;
  await http.close();
  expect(brief(await pending)).toEqual({ code: "Closed", sent: true });
  expect(brief(await http.request(get(`http://127.0.0.1:${port}/`)))).toEqual({ code: "Closed", sent: false });
});

test("https to a port without TLS", async () => {
  const { port } = await httpServer((_request, response) => response.end());
  expect(brief(await client().request(get(`https://127.0.0.1:${port}/`)))).toEqual({ code: "TlsFailed", sent: false });
});

test.each([
  ["https://rebind.example", ["127.0.0.1"]],
  ["https://rebind.example", ["10.0.0.1"]],
  ["https://rebind.example", ["8.8.8.8", "169.254.169.254"]],
  ["http://localhost", ["10.0.0.1"]],
  ["http://localhost", ["8.8.8.8"]],
])("%s that leads to %j is refused before a connection is made", async (origin, addresses) => {
  const outcome = await client({ resolve: resolving(...addresses) }).request(get(`${origin}:1/`));
  expect(brief(outcome)).toEqual({ code: "ForbiddenAddress", sent: false });
  expect(outcome.ok ? "" : outcome.failure.message).toContain(addresses.at(-1));
});

test("a host that was allowed by name may lead inside, and the address that was checked is the one connected to", async () => {
  let connections = 0;
  const server = createSocketServer((socket) => {
    connections += 1;
    socket.on("error", () => undefined);
    socket.destroy();
  });
  const port = await portOf(server);
  let questions = 0;
  const resolve: ResolveName = (host, callback) => {
    questions += 1;
    expect(host).toBe("intranet.example");
    // A second question would get an address that leads nowhere.
    callback(null, [{ address: questions === 1 ? "127.0.0.1" : "127.0.0.2", family: 4 }]);
  };
  const outcome = await client({ resolve, allowedHosts: ["Intranet.Example."] }).request(
    get(`https://intranet.example:${port}/`),
  );
  expect(outcome.ok ? "" : outcome.failure.sent).toBe(false);
  expect({ connections, questions }).toEqual({ connections: 1, questions: 1 });
});

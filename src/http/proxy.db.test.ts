import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { generate } from "selfsigned";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "#runtime";
import { type HttpClientOptions, type HttpRequest, openHttpClient, proxyRules } from "./index.ts";

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const listening = (server: Server): Promise<number> =>
  new Promise((done) => {
    const sockets = new Set<Socket>();
    server.on("connection", (socket: Socket) => sockets.add(socket));
    server.listen(0, "127.0.0.1", () => done((server.address() as AddressInfo).port));
    cleanups.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise((closed) => server.close(closed));
    });
  });

/** A service that speaks TLS with a certificate of an authority that nobody knows. */
const secureService = async () => {
  const { private: key, cert } = await generate([{ name: "commonName", value: "target.example" }], {
    keySize: 2048,
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "target.example" }] }],
  });
  const port = await listening(
    createTlsServer({ key, cert }, (request, answer) => answer.end(`secure ${request.url}`)),
  );
  return { port, cert };
};

/** A proxy that leads every CONNECT to the port, or refuses it. */
const proxyTo = async (port: number, status = 200) => {
  const asked: { readonly target: string; readonly authorization: string | undefined }[] = [];
  const proxy = createServer();
  proxy.on("connect", (request, socket) => {
    asked.push({ target: request.url ?? "", authorization: request.headers["proxy-authorization"] });
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const onward = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  return { asked, port: await listening(proxy) };
};

const request = (url: string): HttpRequest => ({
  method: "GET",
  url,
  headers: {},
  body: null,
  deadline: 20_000,
  maxBytes: 1000,
});

const client = (more: Partial<HttpClientOptions>) => {
  const open = openHttpClient({ clock: systemClock, allowedHosts: [], ...more });
  cleanups.push(() => open.close());
  return open;
};

const brief = async (url: string, more: Partial<HttpClientOptions>) => {
  const outcome = await client(more).request(request(url));
  return outcome.ok ? outcome.response.body : outcome.failure.code;
};

test("an authority that is named is trusted besides the usual ones, and only then", async () => {
  const { port, cert } = await secureService();
  const atHome: Partial<HttpClientOptions> = {
    allowedHosts: ["target.example"],
    resolve: (_host, callback) => callback(null, [{ address: "127.0.0.1", family: 4 }]),
  };
  const url = `https://target.example:${port}/a`;
  expect(await brief(url, atHome)).toBe("TlsFailed");
  expect(await brief(url, { ...atHome, authorities: [cert] })).toBe("secure /a");
});

test("requests go through the proxy, which finds the name, and are encrypted to the target", async () => {
  const { port, cert } = await secureService();
  const proxy = await proxyTo(port);
  const proxies = proxyRules(`http://ada:se%40sam@127.0.0.1:${proxy.port}`, "internal.example, 10.0.0.5");
  const through = { proxies, authorities: [cert] };
  expect(await brief("https://target.example/b", through)).toBe("secure /b");
  expect(proxy.asked).toEqual([
    { target: "target.example:443", authorization: `Basic ${Buffer.from("ada:se@sam").toString("base64")}` },
  ]);
  expect(await brief("https://target.example/b", { proxies })).toBe("TlsFailed");
});

test("a proxy that lets nobody through is told from a target that does not answer", async () => {
  const proxy = await proxyTo(1, 403);
  const outcome = await client({ proxies: proxyRules(`127.0.0.1:${proxy.port}`, "") }).request(
    request("https://target.example/"),
  );
  expect(outcome).toEqual({
    ok: false,
    failure: {
      code: "ProxyRefused",
      sent: false,
      message:
        "The proxy does not let requests to target.example through; check HTTPS_PROXY, and what the proxy allows.",
      status: null,
      headers: null,
    },
  });
});

test.each([
  ["https://api.example.com/", true],
  ["https://api.example.com:8443/", true],
  ["https://internal.example/", false],
  ["https://deep.internal.example/", false],
  ["https://notinternal.example/", true],
  ["https://only-here.example:8443/", false],
  ["https://only-here.example/", true],
  ["https://below.dotted.example/", false],
  ["https://below.starred.example/", false],
  ["https://10.0.0.5/", false],
  ["https://[2001:db8::5]/", false],
  ["https://INTERNAL.example./", false],
  ["http://127.0.0.1:8401/", false],
  ["http://localhost/", false],
])("%s goes through the proxy: %s", (url, isThrough) => {
  const exempt = "internal.example,only-here.example:8443 .dotted.example,*.starred.example, 10.0.0.5 [2001:db8::5]";
  expect(proxyRules("https://proxy.example:3128", exempt)(new URL(url))).toBe(
    isThrough ? "https://proxy.example:3128/" : null,
  );
});

test("no proxy, everything exempt, and a proxy that is none", () => {
  const url = new URL("https://api.example.com/");
  expect(proxyRules(undefined, undefined)(url)).toBeNull();
  expect(proxyRules("  ", undefined)(url)).toBeNull();
  expect(proxyRules("proxy.example:3128", "*")(url)).toBeNull();
  expect(() => proxyRules("socks5://proxy.example", "")).toThrow(
    "HTTPS_PROXY must be the address of a proxy, for example http://proxy.example.com:3128.",
  );
});

// Targets that are nothing but a limit, in a process of their own, each on a port of its own. Given as JSON; answers every message with their counts.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type LimitKind, openRateLimiter } from "#test/wire/rate-limiter.ts";

/** How a target counts, and what it says of that beside its answers. */
export interface LimitedTarget {
  readonly kind: LimitKind;
  /** Requests a second. */
  readonly limit: number;
  readonly tells: "nothing" | "headers";
  /** Milliseconds until it answers. */
  readonly latency: number;
}

export interface LimitedCounts {
  readonly served: number;
  readonly refused: number;
}

const mediaType = { "content-type": "application/scim+json" };

const user = JSON.stringify({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  id: "u1",
  userName: "ada@example.test",
  active: true,
});

const refusal = JSON.stringify({
  schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
  status: "429",
  detail: "Too many requests.",
});

const open = async ({ kind, limit, tells, latency }: LimitedTarget) => {
  const limiter = openRateLimiter({ kind, limit, milliseconds: 1000 });
  const counts = { served: 0, refused: 0 };
  const server = createServer((request, response) => {
    request.resume();
    const { accepted, remaining, resetAt } = limiter.take(Date.now());
    counts[accepted ? "served" : "refused"] += 1;
    const seconds = String(Math.ceil(Math.max(0, resetAt - Date.now()) / 1000));
    const told =
      tells === "nothing"
        ? {}
        : { "x-ratelimit-limit": limit, "x-ratelimit-remaining": remaining, "x-ratelimit-reset": seconds };
    const answer = (): void => {
      response.writeHead(accepted ? 200 : 429, { ...mediaType, ...told }).end(accepted ? user : refusal);
    };
    setTimeout(answer, latency);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim/v2`, counts };
};

if (process.send !== undefined) {
  const all = await Promise.all((JSON.parse(process.argv[2] ?? "[]") as readonly LimitedTarget[]).map(open));
  process.on("message", () => process.send?.(all.map(({ counts }) => counts)));
  process.on("disconnect", () => process.exit());
  process.send(all.map(({ baseUrl }) => baseUrl));
}

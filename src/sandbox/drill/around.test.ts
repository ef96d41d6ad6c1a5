import type { HttpBindings } from "@hono/node-server";
import { expect, test } from "vitest";
import { systemClock } from "#runtime";
import { aroundFetch } from "./around.ts";
import { type FaultWish, faultWish, openDrill } from "./drill.ts";

const env = {} as HttpBindings;
const open = (wish: Partial<FaultWish> & Pick<FaultWish, "kind">) => {
  const drill = openDrill();
  drill.add(faultWish.parse(wish));
  let asked = 0;
  const met: string[] = [];
  const fetch = aroundFetch(
    async (request) => {
      asked += 1;
      return Response.json({ id: "g1", displayName: "Team", method: request.method }, { status: 201 });
    },
    {
      drill,
      clock: systemClock,
      closing: new AbortController().signal,
      spares: (path) => path.startsWith("/health"),
      refuse: (path, status, sentence) => new Response(`${path}: ${sentence}`, { status }),
      onMet: async ({ kind }, { method }) => {
        met.push(`${method} ${kind}`);
      },
    },
  );
  const ask = async (method: string, path: string) => {
    const response = await fetch(new Request(`http://x.example${path}`, { method }), env);
    return [response.status, await response.text(), asked] as const;
  };
  return { ask, met, drill };
};

test("any service can be drilled: the layer knows nothing but requests and answers", async () => {
  const { ask, met, drill } = open({ kind: "noId", path: "/Groups" });
  expect(await ask("POST", "/Users")).toEqual([201, expect.stringContaining('"id":"g1"'), 1]);
  expect(await ask("POST", "/Groups")).toEqual([201, '{"displayName":"Team","method":"POST"}', 2]);
  expect(await ask("POST", "/Groups")).toEqual([201, expect.stringContaining('"id":"g1"'), 3]);
  expect([met, drill.met]).toEqual([["POST noId"], { noId: 1 }]);
});

test("refusals are the service's own, and what it spares is spared", async () => {
  const { ask } = open({ kind: "500", times: null });
  expect(await ask("GET", "/Users")).toEqual([500, "/Users: The request failed: a drill is on.", 0]);
  expect(await ask("GET", "/health")).toEqual([201, expect.any(String), 1]);
});

test("a claimed change shows what the service has", async () => {
  const { ask } = open({ kind: "nothingChanged", times: 2 });
  expect(await ask("GET", "/Users/1")).toEqual([201, expect.stringContaining("GET"), 1]);
  expect(await ask("PATCH", "/Users/1")).toEqual([201, expect.stringContaining("GET"), 2]);
  expect(await ask("DELETE", "/Users/1")).toEqual([204, "", 2]);
  expect(await ask("DELETE", "/Users/1")).toEqual([201, expect.stringContaining("DELETE"), 3]);
});
